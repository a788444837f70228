import { flapsAfter } from "./alert/flapping.ts";
import { chatNotes, openLatch } from "./alert/latch.ts";
import type { Latch } from "./alert/platforms/platform.ts";
import { openPost } from "./alert/post.ts";
import type { Telling } from "./alert/tell.ts";
import { formatDuration } from "./config/duration.ts";
import { checkDestinations } from "./config/egress.ts";
import { lookAll } from "./looks.ts";
import { openWindows } from "./maintenance/open.ts";
import type { Memory, Reading } from "./probes/probe.ts";
import { type Recalled, recall } from "./recall.ts";
import { exitOf, type TickReport } from "./report.ts";
import { nowOf, type Run, spentMs } from "./run.ts";
import { hourOf, nextHours } from "./state/day.ts";
import { nextChecks, worstOf } from "./state/next.ts";
import type { CheckState, State } from "./state/state.ts";
import { writeState } from "./state/store.ts";
import { curesOf, decideNow, endedNow, hushedNow, reasonsOf } from "./tick-decide.ts";
import { type HealStage, type HealStaged, healStage } from "./tick-heal.ts";
import { enterLog } from "./tick-log.ts";

import { type Latest, type Mail, openMail } from "./tick-mail.ts";

import { type Judged, judge, turningRed } from "./verdict/judge.ts";
import { withSecondLook } from "./verdict/second-look.ts";
import { worst } from "./verdict/verdict.ts";

type Before = Readonly<Record<string, CheckState>>;
type Readings = ReadonlyMap<string, Reading>;

const judgeNow = (run: Run, readings: Readings, before: Before): readonly Judged[] => {
  const { at, moment } = nowOf(run);
  return judge(run.config.checks, readings, before, { at, ...moment });
};

/** Looks at these checks, with what the last tick left them. */
const lookAt = async (run: Run, names: (name: string) => boolean, before: Before): Promise<Readings> => {
  const checks = run.config.checks.filter(({ name }) => names(name));
  const memory = (name: string): Memory | undefined => before[name]?.memory;
  const { secret, paths, progress } = run;
  const options = { secret, memory, beats: paths.beats, onReading: progress?.reading };
  progress?.looking(checks.map(({ name }) => name));
  return await lookAll(run.host, checks, options, run.elsewhere);
};

/** Probes and judges; what would turn red is looked at once more before it counts (law 4). */
const judgeTwice = async (run: Run, before: Before): Promise<readonly Judged[]> => {
  const first = await lookAt(run, () => true, before);
  const judged = judgeNow(run, first, before);
  for (const { name, verdict, evidence, durationMs } of judged)
    run.log.log("debug", `check ${name}: ${verdict}: ${evidence} (${durationMs} ms)`, { check: name, verdict });
  run.progress?.judged(judged);
  const turning = turningRed(judged, before);
  const { confirmMs } = run.config;
  if (turning.size === 0 || confirmMs === 0) return judged;
  run.log.log("debug", `looking again in ${formatDuration(confirmMs)} at ${[...turning].join(", ")}`);
  run.progress?.again([...turning], formatDuration(confirmMs));
  run.helper.suspect([...turning]);
  await run.host.clock.sleep(confirmMs);
  const second = await lookAt(run, (name) => turning.has(name), before);
  const confirmed = judgeNow(run, withSecondLook(first, second, formatDuration(confirmMs)), before);
  run.progress?.judged(confirmed);
  return confirmed;
};

const nextState = (
  run: Run,
  recalled: Recalled,
  { found, judged, decided }: Latest,
  { mailbox, held }: Mail,
): State => {
  const { state } = recalled;
  const { at, moment } = nowOf(run);
  const flaps = flapsAfter(decided.flaps, judged, decided.incidents, { at, ...moment });
  const holding = held();
  const isNew = (name: string): boolean => !Object.hasOwn(state.checks, name);
  return {
    version: 1,
    tick: state.tick + 1,
    at,
    moment,
    verdict: worst(judged.map(({ verdict }) => verdict)),
    configSha256: run.configSha256,
    checks: nextChecks(judged, decided.unknownTold, recalled.state),
    incidents: decided.incidents,
    ...(Object.keys(flaps).length === 0 ? {} : { flaps }),
    outbox: mailbox.outbox(),
    ...hushedNow(recalled, judged),
    ...endedNow(recalled, decided, at),
    chatWait: mailbox.wait(),
    ...(holding === undefined ? {} : { held: holding }),
    day: nextHours(state.day, worstOf(found, judged), isNew, hourOf(at)),
  };
};

