import { beforeAll, expect, test } from "bun:test";
import { describeOnBed } from "./bed.ts";
import { bringClient, changesSince, expectSound, fingerprint, speakAs } from "./capture-bed.ts";
import { useWatched } from "./watched.ts";

const checks = `
checks:
  main: { unit: { name: gw-main.service } }
heal:
  mode: apply
  rules: [{ on: [main], recipe: restart-unit, with: { unit: gw-main.service } }]
`;

/** What the watcher's user tries, each by itself; those that work are printed. */
const attempts = `
for target in /etc/dogwatch/dogwatch.yaml /etc/dogwatch/evil /etc/dogwatch/heal-recipes/evil.yaml /etc/dogwatch/credentials/telegram-token \
  /usr/local/share/dogwatch/heal-recipes/README.md /usr/local/bin/dogwatch /usr/local/lib/systemd/system/dogwatch.service \
  /etc/systemd/system/evil.service /run/systemd/system/evil.service /run/dogwatch-heal.sock /run/evil \
  /var/log/dogwatch/heal.jsonl /var/log/dogwatch/evil /var/lib/dogwatch-heal/heal.json /var/lib/dogwatch-heal/incidents.json \
  /var/lib/dogwatch-heal/heal.lock /var/lib/dogwatch-heal/config.json /var/lib/dogwatch-heal/evil /var/lib/dogwatch-heal/kept/evil \
  /var/lib/dogwatch-heal/backup/evil /var/lib/evil; do
  if (echo evil >>"$target") 2>/dev/null; then echo "wrote $target"; fi
  if mv /var/lib/dogwatch/plain "$target" 2>/dev/null; then echo "moved to $target"; fi
  if ln -sf /etc/passwd "$target" 2>/dev/null; then echo "linked $target"; fi
  if test -e "$target" && rm -f "$target" 2>/dev/null; then echo "removed $target"; fi
  if chmod 0666 "$target" 2>/dev/null; then echo "opened $target"; fi
done
for folder in /etc/dogwatch/credentials /var/log/dogwatch /var/lib/dogwatch-heal/kept /var/lib/dogwatch-heal/backup; do
  if ls "$folder" >/dev/null 2>&1; then echo "listed $folder"; fi
done
for folder in /etc/dogwatch /var/log/dogwatch /var/lib/dogwatch-heal; do
  if mv "$folder" "$folder.old" 2>/dev/null; then echo "moved $folder"; fi
done
if systemctl restart gw-main.service 2>/dev/null; then echo "restarted a unit"; fi
if systemctl start dogwatch-heal@evil.service 2>/dev/null; then echo "started a helper"; fi
`;

/** Every name that the watcher's program uses in its folder, its temporary ones too. */
const names = ["state.json", "config.json", "tick.lock", "illness.json", "illness-told.json"] as const;

/** What a captured watcher may leave in place of a file; `{}` is the name. */
const plants = [
  'ln -s /etc/victim "{}"',
  'ln -s /etc/victim-to-be "{}"',
  'mkfifo "{}"',
  'mkdir "{}"',
  'ln -s /var/lib/dogwatch-heal "{}"',
  'head -c 100000 /dev/zero >"{}"',
] as const;

describeOnBed("what a captured watcher does to files", () => {
  const get = useWatched("capture-files");
  const asWatcher = (script: string): Promise<string> =>
    get().bed.sh("runuser -u dogwatch -- bash -s 2>&1", { stdin: script });
  const empty = (): Promise<string> =>
    get().bed.sh("find /var/lib/dogwatch /var/lib/dogwatch-beat -mindepth 1 -delete");

  beforeAll(async () => {
    await bringClient(get());
    await get().bed.write("/etc/victim", "not to be changed\n", "0666");
  }, 10_000);

  test("it can write nothing but its own folder, and nobody else can speak to the helper", async () => {
    const host = get();
    await host.gateway("gw-main", 18080);
    await host.configure(checks);
    await host.bed.sh("systemctl kill -s KILL gw-main.service");
    expect(await host.tick()).toBe(0);
    expect(await host.count("heal.proved")).toBe(1);
    const before = await fingerprint(host);
    expect(await asWatcher(attempts)).toBe("opened /run/dogwatch-heal.sock\n");
    // The socket is its own to open to others; but nobody else is served.
    const [stranger] = await speakAs(host, "nobody", [{ say: '{"do":"incidents"}' }, { closed: true }]);
    expect(stranger?.answers).toEqual([]);
    expect(await host.journal("-t", "dogwatch", "-g", "refused a peer")).toHaveLength(1);
    await host.bed.sh("systemctl restart dogwatch-heal.socket");
    expect(await changesSince(host, before)).toEqual([]);
    expect(await host.bed.sh("dogwatch log verify | head -1")).toStartWith("ok: ");
    await host.bed.sh("useradd --no-create-home --groups dogwatch oper 2>/dev/null || true");
    for (const user of ["nobody", "dogwatch-probe", "oper"]) {
      const [spoken] = await speakAs(host, user, [{ say: '{"do":"incidents"}' }, { closed: true }]);
      expect(spoken).toEqual({ answers: [], end: "EACCES" });
    }
    expect(await expectSound(host)).toBe("running\nactive\n0\n");
  }, 60_000);

  test("links, FIFOs and folders in place of its files lead no command anywhere, and a heal works on", async () => {
    const host = get();
    const { bed } = host;
    await host.gateway("gw-main", 18080);
    await host.configure(checks);
    expect(await host.tick()).toBe(0);
    const before = await fingerprint(host);
    for (const plant of plants) {
      await empty();
      const planted = names.map((name) => plant.replace("{}", `/var/lib/dogwatch/${name}`)).join("\n");
      await asWatcher(`${planted}
        ln -s /etc/victim /var/lib/dogwatch/.state.json.$$.tmp; ln -s /etc/victim /var/lib/dogwatch-beat/evil; mkfifo /var/lib/dogwatch-beat/pipe`);
      for (const words of ["status", "tick", "heal plan", "validate", "log verify"]) {
        const ran = await bed.exec(["/usr/local/bin/dogwatch", ...words.split(" ")], { timeoutMs: 20_000 });
        const said = `${plant}: ${words}: ${ran.status}: ${ran.err}`;
        expect(said).not.toMatch(/\n\s+at |this is a bug|: 70: /u);
        expect(ran.err.split("\n").filter((line) => line.startsWith("dogwatch: ")).length).toBeLessThanOrEqual(1);
      }
      await host.tick();
      expect(await bed.sh("find /var/lib/dogwatch /var/lib/dogwatch-beat ! -user dogwatch -mindepth 1")).toBe("");
    }
    expect(await changesSince(host, before)).toEqual([]);
    await empty();
    await bed.sh("systemctl reset-failed; systemctl kill -s KILL gw-main.service");
    expect(await host.tick()).toBe(0);
    expect(await host.count("heal.proved")).toBe(1);
    expect(await expectSound(host)).toBe("running\nactive\n0\n");
  }, 120_000);
});
