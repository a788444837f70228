import type { Config } from "../config/config.ts";
import type { Healed } from "../heal/healed.ts";
import type { Incident } from "../state/state.ts";
import type { HealTold } from "./compose.ts";
import type { Decision } from "./decide.ts";
import type { Mailbox } from "./mailbox.ts";
import { type Telling, tell, tellHeal } from "./tell.ts";

/** A message of this tick and the decision behind it. */
interface Told {
  readonly id: string;
  readonly decision: Decision;
}

/** This tick's messages on their way: put down before the heal, told anew when its outcome is known in time. */
export interface Post {
  /** Tells each decision anew with how its heal stands now. */
  retell(telling: Telling, healed: Healed): void;
  /** Tells how a heal ended: in the red's own message while that is still here, else in one of its own. */
  tellEnd(telling: Telling, healed: Healed, incidents: readonly Incident[]): void;
}

const ofHealed = ({ outcome, recipe, unit, isUserUnit, why }: Healed): HealTold => ({
  outcome,
  recipe,
  unit,
  isUserUnit,
  why,
});

const none = (why: string): HealTold => ({ outcome: "none", recipe: null, unit: null, isUserUnit: false, why });

/** What is sure before any heal: that no rule is on it. */
const uncovered = ({ kind, check }: Decision, { heal }: Config): HealTold | null =>
  (kind === "red" || kind === "reminder") && !heal.rules.some(({ on }) => on.includes(check))
    ? none(`no rule covers "${check}"`)
    : null;

/** How the heal stands for one decision: its own outcome, its refusal, or that another heal has this tick's one change. */
const healFor = (decision: Decision, healed: Healed, config: Config): HealTold | null => {
  const { kind, check } = decision;
  if (kind !== "red" && kind !== "reminder") return null;
  if (healed.check === check || healed.sick.includes(check)) return ofHealed(healed);
  const ofSameRule = (other: string): boolean =>
    config.heal.rules.some(({ on }) => on.includes(check) && on.includes(other));
  const reason = healed.reasons[check] ?? Object.entries(healed.reasons).find(([other]) => ofSameRule(other))?.[1];
  if (reason !== undefined)
    return { outcome: "refused", recipe: reason.recipe, unit: null, isUserUnit: false, why: reason.why };
  const first = uncovered(decision, config);
  if (first !== null) return first;
  if (healed.outcome === "refused" && healed.recipe === null) return ofHealed(healed);
  if (healed.check === null) return none(healed.why);
  return none(`one change at a time: this tick is for "${healed.check}"`);
};

/** Puts the decisions' messages into the mailbox, with no more on heals than that no rule covers a check: one may leave while a heal runs. */
export const openPost = (mailbox: Mailbox, config: Config, telling: Telling, decisions: readonly Decision[]): Post => {
  const told: readonly Told[] = decisions.map((decision) => {
    const message = tell(telling, decision, uncovered(decision, config));
    mailbox.put([message]);
    return { id: message.id, decision };
  });
  const ended = (end: Telling, healed: Healed, incident: Incident): void => {
    const kind = healed.outcome === "healed" ? "healed" : "heal-failed";
    const mine = told.find(({ decision }) => decision.incident?.id === incident.id && decision.kind !== "flapping");
    const isNew = mine?.decision.kind === "red";
    const about = { check: incident.check, incident, card: healed.card };
    const after = mine?.decision.after;
    if (mine !== undefined && mailbox.retell(mine.id, tellHeal(end, kind, about, ofHealed(healed), isNew, after)))
      return;
    mailbox.put([tellHeal(end, kind, about, ofHealed(healed), false)]);
  };
  return {
    retell: (now, healed) => {
      for (const { id, decision } of told) {
        const message = tell(now, decision, healFor(decision, healed, config));
        mailbox.retell(id, { ...message, id });
      }
    },
    tellEnd: (end, healed, incidents) => {
      for (const incident of incidents) ended(end, healed, incident);
    },
  };
};
