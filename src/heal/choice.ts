import type { Rule } from "../config/config.ts";
import type { UnitFacts } from "../host/host.ts";
import type { HealState } from "../state/heal-state.ts";
import type { Silence } from "../state/silence.ts";
import type { Incident, Moment } from "../state/state.ts";
import type { Judged } from "../verdict/judge.ts";
import type { FoundFiles } from "./files.ts";
import type { Recipe, Target } from "./recipe.ts";

/** What can't be had, and why, in words. */
export interface Fault {
  readonly kind: "fault";
  readonly why: string;
}

/** A rule with what was found out about it before choosing: its recipe and argv, and its unit's present facts. */
export interface Candidate {
  readonly rule: Rule;
  readonly recipe: Recipe | Fault;
  readonly steps: readonly (readonly string[])[];
  readonly backup: readonly string[];
  /** Those files as they are now, or why the recipe must not touch them; absent: it names none. */
  readonly files?: FoundFiles | Fault;
  readonly target: Target | undefined;
  /** Who runs the steps; undefined: we do. */
  readonly runAs: string | undefined;
  readonly facts: UnitFacts | Fault | undefined;
  /** Whether dogwatch saw the unit active in this boot. */
  readonly wasSeenActive: boolean;
}

/** Everything that choosing may look at. */
export interface Choice {
  readonly judged: readonly Judged[];
  readonly incidents: Readonly<Record<string, Incident>>;
  readonly candidates: readonly Candidate[];
  readonly heal: HealState;
  readonly mode: "apply" | "observe";
  readonly systemState: string;
  /** Names of checks that flap. */
  readonly flapping: ReadonlySet<string>;
  readonly silences: readonly Silence[];
  readonly now: Moment;
}

/** The one recipe to apply. `number`: 1 or 2, which attempt of its incident; `budgetLeft`: attempts left after it. */
export interface Applicable {
  readonly kind: "chosen";
  readonly candidate: Candidate;
  readonly recipe: Recipe;
  readonly check: string;
  readonly incident: Incident;
  readonly number: number;
  readonly budgetLeft: number;
}

export type Chosen =
  | { readonly kind: "none"; readonly why: string }
  | {
      readonly kind: "refused";
      readonly rule: Rule;
      readonly check: string;
      readonly why: string;
      /** The budget is spent: from now on the rule only alerts. */
      readonly isLatching: boolean;
    }
  | Applicable;

/** Names a change: one incident and one recipe are one change, whoever asks and however often. */
export const keyOf = (incident: string, recipe: string): string => `${incident}/${recipe}`;
