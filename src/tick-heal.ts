import type { Decided } from "./alert/decide.ts";
import type { Mailbox } from "./alert/mailbox.ts";
import type { Post } from "./alert/post.ts";
import type { Telling } from "./alert/tell.ts";
import { type Healed, noHeal } from "./heal/healed.ts";
import { flappingHeal, heldBack, reasonsFor, withoutHeld } from "./heal/held-back.ts";
import { isTidyDue, tidy } from "./heal/housekeeping.ts";
import { isKeepDue } from "./heal/keep.ts";
import { readingsOf } from "./heal/readings.ts";
import type { Recalled } from "./recall.ts";
import { nowOf, type Run, spentMs } from "./run.ts";
import { type HealState, isOpenAttempt } from "./state/heal-state.ts";
import { readMemory } from "./state/look-memory.ts";
import { afterProof } from "./state/next.ts";
import { silenceOf, silenceText } from "./state/silence.ts";
import type { Incident } from "./state/state.ts";
import { isUnfoldedRed, type Judged } from "./verdict/judge.ts";

/** A red reaches the chat by then, whatever the heal does; one that ends sooner is told in the same message. */
const tellByMs = 30_000;
/** After slow looks the red waits this much longer for the choice of a recipe, so that it says why nothing is healed. */
const maxChoosingMs = 5000;
/** What the stage works on. */
export interface HealStage {
  readonly judged: readonly Judged[];
  readonly decided: Decided;
  readonly mailbox: Mailbox;
  readonly post: Post;
  readonly telling: Telling;
}

export interface HealStaged {
  readonly healed: Healed;
  readonly judged: readonly Judged[];
  readonly incidents: Readonly<Record<string, Incident>>;
}

const isOpen = (heal: HealState): boolean => heal.attempts.some(isOpenAttempt);

/** Nothing is changed without a record: when state or log can't be written, the heal is refused and only told. */
const unwritable = (judged: readonly Judged[], why: string): Healed => {
  const check = judged.find(isUnfoldedRed)?.name ?? null;
  return { ...noHeal(`${why}; nothing is changed without a record`), outcome: "refused", check };
};

/** Heals, and lets the reds go out at their time if that takes longer. */
const healAndTell = async (run: Run, stage: HealStage): Promise<Healed> => {
  let known: Healed | undefined;
  const [chosen, done] = [new AbortController(), new AbortController()];
  const { clock } = run.host;
  const leftMs = Math.max(0, tellByMs - spentMs(run));
  const early = clock.sleep(leftMs, done.signal).then(async () => {
    if (leftMs < maxChoosingMs) await clock.sleep(maxChoosingMs, chosen.signal);
    if (done.signal.aborted || run.isDryRun) return;
    if (known !== undefined) stage.post.retell({ ...stage.telling, head: run.helper.lastHead() }, known);
    await stage.mailbox.flush();
  });
  const held = heldBack(run.config.heal.rules, stage.judged, stage.decided.flapping);
  run.progress?.stage("choosing a recipe");
  const healed = await run.helper.heal({
    judged: withoutHeld(stage.judged, held),
    incidents: stage.decided.incidents,
    isDryRun: run.isDryRun,
    onApply: (healing) => {
      known = healing;
      run.progress?.stage(
        `healing ${healing.check ?? "it"} by ${healing.recipe ?? "a recipe"}, then watching for the proof`,
      );
      chosen.abort();
    },
  });
  done.abort();
  chosen.abort();
  await early;
  return { ...healed, reasons: { ...healed.reasons, ...reasonsFor(run.config.heal.rules, held) } };
};

/** The incidents whose checks were proved well: the helper has ended them in the log. */
const provedIn = (healed: Healed, incidents: Readonly<Record<string, Incident>>): readonly Incident[] =>
  Object.values(incidents).filter(({ check }) => healed.readings.has(check));

/** A failed heal is told under its own check, or, where that is well by now, under those that it should have cured and are red. */
const failedFor = ({ decided, judged }: HealStage, { incident, sick }: Healed): readonly Incident[] => {
  const red = new Set(judged.flatMap(({ name, verdict }) => (verdict === "red" ? [name] : [])));
  const incidents = Object.values(decided.incidents);
  const own = incidents.filter(({ id }) => id === incident);
  const others = incidents.filter(({ check }) => sick.includes(check) && red.has(check));
  return others.length === 0 || own.some(({ check }) => red.has(check)) ? own : others;
};

const tellEnd = (run: Run, stage: HealStage, healed: Healed, ended: readonly Incident[]): void => {
  const telling = { ...stage.telling, head: run.helper.lastHead() };
  stage.post.retell(telling, healed);
  if (healed.outcome === "healed") stage.post.tellEnd(telling, healed, ended);
  if (healed.outcome === "failed" || healed.outcome === "indeterminate")
    stage.post.tellEnd(telling, healed, failedFor(stage, healed));
};

