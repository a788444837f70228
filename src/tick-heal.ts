import type { Decided } from "./alert/decide.ts";
import type { Mailbox } from "./alert/mailbox.ts";
import type { Post } from "./alert/post.ts";
import type { Telling } from "./alert/tell.ts";
import type { Bench } from "./heal/attempt.ts";
import { createHands } from "./heal/hands.ts";
import { type Healed, healOne, noHeal } from "./heal/heal.ts";
import { tidy } from "./heal/housekeeping.ts";
import { look } from "./probes/look.ts";
import type { Recalled } from "./recall.ts";
import { nowOf, type Run, spentMs, tickDeadlineMs } from "./run.ts";
import type { HealState } from "./state/heal-state.ts";
import { afterProof } from "./state/next.ts";
import type { Incident } from "./state/state.ts";
import { writeHealState } from "./state/store.ts";
import type { Judged } from "./verdict/judge.ts";

/** A red reaches the chat by then, whatever the heal does; one that ends sooner is told in the same message. */
const tellByMs = 30_000;
/** After slow looks the red waits this much longer for the choice of a recipe, so that it says why nothing is healed. */
const maxChoosingMs = 5000;
/** Longest watch of one tick, and what the deadline must leave for telling it. */
const maxWatchMs = 90_000;
const reserveMs = 20_000;

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

const saveHeal = (run: Run, recalled: Recalled, heal: HealState) => {
  const done = writeHealState(run.host, run.paths.state, heal);
  recalled.note(done);
  return done;
};

const benchOf = (run: Run, recalled: Recalled, judged: readonly Judged[]): Bench => ({
  host: run.host,
  hands: createHands(run.host),
  helperFolder: run.paths.state,
  now: () => nowOf(run),
  append: (entries) => recalled.ledger.append(entries),
  save: (heal) => saveHeal(run, recalled, heal),
  look: async (names) =>
    await look(
      run.host,
      run.config.checks.filter(({ name }) => names.includes(name)),
      { secret: run.secret, memory: (name) => judged.find((each) => each.name === name)?.memory },
    ),
  watchMs: () => Math.min(maxWatchMs, tickDeadlineMs - reserveMs - spentMs(run)),
  onStep: (text) => run.log.log("debug", `heal: ${text}`),
  seals: async () => ({
    config_sha256: run.configSha256,
    binary_sha256: (await run.host.sha256File(run.host.binary)) ?? "unknown",
  }),
});

const isWorkToDo = (heal: HealState, judged: readonly Judged[]): boolean =>
  judged.some(({ verdict }) => verdict === "red") ||
  heal.attempts.some(({ outcome }) => outcome === "running" || outcome === "watching");

/** Nothing is changed without a record: when state or log can't be written, the heal is refused and only told. */
const unwritable = ({ heal }: Recalled, judged: readonly Judged[], why: string): Healed => {
  const check = judged.find(({ verdict, because }) => verdict === "red" && because === undefined)?.name ?? null;
  return { ...noHeal(heal, `${why}; nothing is changed without a record`), outcome: "refused", check };
};

/** Heals, and lets the reds go out at their time if that takes longer. */
const healAndTell = async (run: Run, recalled: Recalled, stage: HealStage): Promise<Healed> => {
  let known: Healed | undefined;
  const [chosen, done] = [new AbortController(), new AbortController()];
  const { clock } = run.host;
  const leftMs = Math.max(0, tellByMs - spentMs(run));
  const early = clock.sleep(leftMs, done.signal).then(async () => {
    if (leftMs < maxChoosingMs) await clock.sleep(maxChoosingMs, chosen.signal);
    if (done.signal.aborted || run.isDryRun) return;
    if (known !== undefined) stage.post.retell({ ...stage.telling, head: recalled.ledger.head() }, known);
    await stage.mailbox.flush();
  });
  const healed = await healOne({
    bench: benchOf(run, recalled, stage.judged),
    source: {
      host: run.host,
      config: run.config,
      checks: recalled.state.checks,
      now: nowOf(run).moment,
      readRecipe: run.readRecipe,
    },
    judged: stage.judged,
    incidents: stage.decided.incidents,
    heal: recalled.healForWork(),
    isDryRun: run.isDryRun,
    onApply: (healing) => {
      known = healing;
      chosen.abort();
    },
  });
  done.abort();
  chosen.abort();
  await early;
  return healed;
};

/** Ends the incidents whose checks were proved well. */
const endProved = (
  recalled: Recalled,
  healed: Healed,
  incidents: Readonly<Record<string, Incident>>,
): readonly Incident[] => {
  const ended = Object.values(incidents).filter(({ check }) => healed.readings.has(check));
  recalled.ledger.append(
    ended.map(({ id, check }) => ({
      event: "incident.resolved" as const,
      by: "watcher",
      incident: id,
      check,
      why: `healed by ${healed.recipe ?? "a recipe"}`,
    })),
  );
  return ended;
};

/** A failed heal is told under its own check, or, where that is well by now, under those that it should have cured and are red. */
const failedFor = ({ decided, judged }: HealStage, { incident, sick }: Healed): readonly Incident[] => {
  const red = new Set(judged.flatMap(({ name, verdict }) => (verdict === "red" ? [name] : [])));
  const incidents = Object.values(decided.incidents);
  const own = incidents.filter(({ id }) => id === incident);
  const others = incidents.filter(({ check }) => sick.includes(check) && red.has(check));
  return others.length === 0 || own.some(({ check }) => red.has(check)) ? own : others;
};

const tellEnd = (recalled: Recalled, stage: HealStage, healed: Healed, ended: readonly Incident[]): void => {
  const telling = { ...stage.telling, head: recalled.ledger.head() };
  stage.post.retell(telling, healed);
  if (healed.outcome === "healed") stage.post.tellEnd(telling, healed, ended);
  if (healed.outcome === "failed" || healed.outcome === "indeterminate")
    stage.post.tellEnd(telling, healed, failedFor(stage, healed));
};

/** Keeps the heal state small; written only when something in it changed. */
const tidyUp = (run: Run, recalled: Recalled, heal: HealState, staged: HealStaged): void => {
  const open = new Set(Object.values(staged.incidents).map(({ id }) => id));
  const tidied = tidy(heal, run.config.heal.rules, staged.judged, open, nowOf(run).moment);
  if (!run.isDryRun && JSON.stringify(tidied) !== JSON.stringify(heal)) saveHeal(run, recalled, tidied);
};

/** The heal stage: at most one recipe, told in the red's own message when it ends in time. A quiet tick passes through. */
export const healStage = async (run: Run, recalled: Recalled, stage: HealStage): Promise<HealStaged> => {
  const { judged, decided } = stage;
  const { incidents } = decided;
  if (!isWorkToDo(recalled.heal, judged)) {
    const quiet = { healed: noHeal(recalled.heal, "nothing is red"), judged, incidents };
    tidyUp(run, recalled, recalled.heal, quiet);
    return quiet;
  }
  const [trouble] = recalled.writeCodes().length === 0 ? [] : recalled.troubles().slice(-1);
  const healed =
    trouble === undefined ? await healAndTell(run, recalled, stage) : unwritable(recalled, judged, trouble);
  const ended = endProved(recalled, healed, incidents);
  tellEnd(recalled, stage, healed, ended);
  const gone = new Set(ended.map(({ check }) => check));
  const staged: HealStaged = {
    healed,
    judged: afterProof(judged, healed.readings, nowOf(run).at),
    incidents: Object.fromEntries(Object.entries(incidents).filter(([check]) => !gone.has(check))),
  };
  tidyUp(run, recalled, healed.heal, staged);
  return staged;
};
