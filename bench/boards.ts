// What a queue check of a large Hermes board costs: `bun bench/boards.ts [--jobs 100000] [--rounds 10] [--binary dist/dogwatch]`,
// after `npm run build`. The check's own time, as `tick --json` tells it, from a binary that starts afresh each time.
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { parseArgs } from "node:util";
import { makeBoard, manyJobs } from "../test/queues/board-bed.ts";
import { spread, spreadText, table } from "./figures.ts";
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

/** Milliseconds that the check took in a tick of its own; `noJit`: as in its unit. */
const checkMs = (at: string, noJit: boolean): number => {
  const argv = ["--config", join(at, "dogwatch.yaml"), "--state-dir", join(at, "state"), "--logs-dir", join(at, "log")];
  const ran = Bun.spawnSync([values.binary, "tick", "--json", ...argv], {
    env: { PATH: "/usr/bin:/bin", ...(noJit ? { BUN_JSC_useJIT: "0" } : {}) },
    stderr: "ignore",
  });
  const { checks } = JSON.parse(ran.stdout.toString());
  if (checks[0].reading === "unknown") throw new Error(`nothing to measure: ${checks[0].evidence}`);
  return checks[0].duration_ms;
};

/** Drops the file's pages out of memory. Source: dd(1), nocache. */
const cool = (file: string): void => {
  Bun.spawnSync(["dd", `if=${file}`, "iflag=nocache", "count=0"], { stderr: "ignore" });
};

const measure = (name: string, statuses: readonly string[]): readonly string[] => {
  const at = join(folder, name.replaceAll(/\W+/gu, "-"));
  for (const each of ["state", "log"]) mkdirSync(join(at, each), { recursive: true, mode: 0o700 });
  const file = join(at, "kanban.db");
  makeBoard(file, ...manyJobs(jobs, statuses, Math.floor(Date.now() / 1000)));
  writeFileSync(join(at, "dogwatch.yaml"), config(file), { mode: 0o600 });
  const times = (noJit: boolean, before: () => void): string =>
    spreadText(
      spread(
        Array.from({ length: rounds }, () => {
          before();
          return checkMs(at, noJit);
        }),
      ),
    );
  checkMs(at, false);
  return [name, times(false, () => undefined), times(true, () => undefined), times(true, () => cool(file))];
};

try {
  const rows = Object.entries(boards).map(([name, statuses]) => measure(name, statuses));
  const head = [`a board of ${jobs} jobs, ms`, "warm", "warm, no JIT", "cold, no JIT"];
  process.stdout.write(`${machine()}\n\n${table(head, rows)}`);
} finally {
  rmSync(folder, { recursive: true, force: true });
}
