import { writeFileSync } from "node:fs";
import { attempt } from "./failure.ts";

/** Nothing but the headers of programs: no memory of ours. Source: core(5), "Controlling which mappings are written to the core dump", bit 4. */
const headersOnly = "0x10";

let isDone = false;

/**
 * Keeps what this process has in memory out of any core of it, whoever writes that: from the first secret on it may be a token. For the rest of
 * the run; where there is no such file (no Linux), nothing happens. Never throws.
 */
export const keepOutOfCores = (): void => {
  if (isDone) return;
  isDone = true;
  attempt(() => writeFileSync("/proc/self/coredump_filter", headersOnly));
};
