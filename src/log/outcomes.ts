import type { SeenEntry } from "./seen-entry.ts";

/** What became of the heals of an incident. `none`: no rule covers it, so none was tried. */
export type HealOutcome = "healed" | "failed" | "refused" | "indeterminate" | "none";

/** How an incident stands, as far as its lines tell. */
export interface IncidentOutcome {
  readonly heal: HealOutcome;
  readonly isOpen: boolean;
}

/** The words that `--outcome` takes: what the heals came to, and `open` for what isn't resolved yet, whatever they came to. */
export const outcomeWords = ["healed", "failed", "refused", "indeterminate", "none", "open"] as const;

/** One of {@link outcomeWords}. */
export type OutcomeWord = (typeof outcomeWords)[number];

/** Of an incident that no line was read of. */
export const noOutcome: IncidentOutcome = { heal: "none", isOpen: true };

const ends: Readonly<Record<string, HealOutcome>> = {
  "heal.proved": "healed",
  "heal.failed": "failed",
  "heal.indeterminate": "indeterminate",
};

/**
 * How an incident stands after one more of its lines. The last attempt that came to an end decides; a refusal counts only where nothing was
 * attempted, because after a failed attempt each further try is refused. Pure.
 */
export const afterEntry = (before: IncidentOutcome, { event }: SeenEntry): IncidentOutcome => {
  if (event === "incident.resolved") return { ...before, isOpen: false };
  if (event === "heal.refused") return before.heal === "none" ? { ...before, heal: "refused" } : before;
  const heal = ends[event];
  return heal === undefined ? before : { ...before, heal };
};

/** Whether an incident is one that the word asks for. Pure. */
export const isOutcome = ({ heal, isOpen }: IncidentOutcome, word: OutcomeWord): boolean =>
  word === "open" ? isOpen : heal === word;

/** Outcomes of all incidents of a log, line by line; holds a few bytes for each incident. */
export interface Outcomes {
  take(entry: SeenEntry): void;
  of(incident: string | undefined): IncidentOutcome | undefined;
}

/** There are ten outcomes, and a log may have a hundred thousand incidents. */
const shared = (() => {
  const all = new Map<string, IncidentOutcome>();
  return (outcome: IncidentOutcome): IncidentOutcome => {
    const name = `${outcome.heal} ${outcome.isOpen}`;
    const known = all.get(name) ?? outcome;
    all.set(name, known);
    return known;
  };
})();

/** Nothing read yet. */
export const createOutcomes = (): Outcomes => {
  const known = new Map<string, IncidentOutcome>();
  return {
    take(entry): void {
      const { incident } = entry;
      if (incident === undefined) return;
      const before = known.get(incident) ?? noOutcome;
      const after = afterEntry(before, entry);
      if (after !== before || !known.has(incident)) known.set(incident, shared(after));
    },
    of: (incident) => (incident === undefined ? undefined : known.get(incident)),
  };
};
