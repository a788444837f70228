import type { ProcessFacts } from "../host/host.ts";
import type { Live } from "../queues/flow-look.ts";
import { commandLine, isDead } from "./process-facts.ts";

/** A process and its children with the same words are one worker: a shell around it, a fork that hasn't become another program. */
const firstOfKin = (pids: readonly number[], parents: ReadonlyMap<number, number>): readonly number[] => {
  const all = new Set(pids);
  return pids.filter((pid) => {
    const seen = new Set([pid]);
    for (let at = parents.get(pid); at !== undefined && !seen.has(at); at = parents.get(at)) {
      if (all.has(at)) return false;
      seen.add(at);
    }
    return true;
  });
};

/**
 * What lives on this host, for the judge of a queue. `pattern`: matched against argv joined by spaces, its first group is a job's id; null: no
 * workers are known. `bootS`: epoch seconds of the boot. Pure; a pattern that is no regular expression throws.
 */
export const liveOf = (
  processes: readonly ProcessFacts[],
  pattern: string | null,
  bootS: number,
  ownPid: number,
): Live => {
  const lives = processes.filter((each) => !isDead(each) && each.pid !== ownPid);
  const expression = pattern === null ? undefined : new RegExp(pattern, "u");
  const byJob = new Map<string, number[]>();
  for (const each of expression === undefined ? [] : lives) {
    const id = expression?.exec(commandLine(each))?.[1];
    if (id !== undefined && id !== "") byJob.set(id, [...(byJob.get(id) ?? []), each.pid]);
  }
  const parents = new Map(lives.map(({ pid, ppid }) => [pid, ppid]));
  return {
    startedS: new Map(lives.map(({ pid, startedUptimeS }) => [pid, bootS + startedUptimeS])),
    workers: new Map([...byJob].map(([id, pids]) => [id, firstOfKin(pids, parents)])),
  };
};
