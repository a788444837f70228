import type { Config } from "../config/config.ts";
import type { HealContext } from "../heal/context.ts";
import { type Journal, openJournal } from "../heal/journal.ts";
import type { Host } from "../host/host.ts";
import type { Cli } from "./cli.ts";

/** What of a config the heal log's writer needs; `log` is missing where the config can't be used: then no new file is begun. */
export type LogSettings = Pick<Config, "host"> & Partial<Pick<Config, "log">>;

/** Opens the heal log of this install. `isReadOnly`: a dry run. Never throws. */
export const journalOf = ({ host, paths }: Cli, { host: hostName, log }: LogSettings, isReadOnly = false): Journal =>
  openJournal(host, { folder: paths.helper, logFile: paths.logFile, hostName, isReadOnly, rotation: log ?? null });

/** Tells whoever sits at the terminal what somebody else did to the log. */
export const sayNotes = ({ terminal }: Host, journal: Journal): void => {
  for (const note of journal.notes()) terminal.err(`note: ${note}\n`);
};

/** Reads recipes as this install has them; the parser is loaded when the first is asked for. Never throws for expected trouble. */
export const recipeReader =
  ({ host, paths }: Cli): HealContext["readRecipe"] =>
  async (name) => {
    const { recipeOrFault } = await import("../heal/recipe-fault.ts");
    return await recipeOrFault(host, paths.recipes, name);
  };