const latchOf = ({ host, paths, config, isDryRun }: Run, { note }: Recalled): Latch =>
  openLatch({
    ...{ host, folder: paths.state, chat: config.chat, onWritten: note },
    by: isDryRun ? "dry-run" : "tick",
  });

/** A filter that doesn't fit the config is the first suspect when a message stays here: a filtered connect hangs, and gives no error. */
const filterNotes = (run: Run, { mailbox, troubles }: Mail): readonly string[] => {
  if (run.isDryRun || (mailbox.outbox().length === 0 && troubles().length === 0)) return [];
  const fault = run.filterFault();
  return fault === undefined ? [] : [fault];
};

/** Sentences for the operator; the last is the reason of the exit status. */
const troublesOf = (recalled: Recalled, ofFilter: readonly string[], ofChat: readonly string[]): readonly string[] => {
  const own = [...recalled.troubles(), ...ofFilter];
  return recalled.writeCodes().length > 0 ? [...ofChat, ...own] : [...own, ...ofChat];
};

/** Heals; where that throws, a bug of ours, the reds go out all the same. */
const healOrTell = async (run: Run, recalled: Recalled, stage: HealStage): Promise<HealStaged> => {
  let staged: HealStaged | undefined;
  try {
    staged = await healStage(run, recalled, stage);
    return staged;
  } finally {
    if (staged === undefined && !run.isDryRun) await stage.mailbox.flush();
  }
};

/**
 * The main job, once: config, probes, verdict, persist, heal, alert, log. What must not be lost is on disk before the next step
 * begins; what can't be written down stops the heal, never the alert. Throws only our own bugs.
 */
export const tick = async (run: Run): Promise<TickReport> => {
  const { at } = nowOf(run);
  run.host.http.allow(checkDestinations(run.config));
  run.host.tcp.allow(checkDestinations(run.config));
  const recalled = recall(run, await openWindows(run.host, run.paths.state, run, run.isDryRun));
  const judged = await judgeTwice(run, recalled.state.checks);
  const before = decideNow(run, recalled, judged, await recalled.lostIncidents(judged));
  const decided = { ...before, incidents: await enterLog(run, recalled, judged, before) };
  const said = await reasonsOf(run, recalled, decided);
  const head = decided.tell.length === 0 ? null : await run.helper.head();
  const cures = await curesOf(run, recalled, judged, decided);
  const telling: Telling = { host: run.config.host, judged, head, now: nowOf(run).at, cures };
  let latest: Latest = { found: judged, judged, decided };
  const latch = latchOf(run, recalled);
  const mail = await openMail(run, recalled, { latch, telling, latest: () => latest, onSent: () => persist() });
  const { mailbox } = mail;
  const post = openPost(mailbox, run.config, telling, decided.tell);
  const persist = (): void => {
    if (!run.isDryRun) recalled.note(writeState(run.host, run.paths.state, nextState(run, recalled, latest, mail)));
  };
  const isNews = decided.tell.length > 0 || mailbox.outbox().length > 0;
  if (isNews || judged.some(({ verdict }) => verdict === "red")) persist();
  const healed = await healOrTell(run, recalled, { judged, decided, mailbox, post, telling });
  latest = { ...latest, judged: healed.judged, decided: { ...decided, incidents: healed.incidents } };
  if (mailbox.outbox().length > 0) persist();
  const wouldSend = mailbox.outbox().map(({ kind, text }) => ({ kind, text }));
  if (!run.isDryRun) await mailbox.flush();
  persist();
  const notes = chatNotes(latch, mailbox.tried());
  const stuck = notes.length > 0 || mail.isStuck();
  return {
    host: run.config.host,
    at,
    verdict: worst(latest.judged.map(({ verdict }) => verdict)),
    checks: latest.judged,
    heal: healed.healed,
    alerts: mailbox.tried(),
    outbox: mailbox.outbox().length,
    durationMs: Math.round(spentMs(run)),
    silences: recalled.silences,
    troubles: troublesOf(recalled, [...filterNotes(run, mail), ...mail.troubles()], notes),
    exit: run.isDryRun ? 0 : exitOf(recalled.writeCodes(), stuck),
    wouldSend: run.isDryRun ? wouldSend : [],
    ...(run.isDryRun ? { reasons: said } : {}),
  };
};
