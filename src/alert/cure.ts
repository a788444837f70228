import type { Attempt } from "../state/heal-state.ts";
import type { Incident, LastWell } from "../state/state.ts";
import type { Judged, Now } from "../verdict/judge.ts";
import { clock } from "./compose.ts";

/** What is known of how a check got well. */
export interface CureFacts {
  readonly incident: Incident;
  readonly check: string;
  readonly judged: readonly Judged[];
  /** What the check needs. */
  readonly needs: readonly string[];
  /** Absent: dogwatch never saw it well before. */
  readonly lastWell: LastWell | undefined;
  /** As the heal state keeps them, oldest first. */
  readonly attempts: readonly Attempt[];
  readonly now: Now;
}

/** A process that was looked at: whose, and when it started, in seconds of host uptime. */
interface Started {
  readonly whose: string;
  readonly atS: number;
  readonly restarts: number | undefined;
}

/** The check's own process, or that of the first check that it needs and that has one. */
const startedOf = ({ check, judged, needs }: CureFacts): Started | undefined => {
  for (const name of [check, ...needs]) {
    const each = judged.find((one) => one.name === name);
    const restarts = each?.memory?.["restarts"];
    if (each?.startedUptimeS !== undefined)
      return {
        whose: name === check ? "its process" : `the process of "${name}"`,
        atS: each.startedUptimeS,
        restarts: name === check && typeof restarts === "number" ? restarts : undefined,
      };
  }
  return undefined;
};

const at = (uptimeS: number, { now }: CureFacts): string =>
  clock(new Date(Date.parse(now.at) - (now.uptimeS - uptimeS) * 1000).toISOString(), now.at);

/** The last attempt for this incident, or one that was to cure this check since it was last well. */
const attemptOf = ({ incident, check, attempts, lastWell }: CureFacts): Attempt | undefined =>
  attempts.findLast(
    (each) =>
      each.incident === incident.id ||
      (each.sick.includes(check) &&
        lastWell?.moment.bootId === each.started.bootId &&
        each.started.uptimeS >= lastWell.moment.uptimeS),
  );

const byRecipe = ({ recipe, by, at: begun }: Attempt, { now }: CureFacts): string =>
  `${recipe} at ${clock(begun, now.at)}${by === undefined ? "" : `, run by hand by ${by}`}`;

/** After a heal that wasn't proved: whether what runs now has started since. */
const afterAttempt = (attempt: Attempt, started: Started | undefined, facts: CureFacts): string => {
  const tried = `${byRecipe(attempt, facts)}, not proved in time`;
  const isSameBoot = attempt.started.bootId === facts.now.bootId;
  if (started === undefined || !isSameBoot || started.atS < attempt.started.uptimeS)
    return `cannot be told; tried: ${tried}`;
  return `${started.whose} was started anew at ${at(started.atS, facts)}, after ${tried}`;
};

const withoutHeal = ({ lastWell, now, ...facts }: CureFacts, started: Started | undefined): string => {
  if (lastWell === undefined) return "cannot be told";
  if (lastWell.moment.bootId !== now.bootId) return `the host was booted at ${at(0, { ...facts, lastWell, now })}`;
  if (started === undefined) return "cannot be told";
  if (started.atS <= lastWell.moment.uptimeS)
    return `by itself: ${started.whose} is the same as before, nobody started it anew`;
  const when = at(started.atS, { ...facts, lastWell, now });
  const isBySystemd = started.restarts !== undefined && started.restarts > (lastWell.restarts ?? started.restarts);
  return isBySystemd
    ? `systemd started it anew at ${when}, by its Restart=`
    : `${started.whose} was started anew at ${when}, not by dogwatch`;
};

/**
 * What cured a check, by facts alone: a recipe and who ran it, a process that somebody started anew, systemd's own restart, a boot, or the same process
 * as before; else that it can't be told. Pure.
 */
export const cureOf = (facts: CureFacts): string => {
  const attempt = attemptOf(facts);
  const started = startedOf(facts);
  if (attempt === undefined) return withoutHeal(facts, started);
  return attempt.outcome === "healed" ? byRecipe(attempt, facts) : afterAttempt(attempt, started, facts);
};
