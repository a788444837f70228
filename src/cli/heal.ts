import type { Healed } from "../heal/healed.ts";
import { openRunLog } from "../host/run-log.ts";
import { loadFresh } from "../load.ts";
import { silenceText } from "../state/silence.ts";
import { tick } from "../tick.ts";
import { type Cli, complain, exits, printFaults } from "./cli.ts";
import { healRun } from "./heal-run.ts";
import { unlatch } from "./heal-unlatch.ts";
import { runOf } from "./tick-run.ts";

const planText = ({ outcome, recipe, unit, check, why, steps }: Healed): string => {
  if (outcome === "none") return `nothing would be healed: ${why}\n`;
  if (recipe === null) return `nothing would be healed for "${check}": ${why}\n`;
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
    printFaults(host, loaded.faults);
    return exits.config;
  }
  const log = await openRunLog(host.terminal, { level: flags.logLevel, format: flags.logFormat });
  const { heal, silences, at } = await tick(await runOf(cli, loaded, log, true));
  if (heal === null) return exits.done;
  const { outcome, recipe, unit, check, why, steps } = heal;
  host.terminal.out(
    flags.isJson
      ? `${JSON.stringify({ outcome, recipe, unit, check, why, steps, silences })}\n`
      : `${planText(heal)}${silences.map((each) => `${silenceText(each, at)}\n`).join("")}`,
  );
  return exits.done;
};

/** `dogwatch heal plan`: what would be applied now and why, or why not. `heal run`: by hand. `heal unlatch`: a rule whose budget was spent may act again. */
export const healCommand = async (cli: Cli): Promise<number> => {
  const [verb, word, ...more] = cli.words;
  if (verb === "plan" && word === undefined) return await plan(cli);
  if (verb === "run" && word !== undefined && more.length === 0) return await healRun(cli, word);
  if (verb === "unlatch" && word !== undefined && more.length === 0) return await unlatch(cli, word);
  const what = `cannot run "heal ${cli.words.join(" ")}"`;
  complain(cli.host, what, "There is: heal plan, heal run RECIPE, heal unlatch RULE");
  return exits.usage;
};
