import type { Fault } from "../config/fault.ts";
import { quoted } from "../config/near.ts";
import type { FileChange, Param, Recipe } from "./recipe.ts";
import type { RecipeFile } from "./recipe-schema.ts";

type FaultAt = (path: readonly (string | number)[], at: "key" | "value", message: string) => Fault;

/** The keys of a recipe that change a file, and what each is called in plan and log. */
const changes: readonly { readonly key: "restore_kept" | "remove_stale_lock"; readonly kind: FileChange["kind"] }[] = [
  { key: "restore_kept", kind: "restore-kept" },
  { key: "remove_stale_lock", kind: "remove-stale-lock" },
];

/** What a recipe does with a file before its steps; null where it does nothing. Never throws. */
export const fileChangeIn = (raw: RecipeFile): FileChange | null => {
  for (const { key, kind } of changes) {
    const path = raw[key];
    if (path !== undefined) return { kind, path };
  }
  return null;
};

const paramOf = (
  word: string,
  recipe: Recipe,
): { readonly name: string; readonly param: Param | undefined } | undefined => {
  const name = /^\{([\w-]+)\}$/u.exec(word)?.[1];
  if (name === undefined) return undefined;
  return { name, param: Object.hasOwn(recipe.params, name) ? recipe.params[name] : undefined };
};

/** A file that stands in a recipe is a path as it is, or a parameter of that type. */
const pathFault = (word: string, recipe: Recipe): string | undefined => {
  const found = paramOf(word, recipe);
  if (found === undefined) return undefined;
  const { name, param } = found;
  if (param === undefined) return `there is no parameter "${name}" in params`;
  return param.type === "path"
    ? undefined
    : `the parameter "${name}" is of type ${param.type}; for a file it must be path`;
};

/** Without its file a change would be another one. */
const isOptional = (word: string, recipe: Recipe): boolean => {
  const param = paramOf(word, recipe)?.param;
  return param !== undefined && !param.isRequired && param.default === null;
};

const changeFault = (path: string, recipe: Recipe): string | undefined => {
  if (isOptional(path, recipe)) return `the parameter of ${quoted(path)} must be required or have a default`;
  return recipe.backup.includes(path)
    ? undefined
    : `${quoted(path)} must stand in backup too, so that it can be put back`;
};

/** What is wrong with the files that a recipe names, one fault a mistake. Never throws. */
export const fileFaults = (recipe: Recipe, raw: RecipeFile, faultAt: FaultAt): readonly Fault[] => {
  const backups = recipe.backup.flatMap((path, i) => {
    const why = pathFault(path, recipe);
    return why === undefined ? [] : [faultAt(["backup", i], "value", why)];
  });
  const given = changes.filter(({ key }) => raw[key] !== undefined);
  if (given.length > 1)
    return [
      ...backups,
      faultAt([given[1]?.key ?? ""], "key", "a recipe is one change: restore_kept or remove_stale_lock"),
    ];
  const [first] = given;
  const path = recipe.fileChange?.path;
  if (first === undefined || path === undefined) return backups;
  const why = pathFault(path, recipe) ?? changeFault(path, recipe);
  const isTold = backups.length > 0 && recipe.backup.includes(path);
  return why === undefined || isTold ? backups : [...backups, faultAt([first.key], "value", why)];
};
