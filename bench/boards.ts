// What a queue check of a large Hermes board costs: `bun bench/boards.ts [--jobs 100000] [--rounds 10] [--binary dist/dogwatch]`,
// after `npm run build`. The check's own time, as `tick --json` tells it, from a binary that starts afresh each time.
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { parseArgs } from "node:util";
import { makeBoard, manyJobs } from "../test/queues/board-bed.ts";
import { figure, type Spread, spread, spreadText, table } from "./figures.ts";
import { machine } from "./machine.ts";

const { values } = parseArgs({
  options: {
    jobs: { type: "string", default: "100000" },
    rounds: { type: "string", default: "10" },
    binary: { type: "string", default: "dist/dogwatch" },
  },
});
const jobs = Number(values.jobs);
const rounds = Math.max(1, Number(values.rounds) || 10);
const folder = mkdtempSync(join(tmpdir(), "dogwatch-boards-"));

const boards: Readonly<Record<string, readonly string[]>> = {
  "nine done, one ready": [...Array.from({ length: 9 }, () => "done"), "ready"],
  "all statuses alike": ["triage", "todo", "scheduled", "ready", "running", "blocked", "review", "done", "archived"],
  "all ready": ["ready"],
  "all blocked": ["blocked"],
  "all running": ["running"],
};

const config = (file: string): string => `confirm: 0s
chat: { console: {} }
checks: { board: { queue: { hermes: ${JSON.stringify(file)} } } }
`;

/** One tick of its own: milliseconds that the check took by the clock, and that the whole tick took of the CPU. */
interface Look {
  readonly wallMs: number;
  readonly cpuMs: number;
}

/** `noJit`: as in its unit. */
const lookAt = (at: string, noJit: boolean): Look => {
  const argv = ["--config", join(at, "dogwatch.yaml"), "--state-dir", join(at, "state"), "--logs-dir", join(at, "log")];
  const ran = Bun.spawnSync([values.binary, "tick", "--json", ...argv], {
    env: { PATH: "/usr/bin:/bin", ...(noJit ? { BUN_JSC_useJIT: "0" } : {}) },
    stderr: "ignore",
  });
  const { checks } = JSON.parse(ran.stdout.toString());
  if (checks[0].reading === "unknown") throw new Error(`nothing to measure: ${checks[0].evidence}`);
  return { wallMs: checks[0].duration_ms, cpuMs: Number(ran.resourceUsage.cpuTime.total) / 1000 };
};

/** Drops the file's pages out of memory. Source: dd(1), nocache. */
const cool = (file: string): void => {
  Bun.spawnSync(["dd", `if=${file}`, "iflag=nocache", "count=0"], { stderr: "ignore" });
};

interface Spent {
  readonly warm: Spread;
  readonly noJit: Spread;
  readonly cold: Spread;
  /** Of the whole tick, without the JIT. */
  readonly cpu: Spread;
}

const measure = (name: string, statements: readonly string[]): Spent => {
  const at = join(folder, name.replaceAll(/\W+/gu, "-"));
  for (const each of ["state", "log"]) mkdirSync(join(at, each), { recursive: true, mode: 0o700 });
  const file = join(at, "kanban.db");
  makeBoard(file, ...statements);
  writeFileSync(join(at, "dogwatch.yaml"), config(file), { mode: 0o600 });
  const times = (noJit: boolean, before: () => void): readonly Look[] =>
    Array.from({ length: rounds }, () => {
      before();
      return lookAt(at, noJit);
    });
  const wall = (looks: readonly Look[]): Spread => spread(looks.map(({ wallMs }) => wallMs));
  lookAt(at, false);
  const noJit = times(true, () => undefined);
  return {
    warm: wall(times(false, () => undefined)),
    noJit: wall(noJit),
    cold: wall(times(true, () => cool(file))),
    cpu: spread(noJit.map(({ cpuMs }) => cpuMs)),
  };
};

try {
  const nowS = Math.floor(Date.now() / 1000);
  const idle = measure("empty", []);
  const rows = Object.entries(boards).map(([name, statuses]) => {
    const { warm, noJit, cold, cpu } = measure(name, manyJobs(jobs, statuses, nowS));
    return [name, ...[warm, noJit, cold].map(spreadText), figure(cpu.median - idle.cpu.median)];
  });
  const head = [
    `a board of ${jobs} jobs, ms`,
    "warm",
    "warm, no JIT",
    "cold, no JIT",
    "CPU, more than for an empty board",
  ];
  process.stdout.write(`${machine()}\n\n${table(head, rows)}`);
} finally {
  rmSync(folder, { recursive: true, force: true });
}
