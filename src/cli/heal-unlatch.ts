import { loadKept } from "../load.ts";
import type { HealState } from "../state/heal-state.ts";
import { momentOf } from "../state/state.ts";
import { readHealState, writeHealState } from "../state/store.ts";
import { personOf, underHealLock } from "./by-hand.ts";
import { type Cli, complain, exits } from "./cli.ts";
import { journalOf, type LogSettings, sayNotes } from "./heal-parts.ts";

/** The latched rule that is meant: by its whole name, or by its recipe where that is the only one. */
const latchedRule = (latched: HealState["latched"], word: string): string => {
  const ofRecipe = Object.keys(latched).filter((id) => id.split(/[:#]/u, 1)[0] === word);
  return !Object.hasOwn(latched, word) && ofRecipe.length === 1 ? (ofRecipe[0] ?? word) : word;
};

const settingsOf = async ({ host, paths }: Cli): Promise<LogSettings> => {
  const loaded = await loadKept(host, { ...paths, state: paths.helper }, true);
  return loaded.kind === "config" ? loaded.config : { host: host.hostname };
};

/** Ends a latch, with a line in the log first. A broken heal state is left for the tick, which makes good what was lost. */
const unlatchHeld = async (cli: Cli, word: string): Promise<number> => {
  const { host, paths } = cli;
  const moment = momentOf(host);
  const { value: heal } = readHealState(host, paths.helper, moment, true);
  const rule = latchedRule(heal.latched, word);
  const { [rule]: latch, ...latched } = heal.latched;
  if (latch === undefined || !Object.hasOwn(heal.latched, rule)) {
    const names = Object.keys(heal.latched);
    const hint = `Latched: ${names.length === 0 ? "none" : names.join(", ")}`;
    complain(host, `cannot unlatch "${rule}": it is not latched`, hint);
    return exits.usage;
  }
  const journal = journalOf(cli, await settingsOf(cli));
  const entry = { event: "heal.unlatched" as const, by: personOf(host), why: `${rule}: ${latch.why}` };
  const logged = journal.enter((book) => ({ entries: [entry], book }));
  sayNotes(host, journal);
  const attempts = heal.attempts.map((each) => (each.rule === rule ? { ...each, isSpent: true as const } : each));
  const saved = logged.kind === "failed" ? logged : writeHealState(host, paths.helper, { ...heal, latched, attempts });
  if (saved.kind === "failed") {
    complain(
      host,
      `cannot unlatch "${rule}": ${saved.why}`,
      `Nothing was changed. Run: sudo dogwatch heal unlatch ${rule}`,
    );
    return exits.ioError;
  }
  host.terminal.out(`${rule}: unlatched\n`);
  return exits.done;
};

/** `dogwatch heal unlatch RULE`: a rule whose budget was spent may act again. Under the lock of heals. */
export const unlatch = async (cli: Cli, rule: string): Promise<number> => {
  const done = await underHealLock(cli, () => unlatchHeld(cli, rule));
  if (done.kind === "done") return done.value;
  complain(
    cli.host,
    `cannot unlatch "${rule}": ${done.why}`,
    done.isBusy ? "Run it again in a minute." : `Run: sudo dogwatch heal unlatch ${rule}`,
  );
  return exits.cannotCreate;
};
