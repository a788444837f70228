import { printFault } from "../config/fault.ts";
import type { Host } from "../host/host.ts";
import type { Fault } from "./choice.ts";
import type { Recipe } from "./recipe.ts";
import { readRecipe } from "./recipe-file.ts";

/** A recipe by name, or in words why it can't be had. Never throws for expected trouble. */
export const recipeOrFault = async (host: Host, folder: string, name: string): Promise<Recipe | Fault> => {
  const read = await readRecipe(host, folder, name);
  switch (read.kind) {
    case "recipe":
      return read.recipe;
    case "missing":
      return { kind: "fault", why: `there is no recipe "${name}"` };
    case "faults":
      return { kind: "fault", why: read.faults.map(printFault).join("; ") };
  }
};
