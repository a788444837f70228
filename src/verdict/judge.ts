import type { Check } from "../config/config.ts";
import type { Reading } from "../probes/probe.ts";
import type { CheckState } from "../state/state.ts";
import { isGraceSpent, isInGrace } from "./grace.ts";
import { foldedUnder, type Needing } from "./needs.ts";
import { colour, countBad, isUnknownAfterRed } from "./threshold.ts";
import type { Verdict } from "./verdict.ts";

/** One check, judged. `since` and `ticks` tell the present run of equal readings; `because` the red check that explains it. */
export interface Judged {
  readonly name: string;
  readonly kind: Check["kind"];
  readonly verdict: Verdict;
  readonly reading: Reading["kind"];
  readonly evidence: string;
  readonly since: string;
  readonly ticks: number;
  readonly badTicks: number;
  /** It was red before it became unknown. */
  readonly wasRed?: true;
  readonly because?: string;
  readonly isInGrace: boolean;
  readonly card: string | null;
  readonly durationMs: number;
  /** When the youngest process or the unit that was looked at started, in seconds of host uptime. */
  readonly startedUptimeS?: number;
  /** A person's decision: no recipe touches it. */
  readonly isAlertOnly?: true;
  /** What is wrong, in words that stay the same from look to look. */
  readonly findings?: readonly string[];
  /** Well, and on its way to red by time alone. */
  readonly isStanding?: true;
  /** Of a queue. */
  readonly depth?: Reading["depth"];
  readonly memory?: Reading["memory"];
}

/** Whether a check is red and stands for itself, not folded under one that it needs: only such a one alerts and asks for a heal. Pure. */
export const isUnfoldedRed = ({ verdict, because }: Judged): boolean => verdict === "red" && because === undefined;

/** The moment of judging: wall time to show, uptime to measure. */
export interface Now {
  /** ISO 8601 UTC. */
  readonly at: string;
  readonly uptimeS: number;
  readonly bootId: string;
}

/** What a verdict takes over from its reading as it is. */
const marksOf = ({
  isAlertOnly,
  findings,
  isStanding,
  depth,
}: Reading): Pick<Judged, "isAlertOnly" | "findings" | "isStanding" | "depth"> => ({
  ...(isAlertOnly === undefined ? {} : { isAlertOnly }),
  ...(findings === undefined ? {} : { findings }),
  ...(isStanding === undefined ? {} : { isStanding }),
  ...(depth === undefined ? {} : { depth }),
});

const judgeOne = (
  check: Check,
  readings: ReadonlyMap<string, Reading>,
  before: CheckState | undefined,
  now: Now,
): Judged => {
  const reading: Reading = readings.get(check.name) ?? { kind: "unknown", evidence: "not looked at", durationMs: 0 };
  const inGrace = isInGrace(check, readings, now.uptimeS);
  const badTicks = countBad(reading.kind, before?.badTicks ?? 0);
  const verdict = colour(check, reading, badTicks, inGrace && !isGraceSpent(check, before, now), before);
  const isSame = before?.reading === reading.kind;
  const memory = reading.memory ?? before?.memory;
  return {
    name: check.name,
    kind: check.kind,
    verdict,
    ...(isUnknownAfterRed(verdict, before) ? { wasRed: true as const } : {}),
    reading: reading.kind,
    evidence: verdict === "amber" && inGrace ? `${reading.evidence} (in its start grace)` : reading.evidence,
    since: isSame ? before.since : now.at,
    ticks: isSame ? before.ticks + 1 : 1,
    badTicks,
    isInGrace: inGrace,
    card: check.card,
    durationMs: reading.durationMs,
    ...(reading.startedUptimeS === undefined ? {} : { startedUptimeS: reading.startedUptimeS }),
    ...marksOf(reading),
    ...(memory === undefined ? {} : { memory }),
  };
};

/**
 * Readings and what the last tick left become verdicts, in the order of the config. Pure.
 * A check whose need is red is folded under it (`because`) and then neither alerts nor heals by itself.
 */
export const judge = (
  checks: readonly Check[],
  readings: ReadonlyMap<string, Reading>,
  before: Readonly<Record<string, CheckState>>,
  now: Now,
): readonly Judged[] => {
  const judged = checks.map((check) => judgeOne(check, readings, before[check.name], now));
  const needing = new Map<string, Needing>(
    checks.map(({ name, needs }, i) => [name, { name, needs, verdict: judged[i]?.verdict ?? "unknown" }]),
  );
  return judged.map((each) => {
    const mine = needing.get(each.name);
    const because = mine === undefined ? undefined : foldedUnder(mine, needing);
    return because === undefined ? each : { ...each, because };
  });
};

/** Names of the checks that this tick would turn red: they are looked at once more before anything is said or done (law 4). Pure. */
export const turningRed = (
  judged: readonly Judged[],
  before: Readonly<Record<string, CheckState>>,
): ReadonlySet<string> =>
  new Set(
    judged.filter((each) => each.verdict === "red" && before[each.name]?.verdict !== "red").map(({ name }) => name),
  );
