import type { Judged } from "../verdict/judge.ts";
import type { Deciding } from "./decide.ts";
import type { One } from "./one.ts";

/** What is decided of a check, with its name. */
export type Named = One & { readonly name: string };

const isRed = (judged: readonly Judged[], check: string): boolean =>
  judged.some(({ name, verdict }) => name === check && verdict === "red");

/**
 * One outage is one incident: a check that a heal was to cure, and that is red on its own now, belongs to the heal's incident. While
 * that lives it opens none of its own; when the incident's own check is well before it, it takes the incident over, with its attempts.
 * Pure.
 */
export const withHeirs = (each: readonly Named[], given: Deciding): readonly Named[] => {
  const all = new Map(each.map((one) => [one.name, one]));
  for (const { name, tell } of each) {
    const owner = Object.values(given.incidents).find(({ id }) => id === given.patients?.[name]);
    const mine = all.get(name);
    if (owner === undefined || mine === undefined || tell?.kind !== "red") continue;
    const before = all.get(owner.check);
    const isFree =
      before !== undefined &&
      !before.isFlapTold &&
      !isRed(given.judged, owner.check) &&
      (before.tell?.kind === "recovered" || before.incident?.id === owner.id);
    const { isUnknownTold, isFlapTold } = mine;
    const reason = { name: "of-a-heal" as const, by: owner.check };
    const incident = isFree ? { ...owner, check: name } : undefined;
    all.set(name, { name, isUnknownTold, isFlapTold, reason, incident });
    if (isFree)
      all.set(owner.check, {
        ...{ name: owner.check, isUnknownTold: before.isUnknownTold, isFlapTold: false },
        reason: { name: "of-a-heal", by: name },
        incident: undefined,
      });
  }
  return [...all.values()];
};