/** Asks the helper to forget what no longer counts, where there is something to forget, or a heal state to make good. */
const tidyUp = async (run: Run, recalled: Recalled, { judged, incidents }: HealStaged): Promise<void> => {
  if (run.isDryRun) return;
  const open = new Set(Object.values(incidents).map(({ id }) => id));
  const { moment } = nowOf(run);
  const readings = readingsOf(judged);
  if (run.keepables.some((file) => isKeepDue(file, readings, recalled.heal.kept, moment.bootId)))
    await run.helper.keep(judged);
  const unseen = [...neverSeenActive(run, judged, moment.bootId), ...standing(run, judged)];
  if (unseen.length > 0) await run.helper.look(unseen);
  const after = tidy(recalled.heal, run.config.heal.rules, judged, open, moment);
  if (recalled.isHealLost || recalled.isLittered || isTidyDue(recalled.heal, after, moment))
    await run.helper.tidy(judged.flatMap(({ name, verdict }) => (verdict === "green" ? [] : [name])));
};

/**
 * Unit checks of rules with `heal_clean_exit` that are active now and that the helper hasn't seen so in this boot: it believes only what it saw itself,
 * and asks nobody while all is well. One look a boot.
 */
const neverSeenActive = (run: Run, judged: readonly Judged[], bootId: string): readonly string[] => {
  const on = new Set(run.config.heal.rules.flatMap((rule) => (rule.healCleanExit ? rule.on : [])));
  const active = judged.filter(
    ({ name, kind, memory }) => on.has(name) && kind === "unit" && memory?.["activeBoot"] === bootId,
  );
  if (active.length === 0 || run.paths.socket === null) return [];
  const seen = readMemory(run.host, run.paths.helper);
  return active.flatMap(({ name }) => (seen[name]?.["activeBoot"] === bootId ? [] : [name]));
};

/** Checks of rules that time alone will turn red: the helper believes only what it saw itself, so it must have begun to look by then. */
const standing = (run: Run, judged: readonly Judged[]): readonly string[] => {
  if (run.paths.socket === null) return [];
  const ruled = new Set(run.config.heal.rules.flatMap(({ on }) => on));
  return judged.flatMap(({ name, isStanding }) => (isStanding && ruled.has(name) ? [name] : []));
};

/** A person works on it: where nothing else is red, no helper need be asked. */
const hushedHeal = (run: Run, { silences }: Recalled, judged: readonly Judged[]): Healed | undefined => {
  const red = judged.filter(isUnfoldedRed);
  const [first] = red;
  const silence = first === undefined ? undefined : silenceOf(silences, first.name);
  if (first === undefined || silence === undefined || !red.every(({ name }) => silenceOf(silences, name) !== undefined))
    return undefined;
  const recipe = run.config.heal.rules.find(({ on }) => on.includes(first.name))?.recipe ?? null;
  return { ...noHeal(silenceText(silence)), outcome: "refused", check: first.name, recipe };
};

/** What there is to heal: nothing, what no rule covers, or something for the helper. */
const whyQuiet = (run: Run, heal: HealState, judged: readonly Judged[]): string | undefined => {
  const red = judged.filter(isUnfoldedRed);
  const [first] = red;
  if (isOpen(heal) && !run.isDryRun) return undefined;
  if (first === undefined) return "nothing is red";
  const isRuled = red.some(({ name }) => run.config.heal.rules.some(({ on }) => on.includes(name)));
  return isRuled ? undefined : `no rule covers "${first.name}"`;
};

/** The heal stage: at most one recipe, told in the red's own message when it ends in time. A quiet tick passes through. */
export const healStage = async (run: Run, recalled: Recalled, stage: HealStage): Promise<HealStaged> => {
  const { judged, decided } = stage;
  const { incidents } = decided;
  const why = whyQuiet(run, recalled.heal, judged);
  const hushed = isOpen(recalled.heal)
    ? undefined
    : (hushedHeal(run, recalled, judged) ?? flappingHeal(run.config.heal.rules, judged, decided.flapping));
  if (hushed !== undefined) {
    const quiet = { healed: hushed, judged, incidents };
    stage.post.retell(stage.telling, hushed);
    await tidyUp(run, recalled, quiet);
    return quiet;
  }
  const [trouble] = recalled.writeCodes().length === 0 ? [] : recalled.troubles().slice(-1);
  if (why !== undefined && (trouble === undefined || why === "nothing is red")) {
    const quiet = { healed: noHeal(why), judged, incidents };
    if (why !== "nothing is red") stage.post.retell(stage.telling, quiet.healed);
    await tidyUp(run, recalled, quiet);
    return quiet;
  }
  const healed = trouble === undefined ? await healAndTell(run, stage) : unwritable(judged, trouble);
  const ended = provedIn(healed, incidents);
  tellEnd(run, stage, healed, ended);
  // A helper that was killed after it had ended an incident: we never heard, so what is red now is told as a new one.
  const closed = (healed.closed ?? []).filter((check) => incidents[check]?.isUnlogged !== true);
  const gone = new Set([...ended.map(({ check }) => check), ...closed]);
  return {
    healed,
    judged: afterProof(judged, healed.readings, nowOf(run).at),
    incidents: Object.fromEntries(Object.entries(incidents).filter(([check]) => !gone.has(check))),
  };
};
