// The kill test's runs, inside a bed that has dogwatch installed: says how often each victim makes each system call in a red tick, or kills it at one.
//   node kill-runs.mjs        reads one JSON order a line, answers each with one JSON line
// {"count": VICTIM} -> {SYSCALL: N}: the most calls that one thread of it makes.
// {"victim", "call", "n", "story"} -> what is left of that run: see Run in kill-bed.ts. "call" is a system call, or a moment of the recipe's step.
import { execFileSync, spawn } from "node:child_process";
import { createHash } from "node:crypto";
import {
  chmodSync,
  chownSync,
  existsSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
  writeFileSync,
} from "node:fs";
import { createServer } from "node:http";
import { createInterface } from "node:readline";

const place = "/run/kill";
const base = "/var/lib/kill-base";
const door = "/run/dogwatch-heal.sock";
const binary = "/usr/local/bin/dogwatch";
/** Not execve: a victim makes it in a child only, which would die in its place. Before it comes the victim's own vfork, and after it the step's moments. */
const calls =
  "write,pwrite64,writev,fsync,fdatasync,rename,renameat,renameat2,unlink,unlinkat,connect,sendto,sendmsg,clone,fork,vfork,exit,exit_group";
const walled = ["/var/lib/dogwatch", "/var/lib/dogwatch-heal", "/var/log/dogwatch"];
const alone = ["/var/lib/kill/state", "/var/lib/kill/logs"];
const foldersOf = (victim) => (victim === "alone" ? alone : walled);
const flagsOf = (victim) => (victim === "alone" ? ["--state-dir", alone[0], "--logs-dir", alone[1]] : []);

const isHelpers = (victim) => victim === "helper" || victim === "both";

const at = (name) => `${place}/${name}`;
const sleep = (ms) => new Promise((resolve) => setTimeout(resolve, ms));
const linesOf = (path) =>
  existsSync(path)
    ? readFileSync(path, "utf8")
        .split("\n")
        .filter((line) => line !== "")
    : [];

/** What the chat was told since the run began. */
let told = [];
const bodyOf = async (request) => {
  let text = "";
  for await (const chunk of request.setEncoding("utf8")) text += chunk;
  return text;
};
const listen = async (port, answer) => {
  const server = createServer((request, response) => void answer(request, response));
  await new Promise((resolve) => server.listen(port, "127.0.0.1", resolve));
};

const run = async (argv, onStart = () => undefined) => {
  const env = { PATH: "/usr/sbin:/usr/bin:/sbin:/bin" };
  const child = spawn(argv[0], argv.slice(1), { env, stdio: ["ignore", "pipe", "pipe"] });
  onStart(child.pid);
  let [out, err] = ["", ""];
  child.stdout.setEncoding("utf8").on("data", (text) => {
    out += text;
  });
  child.stderr.setEncoding("utf8").on("data", (text) => {
    err += text;
  });
  const status = await new Promise((resolve) => child.on("close", (code, signal) => resolve(signal ?? code)));
  return { status, out, err };
};

/** The words before the victim: strace ends its children's tracing at their execve, so that only the victim's own threads are counted and killed. */
const through = (call, n) => [
  "strace",
  "-f",
  "-b",
  "execve",
  "-qq",
  "-o",
  at("trace"),
  "-e",
  `trace=${call}`,
  ...(n === undefined ? [] : ["-e", `inject=${call}:signal=KILL:when=${n}`]),
];

const asDogwatch = [
  "setpriv",
  "--reuid=dogwatch",
  "--regid=dogwatch",
  "--init-groups",
  "--inh-caps=-all",
  "--bounding-set=-all",
];
const argvOf = (victim, before) => {
  const argv = [binary, "tick", "--json", ...flagsOf(victim)];
  if (victim === "alone") return [...(before ?? []), ...argv];
  // strace itself stays root, and its -u makes the watcher dogwatch.
  return victim === "watcher" && before !== undefined
    ? [before[0], "-u", "dogwatch", ...before.slice(1), ...argv]
    : [...asDogwatch, ...argv];
};

/** One tick. `before`: the words of {@link through} for the victim. */
const tick = async (victim, before) => {
  if (isHelpers(victim) && before !== undefined) writeFileSync(at("through"), before.join(" "));
  const { status, out, err } = await run(argvOf(victim, before), (pid) => {
    if (victim === "both") writeFileSync(at("watcher.pid"), String(pid));
  });
  for (const name of ["through", "watcher.pid"]) rmSync(at(name), { force: true });
  const said = out === "" ? undefined : JSON.parse(out);
  const { verdict = null, heal = null, outbox = -1, troubles = [], why = heal?.why ?? "" } = said ?? {};
  return { status, err, verdict, heal: heal?.outcome ?? null, why, outbox, troubles };
};

