import { writeFileSync } from "node:fs";
import { attempt } from "./failure.ts";

/** No mapping at all. Source: core(5), "Controlling which mappings are written to the core dump". */
const noMemory = "0";

let isDone = false;

/**
 * Keeps what this process has in memory out of any core of it, whoever writes that: from the first secret on it may be a token. What stands in
 * registers at that instant still goes into one, so the units allow none (LimitCORE=0). For the rest of the run; where there is no such file
 * (no Linux), nothing happens. Never throws.
 */
export const keepOutOfCores = (): void => {
  if (isDone) return;
  isDone = true;
  attempt(() => writeFileSync("/proc/self/coredump_filter", noMemory));
};
