import { printFault } from "../config/fault.ts";
import type { Healed } from "../heal/heal.ts";
import { openRunLog } from "../host/run-log.ts";
import { loadFresh, loadKept } from "../load.ts";
import { openLedger } from "../log/ledger.ts";
import type { HealState } from "../state/heal-state.ts";
import { readHealState, writeHealState } from "../state/store.ts";
import { tick } from "../tick.ts";
import { type Cli, complain, exits } from "./cli.ts";
import { runOf } from "./tick.ts";

const planText = ({ outcome, recipe, unit, check, why, steps }: Healed): string => {
  if (outcome === "none") return `nothing would be healed: ${why}\n`;
  const name = unit === null ? recipe : `${recipe} on ${unit}`;
  if (outcome === "refused") return `${name} for "${check}" would be refused: ${why}\n`;
  const lines = [
    `${name} would be applied for "${check}":`,
    "  1 archive   close what stale attempts left",
    "  2 create    an attempt under the incident's and the recipe's one key",
    `  3 dry-run   exactly one change: ${steps.map((step) => step.join(" ")).join(" && ")}`,
    "  4 dispatch  that one",
    "  5 watch     until the sick checks are ok twice in a row",
  ];
  return `${lines.join("\n")}\n`;
};

const plan = async (cli: Cli): Promise<number> => {
  const { host, paths, flags } = cli;
  const loaded = await loadFresh(host, paths);
  if (loaded.kind === "faults") {
    for (const fault of loaded.faults) host.terminal.err(`${printFault(fault)}\n`);
    return exits.config;
  }
  const log = await openRunLog(host.terminal, { level: flags.logLevel, format: flags.logFormat });
  const { heal } = await tick(runOf(cli, loaded, log, true));
  if (heal === null) return exits.done;
  const { outcome, recipe, unit, check, why, steps } = heal;
  host.terminal.out(
    flags.isJson ? `${JSON.stringify({ outcome, recipe, unit, check, why, steps })}\n` : planText(heal),
  );
  return exits.done;
};

/** Ends a latch, with a line in the log first. A broken heal state is left for the tick, which makes good what was lost. */
/** The latched rule that is meant: by its whole name, or by its recipe where that is the only one. */
const latchedRule = (latched: HealState["latched"], word: string): string => {
  const ofRecipe = Object.keys(latched).filter((id) => id.split(/[:#]/u, 1)[0] === word);
  return !Object.hasOwn(latched, word) && ofRecipe.length === 1 ? (ofRecipe[0] ?? word) : word;
};

const unlatchHeld = async ({ host, paths }: Cli, word: string): Promise<number> => {
  const moment = { bootId: host.clock.bootId(), uptimeS: host.clock.uptimeS() };
  const { value: heal } = readHealState(host, paths.state, moment, true);
  const rule = latchedRule(heal.latched, word);
  const { [rule]: latch, ...latched } = heal.latched;
  if (latch === undefined || !Object.hasOwn(heal.latched, rule)) {
    const names = Object.keys(heal.latched);
    complain(
      host,
      `cannot unlatch "${rule}": it is not latched`,
      `Latched: ${names.length === 0 ? "none" : names.join(", ")}`,
    );
    return exits.usage;
  }
  const loaded = await loadKept(host, paths, true);
  const name = loaded.kind === "config" ? loaded.config.host : host.hostname;
  const ledger = openLedger(host, paths.logFile, name, false);
  const logged = ledger.append([{ event: "heal.unlatched", by: `uid:${host.uid}`, why: `${rule}: ${latch.why}` }]);
  const attempts = heal.attempts.map((each) => (each.rule === rule ? { ...each, isSpent: true as const } : each));
  const saved = logged.kind === "failed" ? logged : writeHealState(host, paths.state, { ...heal, latched, attempts });
  if (saved.kind === "failed") {
    complain(host, `cannot unlatch "${rule}": ${saved.why}`, "Nothing was changed; run it as root.");
    return exits.ioError;
  }
  host.terminal.out(`${rule}: unlatched\n`);
  return exits.done;
};

const unlatch = async (cli: Cli, rule: string): Promise<number> => {
  const { host, paths } = cli;
  const lock = host.files.lock(`${paths.state}/tick.lock`);
  if (lock.kind !== "held") {
    const why = lock.kind === "busy" ? `a tick is running (${lock.holder})` : lock.why;
    complain(
      host,
      `cannot unlatch "${rule}": ${why}`,
      lock.kind === "busy" ? "Run it again in a minute." : "Run it as root.",
    );
    return exits.cannotCreate;
  }
  try {
    return await unlatchHeld(cli, rule);
  } finally {
    lock.release();
  }
};

/** `dogwatch heal plan`: what would be applied now and why, or why not. `heal unlatch RULE`: a rule whose budget was spent may act again. */
export const healCommand = async (cli: Cli): Promise<number> => {
  const [verb, rule] = cli.words;
  if (verb === "plan" && cli.words.length === 1) return await plan(cli);
  if (verb === "unlatch" && rule !== undefined && cli.words.length === 2) return await unlatch(cli, rule);
  complain(cli.host, `cannot run "heal ${cli.words.join(" ")}"`, "There is: heal plan, heal unlatch RULE");
  return exits.usage;
};
