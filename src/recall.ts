import type { Decided } from "./alert/decide.ts";
import { adopt } from "./heal/adopt.ts";
import type { Done } from "./host/host.ts";
import type { Head } from "./log/entry.ts";
import { type Ledger, openLedger } from "./log/ledger.ts";
import { openIncidents } from "./log/open-incidents.ts";
import { nowOf, type Run } from "./run.ts";
import type { HealState } from "./state/heal-state.ts";
import type { State } from "./state/state.ts";
import { readHealState, readState, writeHealState } from "./state/store.ts";
import type { Judged } from "./verdict/judge.ts";

type Lost = Readonly<Record<string, { readonly id: string; readonly openedAt: string }>>;

/** What this tick knows from the ones before, and what it could not write down. */
export interface Recalled {
  readonly state: State;
  readonly heal: HealState;
  /** The heal state with what the log tells of open incidents where there is no file; reads the log only then. */
  healForWork(): HealState;
  readonly ledger: Ledger;
  /** Incidents that the log holds open and the state doesn't know; the log is read only when there may be one. */
  lostIncidents(judged: readonly Judged[]): Lost;
  /** The log's head for this tick's messages; null where there is nothing to tell or no log. */
  headFor(decided: Decided): Head | null;
  /** Takes note of a write that may have failed. */
  note(done: Done): void;
  /** errno names of the writes that failed, state and log. */
  writeCodes(): readonly string[];
  /** Sentences for the operator and the journal. */
  troubles(): readonly string[];
}

/**
 * Reads state and heal state, and takes up from the log what they have lost. Broken files are set aside and noted. A lost heal state
 * is made good at once: the next tick would find no file where there was one, and with it no cooldown. Never throws.
 */
export const recall = (run: Run): Recalled => {
  const { host, paths } = run;
  const state = readState(host, paths.state, run.isDryRun);
  const heal = readHealState(host, paths.state, nowOf(run).moment, run.isDryRun);
  const ledger = openLedger(host, paths.logFile, run.config.host, run.isDryRun);
  const failures: { readonly code: string; readonly text: string }[] = [];
  const note = (done: Done): void => {
    if (done.kind === "failed") failures.push({ code: done.code, text: `cannot write the state: ${done.why}` });
  };
  const logged = (): ReturnType<typeof openIncidents> => openIncidents(host, paths.logFile);
  const adopted = (): HealState => adopt(heal.value, logged(), nowOf(run).moment);
  /** Both files gone and a log there: what the log doesn't hold open is forgotten, so every rule cools down from now. */
  const areBothGone = heal.isMissing && state.isMissing && (ledger.head()?.seq ?? 0) > 0;
  const isGone = heal.isLost || areBothGone;
  const healNow = isGone ? { ...adopted(), lostAt: nowOf(run).moment } : heal.value;
  if (isGone && !run.isDryRun) note(writeHealState(host, paths.state, healNow));
  /** A state that was written after an incident was opened, and doesn't know it, has seen its check well again. */
  const isStateGone = state.isLost || state.isMissing;
  return {
    state: state.value,
    heal: healNow,
    healForWork: () => (heal.isMissing && !areBothGone ? adopted() : healNow),
    ledger,
    lostIncidents: (judged) => {
      const isNew = ({ name, verdict, because }: Judged): boolean =>
        verdict === "red" && because === undefined && state.value.incidents[name] === undefined;
      if (!isStateGone && !judged.some(isNew)) return {};
      const open = logged().filter(({ openedAt }) => isStateGone || openedAt > state.value.at);
      return Object.fromEntries(open.map(({ check, incident, openedAt }) => [check, { id: incident, openedAt }]));
    },
    headFor: ({ tell }) => (tell.length === 0 ? null : ledger.head()),
    note,
    writeCodes: () => {
      const trouble = ledger.trouble();
      return [...failures.map(({ code }) => code), ...(trouble === undefined ? [] : [trouble.code])];
    },
    troubles: () => {
      const trouble = ledger.trouble();
      const texts = failures.map(({ text }) => text);
      const log = trouble === undefined ? [] : [`cannot write the heal log: ${trouble.why}`];
      return [...new Set([...[state.note, heal.note].filter((note) => note !== undefined), ...texts, ...log])];
    },
  };
};
