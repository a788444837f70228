import { Database } from "bun:sqlite";
import { readdirSync, readFileSync, rmSync } from "node:fs";
import { connect } from "node:net";
import { cpus, loadavg, release } from "node:os";
import { type Installed, pinned } from "./install.ts";
import { endGateway, gatewayToken, makePlace, msUntilOk, type Place, type Running, startGateway } from "./run.ts";

const pings = 500;

const seconds = (ms: number): string => `${(ms / 1000).toFixed(1)} s`;
const millis = (ms: number): string => `${ms.toFixed(ms < 10 ? 1 : 0)} ms`;
const at = (sorted: readonly number[], part: number): number =>
  sorted[Math.min(sorted.length - 1, Math.floor(sorted.length * part))] ?? Number.NaN;
const spread = (values: readonly number[], show: (value: number) => string): string => {
  const sorted = values.toSorted((a, b) => a - b);
  return `${show(at(sorted, 0))}, ${show(at(sorted, 0.5))}, ${show(at(sorted, 1))}`;
};

const row = (what: string, found: string): void => console.log(`| ${what} | ${found} |`);

/** Field of /proc/PID/status in MiB. Source: proc_pid_status(5). */
const memoryMiB = (pid: number): number =>
  Number(/^VmRSS:\s+(\d+) kB$/mu.exec(readFileSync(`/proc/${pid}/status`, "utf8"))?.[1] ?? 0) / 1024;

const childrenOf = (pid: number): readonly number[] =>
  readdirSync("/proc")
    .filter((name) => /^\d+$/u.test(name))
    .map(Number)
    .filter((each) => {
      try {
        return readFileSync(`/proc/${each}/stat`, "utf8").split(") ")[1]?.split(" ")[1] === String(pid);
      } catch {
        return false;
      }
    });

const pingMs = async ({ port }: Place, path: string): Promise<readonly number[]> => {
  const took: number[] = [];
  for (let n = 0; n < pings; n += 1) {
    const beganMs = performance.now();
    await (await fetch(`http://127.0.0.1:${port}${path}`, { headers: { connection: "close" } })).text();
    took.push(performance.now() - beganMs);
  }
  return took.toSorted((a, b) => a - b);
};

const connectMs = ({ port }: Place): Promise<number> =>
  new Promise((resolve, reject) => {
    const beganMs = performance.now();
    const socket = connect(port, "127.0.0.1", () => {
      socket.destroy();
      resolve(performance.now() - beganMs);
    });
    socket.once("error", reject);
  });

const answer = async ({ port }: Place, path: string, init: RequestInit = {}): Promise<string> => {
  const response = await fetch(`http://127.0.0.1:${port}${path}`, { signal: AbortSignal.timeout(10_000), ...init });
  const text = (await response.text()).trim();
  const shown = text.startsWith("<") ? `${response.headers.get("content-type")}` : text;
  return `${response.status} \`${shown.length > 110 ? `${shown.slice(0, 110)}…` : shown}\``;
};

const invoke = (place: Place, token: string, tool: string): Promise<string> =>
  answer(place, "/tools/invoke", {
    method: "POST",
    headers: { authorization: `Bearer ${token}`, "content-type": "application/json" },
    body: JSON.stringify({ tool, args: {} }),
  });

const boots = ({ folder }: Place): string => {
  using db = new Database(`${folder}/state/state/openclaw.sqlite`, { readonly: true });
  const rows: unknown[] = db.query("SELECT outcome, reason FROM gateway_boot_lifecycle ORDER BY started_at_ms").all();
  return rows.map((each) => JSON.stringify(each)).join(" ");
};

const title = (pid: number): string =>
  `comm \`${readFileSync(`/proc/${pid}/comm`, "utf8").trim()}\`, cmdline \`${readFileSync(`/proc/${pid}/cmdline`, "utf8").replaceAll("\0", " ").trim()}\``;

/** What a healthy one says, and how fast. */
const showAnswers = async (place: Place): Promise<void> => {
  for (const path of ["/healthz", "/startupz", "/readyz"]) {
    const sorted = await pingMs(place, path);
    row(
      `ping ${path}, ${pings} new connections: p50, p99, max`,
      [0.5, 0.99, 1].map((part) => millis(at(sorted, part))).join(", "),
    );
    row(`GET ${path}`, await answer(place, path));
  }
  for (const path of ["/metrics", "/status", "/livez"]) row(`GET ${path}`, await answer(place, path));
  row("POST /tools/invoke, wrong token", await invoke(place, "wrong", "sessions_list"));
  row("POST /tools/invoke, unknown tool", await invoke(place, gatewayToken, "no_such_tool"));
};

/** What a stopped one does, and what a second one on the same state does. */
const showTrouble = async (installed: Installed, place: Place, running: Running): Promise<void> => {
  const second = startGateway(installed, { ...place, port: place.port + 1 });
  const status = await second.exited;
  row("second gateway on the same state: status, after", `${status}, ${seconds(performance.now() - second.startedMs)}`);
  process.kill(running.pid, "SIGSTOP");
  const asked = await answer(place, "/healthz", { signal: AbortSignal.timeout(5000) }).catch((error: unknown) =>
    String(error),
  );
  row("SIGSTOP: TCP connect; GET /healthz", `${millis(await connectMs(place))}; ${asked}`);
  process.kill(running.pid, "SIGCONT");
};

const showMemory = (running: Running): void => {
  const children = childrenOf(running.pid);
  row("process", title(running.pid));
  row(
    "memory (RSS), gateway and its children",
    [running.pid, ...children].map((pid) => `${memoryMiB(pid).toFixed(0)} MiB`).join(" + "),
  );
};

/**
 * Starts the gateway `starts` times in a folder of its own and prints what was seen as a Markdown table: min, median, max where
 * something was done more than once. Foreground, as the user who runs it; nothing leaves loopback but what the gateway itself tries.
 */
export const printFigures = async (installed: Installed, starts: number): Promise<void> => {
  const place = await makePlace(`${installed.folder}/figures`);
  console.log(
    `openclaw ${pinned.openclaw}, node ${pinned.node}; ${cpus().length} x ${cpus()[0]?.model.trim()}, Linux ${release()}\n`,
  );
  console.log("| what | found |\n|---|---|");
  const live: number[] = [];
  const ready: number[] = [];
  const ended: number[] = [];
  for (let n = 0; n < starts; n += 1) {
    const running = startGateway(installed, place);
    live.push(await msUntilOk(place, running, "/healthz"));
    ready.push(await msUntilOk(place, running, "/readyz"));
    if (n === 0) {
      showMemory(running);
      await showAnswers(place);
      await showTrouble(installed, place, running);
    }
    const { status, ms } = await endGateway(running, n === starts - 1 ? "SIGKILL" : "SIGTERM");
    if (n < starts - 1) ended.push(ms);
    if (n === 0) row("status after SIGTERM", String(status));
  }
  row("first start, empty state: /healthz 200 after", seconds(live[0] ?? Number.NaN));
  row(`${starts - 1} more starts: /healthz 200 after (min, median, max)`, spread(live.slice(1), seconds));
  row(`${starts - 1} more starts: /readyz 200 after (min, median, max)`, spread(ready.slice(1), seconds));
  row("SIGTERM: gone after (min, median, max)", spread(ended, seconds));
  row("gateway_boot_lifecycle, the last one killed", boots(place));
  row(
    "load average of the machine, 1, 5 and 15 min",
    loadavg()
      .map((each) => each.toFixed(1))
      .join(", "),
  );
  rmSync(place.folder, { recursive: true, force: true });
};
