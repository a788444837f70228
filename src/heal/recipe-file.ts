import type { Fault } from "../config/fault.ts";
import { readTrusted } from "../config/trust.ts";
import type { Host } from "../host/host.ts";
import type { Recipe } from "./recipe.ts";
import { fileChangeIn, fileFaults } from "./recipe-paths.ts";
import { shippedRecipes } from "./shipped.ts";

/** A recipe read, or every fault in its file, or that there is none of this name. */
export type ReadRecipe =
  | { readonly kind: "recipe"; readonly recipe: Recipe; readonly isShadowing: boolean }
  | { readonly kind: "faults"; readonly faults: readonly Fault[] }
  | { readonly kind: "missing"; readonly known: readonly string[] };

const parse = async (
  host: Host,
  bytes: Uint8Array,
  file: string,
  name: string,
  isShadowing: boolean,
): Promise<ReadRecipe> => {
  const [{ readYaml, check }, { recipeSchema }] = await Promise.all([
    import("../config/yaml.ts"),
    import("./recipe-schema.ts"),
  ]);
  const yaml = readYaml(bytes, file);
  if (yaml.kind === "faults") return yaml;
  const checked = check(recipeSchema, yaml);
  if (checked.kind === "faults") return checked;
  const raw = checked.value;
  if (raw.recipe !== name)
    return {
      kind: "faults",
      faults: [yaml.faultAt(["recipe"], "value", `the recipe is named "${raw.recipe}", its file "${name}.yaml"`)],
    };
  const recipe: Recipe = {
    name,
    treats: raw.treats,
    params: Object.fromEntries(
      Object.entries(raw.params).map(([key, param]) => [
        key,
        { type: param.type, isRequired: param.required, default: param.default ?? null, choices: param.choices ?? [] },
      ]),
    ),
    backup: raw.backup,
    fileChange: fileChangeIn(raw),
    steps: raw.steps,
    timeoutMs: raw.timeout,
    proof: { withinMs: raw.proof.within, everyMs: raw.proof.every },
    cooldownMs: raw.cooldown,
    budget: raw.budget,
    refuseWhen: { exitStatus: raw.refuse_when.exit_status, evidence: raw.refuse_when.evidence },
    card: raw.card ?? null,
    file,
    sha256: host.sha256(bytes),
  };
  const unknown = recipe.steps.flatMap((step, i) =>
    step.flatMap((word, j) => {
      const key = /^\{([\w-]+)\}$/u.exec(word)?.[1];
      return key === undefined || Object.hasOwn(recipe.params, key)
        ? []
        : [yaml.faultAt(["steps", i, j], "value", `there is no parameter "${key}" in params`)];
    }),
  );
  const faults = [...unknown, ...fileFaults(recipe, raw, yaml.faultAt)];
  return faults.length > 0 ? { kind: "faults", faults } : { kind: "recipe", recipe, isShadowing };
};

const namesIn = (host: Host, folder: string): readonly string[] => {
  const names = host.files.list(folder);
  if ("kind" in names) return [];
  return names.filter((name) => name.endsWith(".yaml")).map((name) => name.slice(0, -".yaml".length));
};

/** Reads a recipe by name: the admin's own in `folder`, else the one that ships in the binary. Never throws for expected trouble. */
export const readRecipe = async (host: Host, folder: string, name: string): Promise<ReadRecipe> => {
  const file = `${folder}/${name}.yaml`;
  const shipped = Object.hasOwn(shippedRecipes, name) ? shippedRecipes[name] : undefined;
  const stat = host.files.stat(file);
  if (!("kind" in stat) || (stat.code !== "ENOENT" && stat.code !== "ENOTDIR")) {
    const trusted = readTrusted(host, file);
    return trusted.kind === "faults" ? trusted : await parse(host, trusted.bytes, file, name, shipped !== undefined);
  }
  if (shipped === undefined)
    return { kind: "missing", known: [...new Set([...namesIn(host, folder), ...Object.keys(shippedRecipes)])] };
  return await parse(host, new TextEncoder().encode(shipped), `${name}.yaml (shipped)`, name, false);
};
