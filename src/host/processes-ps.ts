import { kill } from "node:process";
import { attempt, failed, isFailure } from "./failure.ts";
import type { Processes, ProcessFacts } from "./host.ts";

const factsOf = (
  found: {
    readonly pid: number;
    readonly ppid: number;
    readonly name: string;
    readonly cmd?: string;
    readonly uid?: number;
  },
  want: Parameters<Processes["list"]>[0],
): ProcessFacts => ({
  pid: found.pid,
  ppid: found.ppid,
  state: "?",
  comm: found.name,
  argv: want.argv && found.cmd !== undefined && found.cmd !== "" ? found.cmd.split(" ") : [],
  uid: want.uid ? (found.uid ?? -1) : -1,
  startedUptimeS: Number.NaN,
});

/**
 * Processes of a machine without /proc (a Mac at a developer's desk), asked of `ps` through `ps-list`: no state (`?`),
 * no start time in host uptime (NaN), arguments split at spaces, a name that is the program's file name. Two child
 * processes a list.
 */
export const psProcesses = (): Processes => ({
  list: async (want) => {
    const { default: psList } = await import("ps-list");
    try {
      const found = await psList();
      return { kind: "listed", processes: found.map((each) => factsOf(each, want)), isComplete: true };
    } catch (error) {
      return failed("EIO", `cannot list processes: ${error instanceof Error ? error.message : String(error)}`);
    }
  },
  unitOf: () => undefined,
  environKeys: () => failed("ENOSYS", "this system has no /proc to read an environment from"),
  startedUptimeS: (pid) => {
    const asked = attempt(() => kill(pid, 0));
    return isFailure(asked) && asked.code === "ESRCH" ? undefined : Number.NaN;
  },
});
