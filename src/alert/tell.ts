import type { Head } from "../log/entry.ts";
import type { Silence } from "../state/silence.ts";
import type { Incident } from "../state/state.ts";
import type { Judged } from "../verdict/judge.ts";
import { cardFor } from "./card-for.ts";
import { compose, type HealTold, type Story } from "./compose.ts";
import type { Decision } from "./decide.ts";
import type { AlertKind, Message } from "./platforms/platform.ts";

/** What telling needs besides the decision: the host's name, the verdicts, the log's head, the moment. */
export interface Telling {
  readonly host: string;
  readonly judged: readonly Judged[];
  readonly head: Head | null;
  /** ISO 8601 UTC. */
  readonly now: string;
  /** What cured the checks whose end is told, by check. */
  readonly cures?: Readonly<Record<string, string>>;
}

/** Names of the checks that are folded under `root`, directly or through others. */
const namesUnder = (root: string, judged: readonly Judged[]): readonly string[] => {
  const found = new Set<string>();
  for (let size = -1; size !== found.size; ) {
    size = found.size;
    for (const { name, because } of judged)
      if (because !== undefined && (because === root || found.has(because))) found.add(name);
  }
  return [...found];
};

/** Of a heal that was watched over ticks the check may be well by now: that is no evidence of what was wrong. */
const evidenceOf = (kind: AlertKind, judged: Judged | undefined): string =>
  judged === undefined || (kind === "healed" && judged.reading === "ok") ? "" : judged.evidence;

type About = Pick<Decision, "check" | "incident" | "flap" | "also">;

const storyOf = (telling: Telling, kind: AlertKind, about: About, heal: HealTold | null): Story => {
  const { check, incident, flap, also = [] } = about;
  const cure = telling.cures?.[check];
  const judged = telling.judged.find(({ name }) => name === check);
  return {
    kind,
    host: telling.host,
    check,
    incident: incident?.id ?? null,
    evidence: evidenceOf(kind, judged),
    since: (kind === "recovered" || kind === "healed" ? incident?.openedAt : judged?.since) ?? telling.now,
    ticks: judged?.ticks ?? 1,
    folded: kind === "recovered" ? [] : [...namesUnder(check, telling.judged), ...also],
    includes: incident?.includes ?? [],
    ...(flap === undefined ? {} : { flap }),
    verdict: judged?.verdict ?? "unknown",
    ...(kind === "recovered" && cure !== undefined ? { cure } : {}),
    heal,
    isKnown: kind !== "red",
    card: cardFor(judged, heal?.outcome === "refused" ? heal.why : "", kind === "unknown"),
    head: telling.head,
    now: telling.now,
  };
};

/** The message for one decision, with how its heal stands where there is one to tell. Pure. */
export const tell = (telling: Telling, decision: Omit<Decision, "reason">, heal: HealTold | null): Message =>
  compose({ ...storyOf(telling, decision.kind, decision, heal), after: decision.after });

/**
 * The message for a heal that ended. `isNew`: the operator hears of the incident for the first time, in this same message.
 * `judged` must be as it was before the proof, so that the evidence tells what was wrong. Pure.
 */
export const tellHeal = (
  telling: Telling,
  kind: "healed" | "heal-failed",
  about: { readonly check: string; readonly incident: Incident; readonly card: string | null },
  heal: HealTold,
  isNew: boolean,
  after?: Silence,
): Message => {
  const story = storyOf(telling, kind, about, heal);
  const judged = telling.judged.find(({ name }) => name === about.check);
  // A restart that cured no queue and no loop leaves a unit that runs: what to do still hangs on the jobs.
  const recipes = judged?.kind === "queue" || judged?.kind === "heartbeat" ? null : about.card;
  return compose({ ...story, isKnown: !isNew, card: judged?.card ?? recipes ?? story.card, after });
};
