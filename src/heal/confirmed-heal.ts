import type { Rule } from "../config/config.ts";
import { formatDuration } from "../config/duration.ts";
import type { Reading } from "../probes/probe.ts";
import type { Incident } from "../state/state.ts";
import { momentOf } from "../state/state.ts";
import { isUnfoldedRed, type Judged } from "../verdict/judge.ts";
import { ownView, relevantChecks } from "../verdict/own-view.ts";
import { type HealContext, rulesOf } from "./context.ts";
import { type Healed, noHeal } from "./healed.ts";
import { hasOpenAttempt, healUnderLock, noteRefusal } from "./locked-heal.ts";

type Readings = ReadonlyMap<string, Reading>;

/** Readings taken at one moment of the monotonic clock. */
export interface Look {
  readonly atMs: number;
  readonly readings: Readings;
}

/** What somebody wants healed. He is believed in nothing but the names. */
export interface Asked {
  readonly red: readonly string[];
  /** By check, those of them that are open in the log. */
  readonly incidents: Readonly<Record<string, Incident>>;
  readonly onApply: (healed: Healed) => void;
  /** A first look that was taken before, for the second to follow sooner. */
  readonly first: Look | undefined;
}

/** Looks at all that must be seen to judge these checks. */
export const lookFor = async (context: HealContext, names: readonly string[]): Promise<Look> => {
  const atMs = context.host.clock.monotonicMs();
  const readings = await context.look(relevantChecks(context.config, names).map(({ name }) => name));
  return { atMs, readings };
};

const viewOf = ({ host, config }: HealContext, readings: Readings, red: readonly string[]): readonly Judged[] => {
  const now = { at: new Date(host.clock.nowMs()).toISOString(), ...momentOf(host) };
  return ownView(relevantChecks(config, red), readings, red, now);
};

/** It is red and stands for itself. */
const isRed = (judged: readonly Judged[], name: string): boolean =>
  judged.some((each) => each.name === name && isUnfoldedRed(each));

/** Why a check that was called red isn't to be healed by these readings. `why` alone is the same for the same reason, so that a repeat can be counted. */
interface Doubt {
  readonly why: string;
  readonly evidence: string;
}

const doubtOf = (judged: readonly Judged[], name: string, when: string): Doubt => {
  const seen = judged.find((each) => each.name === name);
  if (seen === undefined) return { why: `there is no check "${name}"`, evidence: "" };
  const why = seen.because === undefined ? undefined : `its need "${seen.because}" is bad too, and was not called red`;
  const reads = seen.isInGrace && seen.reading === "bad" ? "bad in its start grace" : seen.reading;
  return { why: `not confirmed: ${when} ${why ?? `it reads ${reads}`}`, evidence: seen.evidence };
};

const ruleOf = (context: HealContext, name: string): Rule | undefined =>
  rulesOf(context).find(({ on }) => on.includes(name));

/** Writes down, once an incident, that a red was not found again. */
const unconfirmed = async (context: HealContext, asked: Asked, doubts: ReadonlyMap<string, Doubt>): Promise<Healed> => {
  const told: Record<string, { recipe: string; why: string }> = {};
  for (const [check, { why, evidence }] of doubts) {
    const rule = ruleOf(context, check);
    if (rule === undefined) continue;
    told[check] = { recipe: rule.recipe, why: evidence === "" ? why : `${why}: ${evidence}` };
    await noteRefusal(context, { rule, check, why, incident: asked.incidents[check]?.id ?? null });
  }
  const [first] = Object.entries(told);
  if (first === undefined) return noHeal("no rule covers it");
  const [check, { recipe, why }] = first;
  const incident = asked.incidents[check]?.id ?? null;
  return { ...noHeal(why), outcome: "refused", check, recipe, incident, reasons: told };
};

/** Holds what was asked against one look: who is red in it, and why the others aren't. */
const hold = (context: HealContext, { readings }: Look, red: readonly string[], when: string) => {
  const judged = viewOf(context, readings, red);
  const still = red.filter((name) => isRed(judged, name));
  const doubts = new Map(
    red.filter((name) => !still.includes(name)).map((name) => [name, doubtOf(judged, name, when)] as const),
  );
  return { judged, still, doubts };
};

const waitUntil = async ({ host: { clock } }: HealContext, atMs: number): Promise<void> => {
  const leftMs = atMs - clock.monotonicMs();
  if (leftMs > 0) await clock.sleep(leftMs);
};

/**
 * Heals only what it has confirmed itself, in two bad looks `confirm` apart, whoever asks. What can be refused without a second look is
 * refused at once. Never throws for expected trouble.
 */
export const healConfirmed = async (context: HealContext, asked: Asked): Promise<Healed> => {
  const { incidents, onApply } = asked;
  const { confirmMs } = context.config;
  if (!context.isReadOnly && hasOpenAttempt(context))
    return await healUnderLock(context, { judged: [], incidents, onApply });
  if (asked.red.length === 0) return noHeal("nothing is red");
  const look = asked.first ?? (await lookFor(context, asked.red));
  const first = hold(context, look, asked.red, "at the helper's own look");
  if (first.still.length === 0) return await unconfirmed(context, asked, first.doubts);
  const task = { judged: first.judged, incidents, onApply };
  if (confirmMs === 0) return await healUnderLock(context, task);
  const planned = await healUnderLock({ ...context, isReadOnly: true }, task);
  if (context.isReadOnly) return planned;
  if (planned.outcome !== "planned") {
    const noted = await healUnderLock(context, { ...task, isOnlyRefused: true });
    // What refused it is over since: then it is looked at twice like any other.
    if (noted.outcome !== "planned") return noted;
  }
  context.onStep(`sick at the first look of our own; looking again ${formatDuration(confirmMs)} after it`);
  await waitUntil(context, look.atMs + confirmMs);
  const second = hold(context, await lookFor(context, asked.red), first.still, `${formatDuration(confirmMs)} later`);
  if (second.still.length === 0) return await unconfirmed(context, asked, second.doubts);
  return await healUnderLock(context, { judged: second.judged, incidents, onApply });
};
