import { waitsSince } from "./alert/entry.ts";
import { chatNotes, openLatch } from "./alert/latch.ts";
import type { Latch } from "./alert/platforms/platform.ts";
import { openPost } from "./alert/post.ts";
import { checkDestinations } from "./config/egress.ts";
import { openWindows } from "./maintenance/open.ts";
import { type Recalled, recall } from "./recall.ts";
import { nowOf, type Run, spentMs } from "./run.ts";
import { noHeals } from "./state/heal-state.ts";
import type { State } from "./state/state.ts";
import { writeState } from "./state/store.ts";
import { decideNow, reasonsOf, tellingOf } from "./tick-decide.ts";
import { type HealStage, type HealStaged, healStage } from "./tick-heal.ts";
import { openHistory } from "./tick-history.ts";
import { judgeTwice } from "./tick-judge.ts";
import { enterLog } from "./tick-log.ts";
import { type Latest, type Mail, openMail } from "./tick-mail.ts";
import { exitOf, type Tally, type TickReport } from "./tick-report.ts";
import { sealDaily } from "./tick-seal.ts";
import { nextState } from "./tick-state.ts";
import { worst } from "./verdict/verdict.ts";

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

/** All that a tick did, for whoever reports it. */
interface Done {
  /** ISO 8601 UTC, its start. */
  readonly at: string;
  readonly latest: Latest;
  readonly staged: HealStaged;
  readonly mail: Mail;
  readonly latch: Latch;
  readonly wouldSend: TickReport["wouldSend"];
  readonly sealed: State["sealed"];
  readonly reasons: NonNullable<TickReport["reasons"]>;
}

const tallyOf = ({ state, heal, logSeq }: Recalled, { mailbox }: Mail, { incidents }: HealStaged): Tally => ({
  ticks: state.tick + 1,
  incidents: Object.keys(incidents).length,
  oldestAlertAt: waitsSince(mailbox.outbox()),
  heals: { ...noHeals, ...heal.totals },
  latched: Object.keys(heal.latched).length,
  logSeq,
});

const reportOf = (run: Run, recalled: Recalled, { at, latest, staged, mail, latch, ...done }: Done): TickReport => {
  const { mailbox } = mail;
  const notes = chatNotes(latch, mailbox.tried());
  return {
    host: run.config.host,
    at,
    verdict: worst(latest.judged.map(({ verdict }) => verdict)),
    checks: latest.judged,
    heal: staged.healed,
    alerts: mailbox.tried(),
    outbox: mailbox.outbox().length,
    tally: tallyOf(recalled, mail, staged),
    ...(done.sealed === undefined ? {} : { seal: done.sealed.seal }),
    durationMs: Math.round(spentMs(run)),
    silences: recalled.silences,
    troubles: troublesOf(recalled, [...filterNotes(run, mail), ...mail.troubles()], notes),
    exit: run.isDryRun ? 0 : exitOf(recalled.writeCodes(), notes.length > 0 || mail.isStuck()),
    wouldSend: run.isDryRun ? done.wouldSend : [],
    ...(run.isDryRun ? { reasons: done.reasons } : {}),
  };
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
  const reasons = await reasonsOf(run, recalled, decided);
  const telling = await tellingOf(run, recalled, judged, decided);
  const latch = latchOf(run, recalled);
  const history = openHistory(run, recalled);
  let latest: Latest = { found: judged, judged, decided };
  const mail = await openMail(run, recalled, { latch, telling, latest: () => latest, onSent: () => persist() });
  let { sealed } = recalled.state;
  const persist = (): void => {
    if (run.isDryRun) return;
    const state = history.keep(nextState(run, recalled, latest, mail, sealed));
    recalled.note(writeState(run.host, run.paths.state, state));
  };
  const { mailbox } = mail;
  const post = openPost(mailbox, run.config, telling, decided.tell);
  const isNews = decided.tell.length > 0 || mailbox.outbox().length > 0;
  if (isNews || judged.some(({ verdict }) => verdict === "red")) persist();
  const staged = await healOrTell(run, recalled, { judged, decided, mailbox, post, telling });
  latest = { found: judged, judged: staged.judged, decided: { ...decided, incidents: staged.incidents } };
  if (mailbox.outbox().length > 0) persist();
  const wouldSend = mail.wouldSend().map(({ kind, text }) => ({ kind, text }));
  if (!run.isDryRun) await mailbox.flush();
  sealed = await sealDaily(run, recalled);
  persist();
  await history.end();
  return reportOf(run, recalled, { at, latest, staged, mail, latch, wouldSend, reasons, sealed });
};
