import type { Recalled } from "./recall.ts";
import type { Run } from "./run.ts";
import type { Found } from "./state/history.ts";
import { appendHours } from "./state/history-file.ts";
import type { State } from "./state/state.ts";
import type { Judged } from "./verdict/judge.ts";
import type { Verdict } from "./verdict/verdict.ts";

/** Kinds of checks whose looks wait for somebody else: how long they take is worth a curve. */
const asking: ReadonlySet<Judged["kind"]> = new Set(["http", "tcp", "plugin"]);

/** What this tick found of each check, for the history. `worst`: before a heal and after it. Pure. */
export const foundOf = (judged: readonly Judged[], worst: ReadonlyMap<string, Verdict>): readonly Found[] =>
  judged.map(({ name, kind, verdict, reading, durationMs, depth }) => ({
    name,
    verdict: worst.get(name) ?? verdict,
    ...(asking.has(kind) && reading !== "unknown" ? { ms: durationMs } : {}),
    ...(depth === undefined ? {} : { ready: depth.ready }),
    ...(depth === undefined || depth.running === null ? {} : { running: depth.running }),
  }));

/** Keeps the past of one tick. */
export interface HistoryKeeper {
  /** Writes the hours that are over into their file, before the state that forgets them is written: gives that one. */
  keep(state: State): State;
  /** Cuts the file to its bounds, at most once an hour. */
  end(): Promise<void>;
}

/** The history as a tick keeps it: where the disk takes no line, the hour waits in the state. Never throws for expected trouble. */
export const openHistory = ({ host, paths }: Run, { remark }: Pick<Recalled, "remark">): HistoryKeeper => {
  let isAppended = false;
  const note = (what: string, why: string): void => remark(`cannot ${what} the history of the checks: ${why}`);
  return {
    keep: (state) => {
      const hours = state.history ?? [];
      if (hours.length < 2) return state;
      const appended = appendHours(host, paths.state, hours.slice(0, -1));
      if (appended.kind === "failed") {
        note("write", appended.why);
        return state;
      }
      isAppended = true;
      return { ...state, history: hours.slice(-1) };
    },
    end: async () => {
      if (!isAppended) return;
      const { compactHistory } = await import("./state/history-read.ts");
      const compacted = compactHistory(host, paths.state);
      if (compacted.kind === "failed") note("tidy", compacted.why);
    },
  };
};
