import { cleanEvidence } from "../probes/evidence.ts";
import type { Story } from "./compose.ts";

/** How its heal stands, where there is one to tell. Pure. */
export const healLine = ({ heal }: Story): string | undefined => {
  if (heal === null) return undefined;
  const name = [heal.recipe, heal.unit].filter((part) => part !== null).join(" on ");
  const why = cleanEvidence(heal.why, 200);
  switch (heal.outcome) {
    case "none":
      return `Not healed: ${why}`;
    case "refused":
      return name === "" ? `Not healed: ${why}` : `Not healed (${name}): ${why}`;
    case "planned":
      return `Would heal: ${name}`;
    case "watching":
      return `Healing: ${name} was applied, its proof is being watched`;
    case "healed":
      return `Done: ${name}; proved: ${why}`;
    case "failed":
      return `Heal failed: ${name}: ${why}`;
    case "indeterminate":
      return `Heal cut off: ${name}: ${why}`;
  }
};

/** What to expect of it from here on: while it flaps nothing else is told or done. */
export const flapLine = ({ kind, flap }: Story): string | undefined => {
  if (kind === "flapping") return "While it flaps: no RED, no RECOVERED and no heal; told when it is steady again";
  return kind === "reminder" && flap !== undefined ? "It no longer comes and goes: it stays red" : undefined;
};

/** Incidents that were told before and go on, or end, in this one. Pure. */
export const includesLine = ({ includes = [] }: Story): string | undefined =>
  includes.length === 0 ? undefined : `Took over: ${includes.join(", ")}`;

/** What cured it. Pure. */
export const cureLine = ({ cure }: Story): string | undefined => (cure === undefined ? undefined : `Cure: ${cure}`);

/** The one next step. Pure. */
export const nextLine = (story: Story): string | undefined => {
  if (story.kind === "recovered" || story.kind === "test") return undefined;
  if (story.kind === "healed" && story.heal !== null) {
    const { unit, isUserUnit } = story.heal;
    const match = isUserUnit ? `_SYSTEMD_USER_UNIT=${unit} + USER_UNIT=${unit}` : `-u ${unit}`;
    const why = unit === null ? "" : `; to see why: journalctl ${match}`;
    const undone = / is kept as "(\/[^"]+\.dogwatch-bad)"$/u.exec(story.heal.why)?.[1];
    if (undone !== undefined) return `Next: somebody's edit was undone: see ${undone}; dogwatch card config-broken`;
    return `Next: nothing to do${why}`;
  }
  return `Next: dogwatch card ${story.card}`;
};
