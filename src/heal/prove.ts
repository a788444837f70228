import type { Host, UnitFacts } from "../host/host.ts";
import { cleanEvidence, wordOr } from "../probes/evidence.ts";
import type { Reading } from "../probes/probe.ts";
import { endOf } from "../probes/unit-stop.ts";
import type { Target } from "./recipe.ts";

/** What a proof looks at and how long it may take. Times in milliseconds. */
export interface Proof {
  readonly host: Host;
  readonly target: Target | undefined;
  /** The unit's invocation before the change; the proof wants another one. */
  readonly invocationBefore: string | null;
  readonly everyMs: number;
  /** How long this tick may watch, and how long the proof may take in all from now on. */
  readonly watchMs: number;
  readonly withinMs: number;
  /** Looks at the sick checks again. */
  look(): Promise<ReadonlyMap<string, Reading>>;
}

export type Proved =
  | { readonly kind: "proved"; readonly why: string; readonly readings: ReadonlyMap<string, Reading> }
  /** `isDead`: the unit failed again, so the rest of the time was not waited for. */
  | { readonly kind: "failed"; readonly isDead: boolean; readonly why: string }
  | { readonly kind: "watching"; readonly why: string };

/** A recovered check must be seen well twice in a row: one good answer may be the last of the old process. */
const looksWanted = 2;

type UnitNow = { readonly kind: "well" | "waiting" | "dead"; readonly why: string };

const judgeUnit = (unit: string, facts: UnitFacts, before: string | null): UnitNow => {
  const isNew = before === null || facts.invocationId !== before;
  const state = `"${unit}" is ${wordOr(facts.activeState)} (${wordOr(facts.subState)})`;
  if (facts.activeState === "failed" && isNew && !facts.hasJob)
    return {
      kind: "dead",
      why: `"${unit}" failed (${wordOr(facts.result)}${facts.execMainCode === 0 ? "" : `, ${endOf(facts)}`})`,
    };
  const hasEndedWell =
    facts.serviceType === "oneshot" && facts.activeState === "inactive" && facts.result === "success";
  if ((facts.activeState !== "active" && !hasEndedWell) || facts.hasJob) return { kind: "waiting", why: state };
  return isNew ? { kind: "well", why: state } : { kind: "waiting", why: `"${unit}" has not been started anew` };
};

const unitNow = async ({ host, target, invocationBefore }: Proof): Promise<UnitNow> => {
  if (target === undefined) return { kind: "well", why: "" };
  const manager = { scope: target.scope, ...(target.user === undefined ? {} : { user: target.user }) };
  const shown = await host.systemd.show(manager, [target.unit], 10_000);
  if (shown.kind === "failed") return { kind: "waiting", why: cleanEvidence(shown.why, 200) };
  const facts = shown.units[0];
  return facts === undefined
    ? { kind: "waiting", why: `systemctl said nothing of "${target.unit}"` }
    : judgeUnit(target.unit, facts, invocationBefore);
};

const describe = (readings: ReadonlyMap<string, Reading>): string =>
  [...readings].map(([name, { evidence }]) => `${name}: ${evidence}`).join("; ");

const isAllOk = (readings: ReadonlyMap<string, Reading>): boolean =>
  readings.size > 0 && [...readings.values()].every(({ kind }) => kind === "ok");

const sickIn = (readings: ReadonlyMap<string, Reading>): ReadonlyMap<string, Reading> =>
  new Map([...readings].filter(([, { kind }]) => kind !== "ok"));

interface Look {
  readonly isWell: boolean;
  readonly isDead: boolean;
  readonly why: string;
  readonly readings: ReadonlyMap<string, Reading>;
}

const lookOnce = async (proof: Proof): Promise<Look> => {
  const unit = await unitNow(proof);
  if (unit.kind === "dead") return { isWell: false, isDead: true, why: unit.why, readings: new Map() };
  const readings = await proof.look();
  const isOk = isAllOk(readings);
  const isWell = isOk && unit.kind === "well";
  return { isWell, isDead: false, why: isOk ? unit.why : describe(sickIn(readings)), readings };
};

/** What ends the watch when the next look would come at `nextMs`: the proof's time, this tick's, or nothing yet. */
const whatIsOver = ({ watchMs, withinMs }: Proof, nextMs: number, looks: number): "failed" | "watching" | undefined => {
  if (nextMs > watchMs) return withinMs > watchMs || looks === 0 ? "watching" : "failed";
  return nextMs > withinMs && looks >= looksWanted ? "failed" : undefined;
};

/**
 * Watches until the sick checks are ok twice in a row and their unit was started anew, or until time is up: `failed` when the
 * proof's own time is, `watching` when only this tick's. A unit that ends `failed` ends the watch. Never throws.
 */
export const prove = async (proof: Proof): Promise<Proved> => {
  const {
    everyMs,
    host: { clock },
  } = proof;
  const startedMs = clock.monotonicMs();
  for (let good = 0, looks = 0, why = "not looked at again yet"; ; looks += 1) {
    const nextMs = clock.monotonicMs() - startedMs + everyMs;
    const over = whatIsOver(proof, nextMs, looks);
    if (over === "watching") return { kind: "watching", why };
    if (over === "failed") return { kind: "failed", isDead: false, why };
    await clock.sleep(everyMs);
    const seen = await lookOnce(proof);
    if (seen.isDead) return { kind: "failed", isDead: true, why: seen.why };
    [good, why] = seen.isWell ? [good + 1, why] : [0, seen.why];
    if (good >= looksWanted)
      return {
        kind: "proved",
        why: `ok ${looksWanted} times in a row: ${describe(seen.readings)}`,
        readings: seen.readings,
      };
  }
};
