import type { Check } from "../config/config.ts";
import type { Failure } from "../host/host.ts";
import type { Memory, Reading } from "../probes/probe.ts";
import { momentOf } from "../state/state.ts";
import type { Judged } from "../verdict/judge.ts";
import type { HealContext } from "./context.ts";
import { enterEvents } from "./events.ts";
import type { Helper, LoggedIncidents } from "./helper.ts";
import type { Keepable } from "./keep.ts";
import { keepCopies } from "./keep-copies.ts";
import { healUnderLock, tidyUp } from "./locked-heal.ts";
import { noteStates } from "./note-states.ts";
import { readingsOf } from "./readings.ts";

/** What a helper in the tick's own process needs beyond the context. `look`: by whoever can look at these checks. */
export interface InProcessParts extends Omit<HealContext, "note" | "say" | "look" | "memory"> {
  readonly look: (
    checks: readonly Check[],
    memory: (check: string) => Memory | undefined,
  ) => Promise<ReadonlyMap<string, Reading>>;
  /** Files that the rules' recipes may put back. */
  readonly keepables: readonly Keepable[];
  readonly elsewhere: (
    checks: readonly Check[],
    memory: (check: string) => Memory | undefined,
  ) => Promise<ReadonlyMap<string, Reading>>;
}

/** The incidents of a book by check. Of two that are open for one check, the newer. Pure. */
export const byCheck = (
  open: Readonly<Record<string, { readonly check: string; readonly openedAt: string }>>,
): LoggedIncidents =>
  Object.fromEntries(
    Object.entries(open)
      .toSorted(([, a], [, b]) => (a.openedAt < b.openedAt ? -1 : 1))
      .map(([id, { check, openedAt }]) => [check, { id, openedAt }]),
  );

/** What all checks look like to whoever tidies up, where only the names of those that aren't well are known. Pure. */
export const asNotGreen = (names: readonly string[], checks: readonly Check[]): readonly Judged[] =>
  checks.map(({ name, kind }) => ({
    name,
    kind,
    verdict: names.includes(name) ? ("amber" as const) : ("green" as const),
    reading: names.includes(name) ? ("bad" as const) : ("ok" as const),
    evidence: "",
    since: "",
    ticks: 1,
    badTicks: 1,
    isInGrace: false,
    card: null,
    durationMs: 0,
  }));

/**
 * The helper in the tick's own process, where there is no wall: a user install, folders named by hand, no socket. It believes what the tick
 * judged, since it is the tick. Never throws for expected trouble.
 */
export const helperInProcess = (parts: InProcessParts): Helper => {
  const { host, config, configSha256, journal } = parts;
  const failures: Failure[] = [];
  const notes: string[] = [];
  let latest: ReadonlyMap<string, Memory | undefined> = new Map();
  const memory = (name: string): Memory | undefined => latest.get(name);
  const checksOf = (names: readonly string[]): readonly Check[] =>
    config.checks.filter(({ name }) => names.includes(name));
  const context: HealContext = {
    ...parts,
    memory,
    look: async (names) => await parts.look(checksOf(names), memory),
    note: (failure) => void failures.push(failure),
    say: (text) => void notes.push(text),
  };
  return {
    head: async () => journal.head(),
    lastHead: () => journal.head(),
    grownTo: journal.grownTo,
    incidents: async () => byCheck(journal.mended().open),
    look: async (names) => await parts.elsewhere(checksOf(names), memory),
    suspect: () => undefined,
    enter: async (events) => {
      const at = new Date(host.clock.nowMs()).toISOString();
      const entered = enterEvents(journal, { host, config, configSha256, now: momentOf(host), at }, events);
      const well = events.flatMap((each) => (each.event === "incident.resolved" ? [[each.check, "g"] as const] : []));
      if (entered.kind === "appended" && !parts.isReadOnly) noteStates(context, new Map(well));
      return entered;
    },
    heal: async ({ judged, incidents, onApply }) => {
      latest = new Map(judged.map((each) => [each.name, each.memory]));
      return await healUnderLock(context, { judged, incidents, onApply });
    },
    keep: async (judged) => await keepCopies(context, parts.keepables, readingsOf(judged)),
    tidy: async (notGreen) => await tidyUp(context, asNotGreen(notGreen, config.checks)),
    seal: async () => journal.seal(),
    trouble: () => journal.trouble() ?? failures[0],
    notes: () => [...notes, ...journal.notes()],
    close: () => undefined,
  };
};
