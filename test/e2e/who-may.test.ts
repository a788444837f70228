import { beforeAll, expect, test } from "bun:test";
import { describeOnBed } from "./bed.ts";
import { useWatched } from "./watched.ts";

const checks = `
checks:
  main: { unit: { name: gw-main.service } }
heal:
  mode: apply
  rules: [{ on: [main], recipe: restart-unit, with: { unit: gw-main.service } }]
`;

type User = "root" | "oper" | "audit" | "plain";

/** Members of group dogwatch (status), of group adm (log), and of none. */
const others = ["oper", "audit", "plain"] as const;
const everybody = ["root", ...others] as const;

/** One row of the table in SPEC section 3. */
interface Row {
  readonly words: string;
  /** Who may; the others are told why not. */
  readonly may: readonly User[];
  /** Exit status where it is not 0: there is nothing to do. */
  readonly done?: number;
  /** Exit status and what the two lines of the refusal say. */
  readonly refused?: readonly [number, RegExp, RegExp];
}

const operators = ["root", "oper"] as const;
const auditors = ["root", "audit"] as const;
const noSight = [74, /cannot read "\/var\/lib\/dogwatch-heal": permission denied/u] as const;
const noLog = [
  74,
  /cannot read the heal log ".+": permission denied/u,
  /as root, or as a member of the group "adm"/u,
] as const;

const rows: readonly Row[] = [
  { words: "tick", may: ["root"], refused: [73, /cannot use the state folder/u, /Run it as root/u] },
  { words: "tick --json", may: ["root"], refused: [73, /cannot use the state folder/u, /Run it as root/u] },
  {
    words: "tick --dry-run",
    may: operators,
    refused: [...noSight, /sudo dogwatch tick, or join the group "dogwatch"/u],
  },
  { words: "validate", may: everybody },
  {
    words: "status",
    may: operators,
    refused: [3, /cannot tell the status: .+ denied/u, /sudo dogwatch status, or join the group "dogwatch"/u],
  },
  { words: "status --exit-code --json", may: operators },
  {
    words: "heal plan",
    may: operators,
    refused: [...noSight, /sudo dogwatch heal plan, or join the group "dogwatch"/u],
  },
  {
    words: "heal run restart-unit",
    may: ["root"],
    done: 1,
    refused: [64, /it is root's/u, /sudo dogwatch heal run restart-unit/u],
  },
  {
    words: "heal unlatch restart-unit",
    may: ["root"],
    done: 64,
    refused: [73, /cannot unlatch .+: permission denied/u, /Run it as root/u],
  },
  {
    words: "silence add main --for 1m --reason test",
    may: ["root"],
    refused: [74, /cannot change the silences: permission denied/u, /run it as root/u],
  },
  {
    words: "silence list",
    may: operators,
    refused: [...noSight, /sudo dogwatch silence list, or join the group "dogwatch"/u],
  },
  { words: "silence remove main", may: ["root"] },
  { words: "log verify", may: auditors, refused: noLog },
  { words: "log show", may: auditors, refused: noLog },
  {
    words: "chat test",
    may: ["root"],
    refused: [75, /cannot send to telegram: cannot read ".+": permission denied/u, /sudo dogwatch chat test/u],
  },
  { words: "egress", may: everybody },
  { words: "egress --systemd", may: everybody },
  { words: "egress --systemd --write", may: ["root"], refused: [64, /--write needs root/u, /dogwatch egress/u] },
  { words: "card", may: everybody },
  { words: "card unit-down", may: everybody },
];

/** What isn't as it must be in the folders: the watcher's own are the watcher's, root's are root's. */
const misplaced = `
  find /var/lib/dogwatch -mindepth 1 ! -user dogwatch -o -mindepth 1 ! -group dogwatch
  find /var/lib/dogwatch -mindepth 1 ! -perm 0640 ! -perm 0600
  find /var/lib/dogwatch-heal -type f ! -perm 0640 ! -perm 0600 -o -type f ! -user root -o -type f ! -group dogwatch
  find /var/log/dogwatch -type f ! -perm 0640 -o -type f ! -user root -o -type f ! -group adm
  stat -c '%a %U %G %n' /var/lib/dogwatch /var/lib/dogwatch-heal /var/log/dogwatch`;
const inPlace = `750 dogwatch dogwatch /var/lib/dogwatch
750 root dogwatch /var/lib/dogwatch-heal
2750 root adm /var/log/dogwatch
`;

describeOnBed("who may run what", () => {
  const get = useWatched("who-may");
  const run = async (user: User, words: string) =>
    await get().bed.exec([
      ...(user === "root" ? [] : ["/usr/sbin/runuser", "-u", user, "--"]),
      "/usr/local/bin/dogwatch",
      ...words.split(" "),
    ]);

  beforeAll(async () => {
    await get().bed.sh("useradd -m -G dogwatch oper; useradd -m -G adm audit; useradd -m plain");
  }, 20_000);

  test("each command works for those whom the table names, and tells the others in two lines what to do", async () => {
    const host = get();
    await host.gateway("gw-main", 18080);
    await host.configure(checks);
    await host.bed.sh("systemctl kill -s KILL gw-main.service");
    expect(await host.tick()).toBe(0);
    for (const { words, may, done = 0, refused } of rows)
      for (const user of [...others, "root"] as const) {
        const { status, err } = await run(user, words);
        if (may.includes(user)) {
          expect(`${user}: ${words}: ${status}`).toBe(`${user}: ${words}: ${done}`);
          continue;
        }
        if (refused === undefined) continue;
        const [want, what, hint] = refused;
        const [first = "", second = "", ...more] = err.split("\n");
        expect(`${user}: ${words}: ${status} ${more.join()}`).toBe(`${user}: ${words}: ${want} `);
        expect(`${user}: ${words}: ${first}`).toMatch(/: dogwatch: /u);
        expect(first).toMatch(what);
        expect(second).toMatch(hint);
      }
  }, 120_000);

  test("after each command by root the unit still ticks, and every file is whose it must be", async () => {
    const host = get();
    await host.gateway("gw-main", 18080);
    await host.configure(checks);
    const { bed } = host;
    const commands = rows.map(({ words }) => words);
    for (const words of ["tick", ...commands]) {
      await bed.sh(words === "tick" ? "systemctl kill -s KILL gw-main.service" : "true");
      await run("root", words);
      expect(`${words}: ${await host.tick()}`).toBe(`${words}: 0`);
      expect(`${words}\n${await bed.sh(misplaced)}`).toBe(`${words}\n${inPlace}`);
    }
  }, 120_000);

  test("demo plays for root and for a plain user, and leaves the host's own heals alone", async () => {
    const host = get();
    await host.gateway("gw-main", 18080);
    await host.configure(checks);
    await host.bed.sh("systemctl kill -s KILL gw-main.service");
    expect(await host.tick()).toBe(0);
    const books =
      "sha256sum /var/lib/dogwatch-heal/heal.json /var/lib/dogwatch-heal/incidents.json /var/log/dogwatch/heal.jsonl";
    const before = await host.bed.sh(books);
    const played = await Promise.all([run("root", "demo"), run("plain", "demo")]);
    for (const { status, out } of played) {
      expect(status).toBe(0);
      expect(out).toMatch(/ok: \d+ lines, the chain is whole/u);
    }
    expect(await host.bed.sh(books)).toBe(before);
    expect(await host.bed.sh(misplaced)).toBe(inPlace);
  }, 120_000);
});
