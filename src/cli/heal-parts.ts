import type { HealContext } from "../heal/context.ts";
import { type Journal, openJournal } from "../heal/journal.ts";
import type { Cli } from "./cli.ts";

/** Opens the heal log of this install. `hostName`: as the config calls this host; `isReadOnly`: a dry run. Never throws. */
export const journalOf = ({ host, paths }: Cli, hostName: string, isReadOnly = false): Journal =>
  openJournal(host, { folder: paths.helper, logFile: paths.logFile, hostName, isReadOnly });

/** Reads recipes as this install has them; the parser is loaded when the first is asked for. Never throws for expected trouble. */
export const recipeReader =
  ({ host, paths }: Cli): HealContext["readRecipe"] =>
  async (name) => {
    const { recipeOrFault } = await import("../heal/recipe-fault.ts");
    return await recipeOrFault(host, paths.recipes, name);
  };
