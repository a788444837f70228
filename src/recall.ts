import type { LoggedIncidents } from "./heal/helper.ts";
import type { Done } from "./host/host.ts";
import { nowOf, type Run } from "./run.ts";
import { lastLineOf } from "./state/book.ts";
import { readBook } from "./state/book-file.ts";
import type { HealState } from "./state/heal-state.ts";
import { readSilences, type Silence } from "./state/silence.ts";
import type { State } from "./state/state.ts";
import { readHealState, readState } from "./state/store.ts";
import { isUnfoldedRed, type Judged } from "./verdict/judge.ts";

/** What this tick knows from the ones before, and what it could not write down. */
export interface Recalled {
  readonly state: State;
  /** What heals have left, to look at: only the helper changes it. */
  readonly heal: HealState;
  /** The log's last line, as its writer left it before this tick. */
  readonly logSeq: number | null;
  /** Heal state and state are gone, or the heal state can't be used: the helper must make it good at once. */
  readonly isHealLost: boolean;
  /** A helper that was killed left a temporary file in its folder, where only a helper can remove it. */
  readonly isLittered: boolean;
  /** What persons have silenced, and the config's open windows. */
  readonly silences: readonly Silence[];
  /** Incidents that the log holds open and the state doesn't know; asked for only when there may be one. */
  lostIncidents(judged: readonly Judged[]): Promise<LoggedIncidents>;
  /** Takes note of a write that may have failed. */
  note(done: Done): void;
  /** Adds a sentence for the operator that changes no exit status. */
  remark(text: string): void;
  /** errno names of the writes that failed, state and log. */
  writeCodes(): readonly string[];
  /** Sentences for the operator and the journal. */
  troubles(): readonly string[];
}

/** The helper behind its socket says itself what it can't. */
const healTrouble = (why: string): string => (why.startsWith("cannot ") ? why : `cannot write the heal log: ${why}`);

/** Reads state and heal state. `windows`: the config's that are open. A broken state is set aside and noted; a broken heal state is the helper's to mend. Never throws. */
export const recall = (run: Run, windows: readonly Silence[] = []): Recalled => {
  const { host, paths, helper } = run;
  const { at, moment } = nowOf(run);
  const state = readState(host, paths.state, run.isDryRun);
  const heal = readHealState(host, paths.helper, moment, true);
  const failures: { readonly code: string; readonly text: string }[] = [];
  const remarks: string[] = [];
  /** A state that was written after an incident was opened, and doesn't know it, has seen its check well again. */
  const isStateGone = state.isLost || state.isMissing;
  const book = readBook(host, paths.helper);
  /** A tick that was killed between the log and its own state left it: it has to be told, whatever its check reads by now. */
  const known = new Set(Object.values(state.value.incidents).map(({ id }) => id));
  const isLeft = Object.entries(book.open).some(([id, { openedAt }]) => openedAt > state.value.at && !known.has(id));
  return {
    state: state.value,
    heal: heal.value,
    logSeq: lastLineOf(book),
    isHealLost: heal.isLost || (heal.isMissing && state.isMissing),
    isLittered: paths.socket !== null && !run.isDryRun && host.files.sweep(paths.helper) > 0,
    silences: [...readSilences(host, paths.helper, at), ...windows],
    lostIncidents: async (judged) => {
      const isNew = (each: Judged): boolean => isUnfoldedRed(each) && state.value.incidents[each.name] === undefined;
      if (!isStateGone && !isLeft && !judged.some(isNew)) return {};
      const logged = Object.entries(await helper.incidents());
      return Object.fromEntries(logged.filter(([, { openedAt }]) => isStateGone || openedAt > state.value.at));
    },
    note: (done) => {
      if (done.kind === "failed") failures.push({ code: done.code, text: `cannot write the state: ${done.why}` });
    },
    remark: (text) => void remarks.push(text),
    writeCodes: () => {
      const trouble = helper.trouble();
      return [...failures.map(({ code }) => code), ...(trouble === undefined ? [] : [trouble.code])];
    },
    troubles: () => {
      const trouble = helper.trouble();
      const texts = failures.map(({ text }) => text);
      const log = trouble === undefined ? [] : [healTrouble(trouble.why)];
      const notes = [...(state.note === undefined ? [] : [state.note]), ...helper.notes(), ...remarks];
      return [...new Set([...notes, ...texts, ...log])];
    },
  };
};
