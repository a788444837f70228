import type { Reading } from "../probes/probe.ts";

/** What the heal stage did, for the message, the report and the next tick. */
export interface Healed {
  readonly outcome: "none" | "planned" | "watching" | "healed" | "failed" | "refused" | "indeterminate";
  readonly recipe: string | null;
  readonly unit: string | null;
  /** The unit belongs to a user's manager. */
  readonly isUserUnit: boolean;
  readonly check: string | null;
  /** The checks whose recovery would prove it. */
  readonly sick: readonly string[];
  readonly incident: string | null;
  readonly card: string | null;
  readonly why: string;
  readonly steps: readonly (readonly string[])[];
  /** Readings of the checks that were proved well. */
  readonly readings: ReadonlyMap<string, Reading>;
  /** Why each red check of a rule is not healed, by check. */
  readonly reasons: Readonly<Record<string, { readonly recipe: string; readonly why: string }>>;
  /** Checks whose incident the log has closed behind the back of whoever asks: what is red there is a new one. */
  readonly closed?: readonly string[];
}

/** The stage did nothing, for this reason. */
export const noHeal = (why: string): Healed => ({
  outcome: "none",
  recipe: null,
  unit: null,
  isUserUnit: false,
  check: null,
  sick: [],
  incident: null,
  card: null,
  why,
  steps: [],
  readings: new Map(),
  reasons: {},
});
