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
  {
    words: "tick --dry-run",
    may: operators,
    refused: [...noSight, /sudo dogwatch tick --dry-run, or join the group "dogwatch"/u],
  },
  { words: "validate", may: everybody },
  { words: "beat nightly", may: everybody },
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
    refused: [73, /cannot unlatch .+: permission denied/u, /Run: sudo dogwatch heal unlatch/u],
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
  {
    words: "report",
    may: operators,
    refused: [...noSight, /sudo dogwatch report, or join the group "dogwatch"/u],
  },
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

/** How a command ended for a user. */
interface Ended {
  readonly user: string;
  readonly status: number;
  readonly err: string;
}

/** Runs a command as each user, root last; then the unit, and what is misplaced after that. */
const script = (words: string): string => `
  for user in ${[...others, "root"].join(" ")}; do
    as=(runuser -u $user --); test $user != root || as=(env)
    "\${as[@]}" dogwatch ${words} </dev/null >/dev/null 2>/run/e2e-err && status=0 || status=$?
    echo "$user $status $(base64 -w0 /run/e2e-err)"
  done
  systemctl start dogwatch.service && echo "unit 0" || echo "unit 1"
  ${misplaced}`;

const expectTold = ({ status, err }: Ended, title: string, [want, what, hint]: NonNullable<Row["refused"]>): void => {
  const [first = "", second = "", ...more] = err.split("\n");
  expect(`${title}: ${status} ${more.join()}`).toBe(`${title}: ${want} `);
  expect(first).toMatch(/^dogwatch: /u);
  expect(first).toMatch(what);
  expect(second).toMatch(hint);
};

describeOnBed("who may run what", () => {
  const get = useWatched("who-may");

  beforeAll(async () => {
    await get().bed.sh("useradd -m -G dogwatch oper; useradd -m -G adm audit; useradd -m plain");
  }, 20_000);

  /** One command by everybody; afterwards the unit must still tick and every file be whose it must be. */
  const tryRow = async ({ words, may, done = 0, refused }: Row): Promise<void> => {
    const lines = (await get().bed.sh(script(words))).split("\n");
    const ended = lines.slice(0, everybody.length).map((line): Ended => {
      const [user = "", status, text = ""] = line.split(" ");
      return { user, status: Number(status), err: atob(text) };
    });
    for (const each of ended) {
      const title = `${each.user}: ${words}`;
      if (may.some((user) => user === each.user)) expect(`${title}: ${each.status}`).toBe(`${title}: ${done}`);
      else if (refused !== undefined) expectTold(each, title, refused);
    }
    expect(`${words}\n${lines.slice(everybody.length).join("\n")}`).toBe(`${words}\nunit 0\n${inPlace}`);
  };

  test("each command works for those whom the table names, tells the others in two lines what to do, and leaves every file whose it must be", async () => {
    const host = get();
    const { bed } = host;
    await host.gateway("gw-main", 18080);
    await host.configure(checks);
    // The demo is everybody's, and has a story of its own: it must leave the host's heals alone.
    const demo = ["/usr/local/bin/dogwatch", "demo"];
    const played = Promise.all([bed.exec(demo), bed.exec(["/usr/sbin/runuser", "-u", "plain", "--", ...demo])]);
    await bed.sh("systemctl kill -s KILL gw-main.service; dogwatch tick");
    expect(await host.count("heal.proved")).toBe(1);
    for (const row of rows) await tryRow(row);
    for (const { status, out } of await played)
      expect(`${status} ${out}`).toMatch(/^0 [\s\S]*ok: \d+ lines, the chain is whole/u);
    expect(await bed.sh("grep -rl demo /var/lib/dogwatch-heal /var/lib/dogwatch /var/log/dogwatch || true")).toBe("");
  }, 120_000);
});