/** Processes of dogwatch that live: after a killed watcher, its helper. */
const living = () =>
  readdirSync("/proc").filter((pid) => {
    if (!/^\d+$/u.test(pid)) return false;
    try {
      return readFileSync(`/proc/${pid}/cmdline`, "utf8").startsWith(`${binary}\0`);
    } catch {
      return false;
    }
  });
const settled = async () => {
  for (let i = 0; i < 1500 && living().length > 0; i += 1) await sleep(10);
};

const fallIll = () => writeFileSync(at("sick"), "");
const getWell = () => rmSync(at("sick"), { force: true });
const reset = (victim, story) => {
  for (const name of ["ran", "trace", "die", "through"]) rmSync(at(name), { force: true });
  for (const folder of foldersOf(victim))
    execFileSync("/bin/bash", ["-c", `find ${folder} -mindepth 1 -delete; cp -a ${base}${folder}/. ${folder}/`]);
  writeFileSync(at("cures"), story === "stubborn" ? "" : "yes");
  told = [];
  fallIll();
};

const mostCalls = (trace) => {
  const most = {};
  const seen = new Map();
  for (const line of trace) {
    const [, thread, call] = /^(\d+)\s+(\w+)\(/u.exec(line) ?? [];
    if (call === undefined) continue;
    const count = (seen.get(`${thread} ${call}`) ?? 0) + 1;
    seen.set(`${thread} ${call}`, count);
    most[call] = Math.max(most[call] ?? 0, count);
  }
  return most;
};

const count = async ({ count: victim, story }) => {
  reset(victim, story);
  const { status, heal, err } = await tick(victim, through(calls));
  await settled();
  return { status, heal, err, calls: mostCalls(linesOf(at("trace"))) };
};

/** Moments of the recipe's step at which it kills the victim itself: a child's execve can't be counted apart from the victim's own. */
const isMoment = (call) => call.startsWith("step-");

/** A head that a message carried is a line of the log. */
const isHead = (log, head) => {
  const [, seq, hash] = /^log (\d+):([0-9a-f]{16})$/u.exec(head) ?? [];
  return (
    log[seq - 1] !== undefined &&
    createHash("sha256")
      .update(log[seq - 1])
      .digest("hex")
      .startsWith(hash)
  );
};

const killed = async (order) => {
  const { victim, call, n, story } = order;
  reset(victim, story);
  if (isMoment(call)) writeFileSync(at("die"), call);
  const first = await tick(victim, isMoment(call) ? undefined : through(call, n));
  // From here on nobody is killed: the watcher that is to die with its helper is a watcher like any other.
  const next = () => tick(victim === "both" ? "helper" : victim);
  const dead = isMoment(call)
    ? existsSync(at("die-done"))
    : linesOf(at("trace")).some((line) => line.endsWith("+++ killed by SIGKILL +++"));
  rmSync(at("die"), { force: true });
  rmSync(at("die-done"), { force: true });
  const ticks = [first];
  if (story !== "cures") await settled();
  if (story === "well") getWell();
  if (story === "relapse") fallIll();
  for (let i = 0; i < 2; i += 1) {
    ticks.push(await next());
    await settled();
  }
  getWell();
  for (let i = 0; i < 2; i += 1) ticks.push(await next());
  await settled();
  const folders = foldersOf(victim);
  const verify = await run([binary, "log", "verify", ...flagsOf(victim)]);
  const inodes = folders.flatMap((folder) =>
    readdirSync(folder)
      .filter((name) => name.endsWith(".lock"))
      .map((name) => String(statSync(`${folder}/${name}`).ino)),
  );
  const log = linesOf(`${folders.at(-1)}/heal.jsonl`);
  const known = linesOf(`${base}${folders.at(-1)}/heal.jsonl`).length;
  return {
    ...order,
    dead,
    ticks,
    ran: linesOf(at("ran")),
    log: log.slice(known),
    strangeHeads: told
      .map((text) => text.split("\n").findLast((line) => line.startsWith("log ")) ?? "")
      .filter((head) => head !== "" && head !== "log unreadable" && !isHead(log, head)),
    told,
    verify: verify.status,
    names: folders.flatMap((folder) => readdirSync(folder)).sort(),
    locked: linesOf("/proc/locks").filter((line) => inodes.some((inode) => line.includes(`:${inode} `))),
  };
};

const step = `#!/bin/sh
# The recipe's one step: notes the log's last line, and cures the patient where the story says so.
die() { if [ "$(cat ${at("die")} 2>/dev/null)" = "$1" ]; then : >${at("die-done")}; kill -KILL "$PPID"; fi; }
die step-begins
for log in ${walled[2]} ${alone[1]}; do if [ "$log/heal.jsonl" -nt ${at("sick")} ]; then tail -n 1 "$log/heal.jsonl" >>${at("ran")}; fi; done
if [ -s ${at("cures")} ]; then rm -f ${at("sick")}; fi
die step-ends
`;
const helper = `#!/bin/bash
words=()
if [[ -s ${at("through")} ]]; then read -ra words <${at("through")}; fi
[[ -e ${at("watcher.pid")} ]] || exec "\${words[@]}" ${binary} helper
"\${words[@]}" ${binary} helper
# It still holds the connection: the watcher dies before it can notice.
exec setpriv --reuid=dogwatch --clear-groups /bin/kill -KILL "$(cat ${at("watcher.pid")})"
`;
const recipe = `recipe: cure
treats: a test
steps:
  - [/opt/kill-step]
proof: { within: 1s, every: 100ms }
cooldown: 0s
budget: 999 per 1h
`;
const config = `host: web-1
confirm: 50ms
chat: { webhook: { url: "http://127.0.0.1:18998/hook" } }
checks: { gw: { http: { url: "http://127.0.0.1:18997/" }, red_after: 1 } }
heal: { mode: apply, rules: [{ on: [gw], recipe: cure }] }
`;

/** The helper's socket with our own listener: a unit's sandbox would forbid to trace, and starting one takes longer. */
const openDoor = async () => {
  execFileSync("systemctl", ["stop", "dogwatch.timer", "dogwatch-heal.socket", "dogwatch.service"]);
  execFileSync("/bin/bash", ["-c", "systemctl stop kill-door.service 2>/dev/null || true"]);
  rmSync(door, { force: true });
  const sandbox = [
    "Group=dogwatch",
    "UMask=0027",
    "CapabilityBoundingSet=CAP_SETUID CAP_SETGID",
    "NoNewPrivileges=yes",
  ];
  execFileSync("/usr/bin/systemd-run", [
    "-q",
    "--unit=kill-door",
    ...sandbox.flatMap((each) => ["-p", each]),
    "systemd-socket-activate",
    "--accept",
    "--inetd",
    "-l",
    door,
    "/opt/kill-helper",
  ]);
  while (!existsSync(door)) await sleep(10);
  const id = Number(execFileSync("id", ["-u", "dogwatch"], { encoding: "utf8" }));
  chownSync(door, id, id);
  chmodSync(door, 0o600);
};

const prepare = async () => {
  mkdirSync(place, { recursive: true, mode: 0o755 });
  mkdirSync("/etc/dogwatch/heal-recipes", { recursive: true });
  for (const folder of alone) mkdirSync(folder, { recursive: true });
  const files = {
    "/opt/kill-step": step,
    "/opt/kill-helper": helper,
    "/etc/dogwatch/heal-recipes/cure.yaml": recipe,
    "/etc/dogwatch/dogwatch.yaml": config,
  };
  for (const [path, text] of Object.entries(files)) writeFileSync(path, text);
  for (const path of ["/opt/kill-step", "/opt/kill-helper"]) chmodSync(path, 0o755);
  await listen(18997, (_, response) => response.writeHead(existsSync(at("sick")) ? 500 : 200).end());
  await listen(18998, async (request, response) => {
    told.push(JSON.parse(await bodyOf(request)).text);
    response.end("{}");
  });
  await openDoor();
  for (const victim of ["watcher", "alone"]) {
    for (const folder of foldersOf(victim)) execFileSync("find", [folder, "-mindepth", "1", "-delete"]);
    fallIll();
    await tick(victim);
    getWell();
    const green = await tick(victim);
    if (green.status !== 0 || green.verdict !== "green")
      throw new Error(`no green tick to begin with: ${JSON.stringify(green)}`);
    await settled();
    for (const folder of foldersOf(victim))
      execFileSync("/bin/bash", ["-c", `mkdir -p ${base}${folder}; cp -a ${folder}/. ${base}${folder}/`]);
  }
};

await prepare();
for await (const line of createInterface({ input: process.stdin })) {
  const order = JSON.parse(line);
  process.stdout.write(`${JSON.stringify(order.count === undefined ? await killed(order) : await count(order))}\n`);
}
process.exit(0);
