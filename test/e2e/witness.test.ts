import { expect, test } from "bun:test";
import { describeOnBed, type Ran } from "./bed.ts";
import { useWatched, type Watched } from "./watched.ts";

const checks = `checks:
  gateway: { http: { url: "http://127.0.0.1:18789/healthz", timeout: 2s }, red_after: 1 }
heal:
  mode: apply
  rules: [{ on: [gateway], recipe: restart-unit, with: { unit: gw-one.service } }]
`;
const log = "/var/log/dogwatch/heal.jsonl";

const witness = async ({ bed }: Watched, ...words: readonly string[]): Promise<Ran> => {
  await bed.run(["/usr/bin/journalctl", "--sync"]);
  return await bed.exec(["/usr/local/bin/dogwatch", "log", "witness", ...words]);
};

describeOnBed("witness", () => {
  const get = useWatched("witness");

  test("the helper tells the journal the log's whole head, and log witness holds the log against it", async () => {
    const watched = get();
    const { bed, chat } = watched;
    await watched.configure(checks);
    await watched.gateway("gw-one", 18_789);
    expect(await witness(watched)).toMatchObject({ status: 0, out: expect.stringContaining("no head yet") });
    await watched.tick();
    await bed.sh("systemctl kill -s KILL gw-one.service; systemctl is-failed gw-one.service || true");
    await watched.tick();
    const heads = await watched.journal("-t", "dogwatch", "_UID=0", "--grep=^log [0-9]+:[0-9a-f]{64}$");
    const lines = await watched.healLog();
    expect(heads.at(-1)).toBe(
      `log ${lines.length}:${(await bed.sh(`tail -n 1 ${log} | tr -d '\\n' | sha256sum | cut -d' ' -f1`)).trim()}`,
    );
    const found = await witness(watched);
    expect(found).toMatchObject({ status: 0, err: "" });
    expect(found.out.match(/ UTC {2}uid 0 {2}log \d+:[0-9a-f]{16} {2}found$/gmu)).toHaveLength(heads.length);
    // A tick that changes nothing tells no head again.
    await watched.tick();
    expect(await watched.journal("-t", "dogwatch", "_UID=0", "--grep=^log [0-9]+:")).toHaveLength(heads.length);
    // A message of the chat, pasted whole.
    const message = (await chat.taken()).at(-1)?.text ?? "";
    const pasted = await bed.exec(["/usr/local/bin/dogwatch", "log", "witness", "-"], { stdin: message });
    expect(pasted).toMatchObject({
      status: 0,
      out: expect.stringMatching(/^log \d+:[0-9a-f]{16} {2}found\nok: 1 of 1/u),
    });
    // Anybody may write into the journal under our name, but not as root.
    await bed.sh(`setpriv --reuid=65534 --regid=65534 --clear-groups logger -t dogwatch 'log 2:${"ab".repeat(32)}'`);
    expect(await witness(watched)).toMatchObject({ status: 0, out: expect.stringContaining("uid 65534  log 2:abab") });
    // Whoever may read neither is told so in one line.
    const blind = await bed.exec([
      "/usr/bin/setpriv",
      "--reuid=65534",
      "--regid=65534",
      "--clear-groups",
      "/usr/local/bin/dogwatch",
      "log",
      "witness",
    ]);
    expect({ status: blind.status, err: blind.err.split("\n") }).toMatchObject({ status: 74, err: { length: 3 } });
    // root writes the whole log anew, with every hash right.
    await bed.sh(`cp ${log} /root/before.jsonl; n=0; prev=$(printf '0%.0s' $(seq 64)); : >/root/forged.jsonl
      while IFS= read -r line; do
        line=$(sed -e 's/"check":"gateway"/"check":"another"/' -e "s/\\"prev\\":\\"[0-9a-f]*\\"/\\"prev\\":\\"$prev\\"/" <<<"$line")
        printf '%s\\n' "$line" >>/root/forged.jsonl; prev=$(printf %s "$line" | sha256sum | cut -d' ' -f1)
      done <${log}; cat /root/forged.jsonl >${log}`);
    expect(await bed.exec(["/usr/local/bin/dogwatch", "log", "verify"])).toMatchObject({ status: 0 });
    expect(await witness(watched)).toMatchObject({
      status: 1,
      out: expect.stringContaining("not this line: the line was changed"),
    });
    // root cuts it short.
    await bed.sh(`head -n -1 /root/before.jsonl >${log}`);
    expect(await witness(watched)).toMatchObject({
      status: 1,
      out: expect.stringContaining("cut: the log ends before this line"),
    });
    await bed.sh(`cat /root/before.jsonl >${log}`);
    expect(await witness(watched, "--json")).toMatchObject({
      status: 0,
      out: expect.stringContaining('"result":"ok"'),
    });
  }, 120_000);
});
