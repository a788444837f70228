import { quoted } from "../config/near.ts";

/** A recipe as the rest of the program sees it: what the machine may do by itself, as data. Read by `recipe-file.ts`. */
export interface Recipe {
  readonly name: string;
  readonly treats: string;
  readonly params: Readonly<Record<string, Param>>;
  /** Files copied before the change and put back when the proof fails; each an absolute path or a whole placeholder. */
  readonly backup: readonly string[];
  /** What it does with a file before the steps; its path is one of `backup`. */
  readonly fileChange: FileChange | null;
  readonly steps: readonly (readonly string[])[];
  /** Of the steps together. */
  readonly timeoutMs: number;
  readonly proof: { readonly withinMs: number; readonly everyMs: number };
  /** From the end of an attempt. */
  readonly cooldownMs: number;
  readonly budget: { readonly count: number; readonly perMs: number };
  readonly refuseWhen: { readonly exitStatus: readonly number[]; readonly evidence: readonly string[] };
  readonly card: string | null;
  readonly file: string;
  /** Of the file's bytes, lower-case hex. */
  readonly sha256: string;
}

/**
 * A change that dogwatch makes to a file by itself, as the file's owner. In plan and log it stands before the steps as
 * `restore-kept PATH` or `remove-stale-lock PATH`: a word that is no path, so that it can't be taken for a program.
 */
export interface FileChange {
  readonly kind: "restore-kept" | "remove-stale-lock";
  readonly path: string;
}

export interface Param {
  readonly type: "unit" | "scope" | "user" | "owner" | "path" | "name" | "integer" | "choice";
  readonly isRequired: boolean;
  readonly default: string | null;
  readonly choices: readonly string[];
}

type Values = Readonly<Record<string, string | number>>;
type Filled =
  | { readonly kind: "filled"; readonly steps: readonly (readonly string[])[]; readonly backup: readonly string[] }
  | { readonly kind: "fault"; readonly why: string };

const userName = /^[A-Za-z_][\w.-]{0,31}\$?$/u;

const shapes: Readonly<Record<Param["type"], { readonly pattern: RegExp; readonly words: string }>> = {
  unit: { pattern: /^(?!-)(?!.*@\.)[\w:.@\\-]{1,240}\.[a-z]+$/u, words: 'a unit name such as "gateway.service"' },
  scope: { pattern: /^(system|user)$/u, words: '"system" or "user"' },
  user: { pattern: userName, words: "a user name" },
  owner: { pattern: userName, words: "a user name" },
  path: { pattern: /^\/(?!(?:[\s\S]*\/)?\.\.(?:\/|$))[^\p{Cc}]*$/u, words: 'an absolute path without ".."' },
  name: { pattern: /^[A-Za-z0-9][\w.-]{0,127}$/u, words: 'a name such as "gateway-1"' },
  integer: { pattern: /^\d{1,15}$/u, words: "a whole number from 0" },
  choice: { pattern: /^[^-]/u, words: "one of its choices" },
};

const faultOf = (name: string, param: Param, value: string): string | undefined => {
  const { pattern, words } = shapes[param.type];
  if (param.type === "choice" && !param.choices.includes(value))
    return `the parameter "${name}" is ${quoted(value)}, want one of ${param.choices.map(quoted).join(", ")}`;
  return pattern.test(value) ? undefined : `the parameter "${name}" is ${quoted(value)}, want ${words}`;
};

/** The value of every parameter given or defaulted; undefined where an optional one is not given. */
const valueFor = (name: string, param: Param, given: Values): string | undefined => {
  const value = Object.hasOwn(given, name) ? given[name] : undefined;
  return value === undefined ? (param.default ?? undefined) : String(value);
};

const faultsOf = (recipe: Recipe, given: Values): readonly string[] => {
  const extra = Object.keys(given).filter((name) => !Object.hasOwn(recipe.params, name));
  const known = Object.keys(recipe.params).join(", ") || "none";
  const bad = Object.entries(recipe.params).flatMap(([name, param]) => {
    const value = valueFor(name, param, given);
    if (value === undefined) return param.isRequired ? [`the parameter "${name}" is missing`] : [];
    return faultOf(name, param, value) ?? [];
  });
  return [...extra.map((name) => `there is no parameter "${name}" (it takes: ${known})`), ...bad];
};

/** A placeholder stands for a whole value, never for a part of one, so no value can become two arguments or an option. */
const fill = (word: string, recipe: Recipe, given: Values): readonly string[] => {
  const name = /^\{([\w-]+)\}$/u.exec(word)?.[1];
  const param = name !== undefined && Object.hasOwn(recipe.params, name) ? recipe.params[name] : undefined;
  if (name === undefined || param === undefined) return [word];
  const value = valueFor(name, param, given);
  if (value === undefined) return [];
  return [param.type === "scope" ? `--${value}` : value];
};

/** The change that a filled step stands for; undefined for a command. Never throws. */
export const fileChangeOf = ([kind, path = ""]: readonly string[]): FileChange | undefined =>
  kind === "restore-kept" || kind === "remove-stale-lock" ? { kind, path } : undefined;

/**
 * Puts a rule's values into a recipe's steps; its file change, if it has one, is the first of them. A wrong, missing or surplus
 * value is a fault in words. Never throws.
 */
export const fillRecipe = (recipe: Recipe, given: Values): Filled => {
  const faults = faultsOf(recipe, given);
  if (faults.length > 0) return { kind: "fault", why: faults.join("; ") };
  const { fileChange } = recipe;
  const change = fileChange === null ? [] : [[fileChange.kind, ...fill(fileChange.path, recipe, given)]];
  return {
    kind: "filled",
    steps: [...change, ...recipe.steps.map((step) => step.flatMap((word) => fill(word, recipe, given)))],
    backup: [...new Set(recipe.backup.flatMap((path) => fill(path, recipe, given)))],
  };
};

const byType = (recipe: Recipe, given: Values, type: Param["type"]): string | undefined => {
  const found = Object.entries(recipe.params).find(([, param]) => param.type === type);
  return found === undefined ? undefined : valueFor(found[0], found[1], given);
};

/** The unit that a recipe with these values changes, and whose manager it is. */
export interface Target {
  readonly unit: string;
  readonly scope: "system" | "user";
  /** Absent: the system's manager, or our own user's. */
  readonly user?: string;
}

/** Who runs the steps: the value of the parameter of type user; undefined for ourselves. Never throws. */
export const runAs = (recipe: Recipe, given: Values): string | undefined => byType(recipe, given, "user");

/**
 * Who handles the files: the value of the parameter of type owner, else whoever runs the steps; undefined for whoever owns each. A
 * system unit is the system's manager's to restart, and its config may be a user's all the same. Never throws.
 */
export const filesAs = (recipe: Recipe, given: Values): string | undefined =>
  byType(recipe, given, "owner") ?? runAs(recipe, given);

/** Reads the target from the values of the parameters of type unit, scope and user; undefined when it changes no unit. Never throws. */
export const targetOf = (recipe: Recipe, given: Values): Target | undefined => {
  const unit = byType(recipe, given, "unit");
  const user = runAs(recipe, given);
  if (unit === undefined) return undefined;
  const scope = byType(recipe, given, "scope") === "user" ? "user" : "system";
  return { unit, scope, ...(scope === "user" && user !== undefined ? { user } : {}) };
};
