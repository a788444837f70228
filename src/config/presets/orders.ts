import * as v from "valibot";
import type { Fault } from "../fault.ts";
import { isMap } from "../json.ts";
import type { Block } from "../schema/blocks.ts";
import { checkNameFault, checkNameForm } from "../schema/names.ts";
import {
  type HermesParams,
  type OpenclawParams,
  type PresetName,
  presetName,
  presetShorthand,
  presets,
} from "../schema/preset.ts";
import { check, type Yaml } from "../yaml.ts";
import type { Path } from "../yaml-place.ts";
import type { Raw } from "./preset.ts";

/** A preset that a file asks for: the prefix of its checks' names, what it was told, and where. */
export interface Order {
  readonly prefix: string;
  readonly params: OpenclawParams | HermesParams;
  readonly path: Path;
}

/** The orders of a file, and what is wrong with them. A preset with a fault in what it was told is ordered without that. */
export interface Orders {
  readonly orders: readonly Order[];
  readonly faults: readonly Fault[];
}

/** A part of a file, for a schema of its own. */
const partOf = (yaml: Yaml, path: Path, value: unknown): Yaml => ({
  ...yaml,
  value,
  faultAt: (inner, at, message) => yaml.faultAt([...path, ...inner], at, message),
});

const faultsOf = (schema: Block<unknown>, yaml: Yaml, path: Path, value: unknown): readonly Fault[] => {
  const checked = check(schema, partOf(yaml, path, value));
  return checked.kind === "faults" ? checked.faults : [];
};

/** What is left of a preset's settings without those that are wrong: its checks keep their names, and the rest of the file can be judged. */
const sound = (schema: Block<OpenclawParams | HermesParams>, preset: PresetName, value: Raw): Order["params"] => {
  const good = Object.entries(value).filter(([key, each]) => v.is(schema, { preset, [key]: each }));
  const kept = v.safeParse(schema, Object.fromEntries(good));
  return kept.success ? kept.output : v.parse(schema, { preset });
};

/** Room is left for the longest part of a check's name. */
const maxPrefix = 50;

const nameFault = (yaml: Yaml, path: Path, prefix: string): Fault | undefined => {
  if (!checkNameForm.test(prefix)) return yaml.faultAt(path, "key", checkNameFault("preset", prefix));
  return prefix.length > maxPrefix
    ? yaml.faultAt(
        path,
        "key",
        `the name of a preset has at most ${maxPrefix} characters, since its checks' names begin with it`,
      )
    : undefined;
};

const orderOf = (yaml: Yaml, prefix: string, value: Raw): Orders => {
  const path = ["checks", prefix];
  const named = v.safeParse(presetName, value["preset"]);
  if (!named.success) return { orders: [], faults: faultsOf(presetName, yaml, [...path, "preset"], value["preset"]) };
  const schema: Block<OpenclawParams | HermesParams> = presets[named.output];
  const faults = faultsOf(schema, yaml, path, value);
  const badName = nameFault(yaml, path, prefix);
  if (badName !== undefined) return { orders: [], faults: [badName, ...faults] };
  return { orders: [{ prefix, path, params: sound(schema, named.output, value) }], faults };
};

const shorthand = (yaml: Yaml, given: unknown): Orders => {
  if (given === undefined) return { orders: [], faults: [] };
  const read = v.safeParse(presetShorthand, given);
  if (!read.success) return { orders: [], faults: faultsOf(presetShorthand, yaml, ["preset"], given) };
  const orders = [read.output].flat().map((preset, at) => ({
    prefix: preset,
    path: Array.isArray(read.output) ? ["preset", at] : ["preset"],
    params: v.parse<Block<OpenclawParams | HermesParams>>(presets[preset], { preset }),
  }));
  return { orders, faults: [] };
};

/** True for a check that is a preset's. */
export const isOrder = (check: unknown): check is Raw => isMap(check) && "preset" in check;

/** Reads which presets a file asks for: those of the top level first, then those among its checks. Never throws. */
export const ordersIn = (yaml: Yaml, file: Raw): Orders => {
  const checks = isMap(file["checks"]) ? file["checks"] : {};
  const all = [
    shorthand(yaml, file["preset"]),
    ...Object.entries(checks).flatMap(([prefix, each]) => (isOrder(each) ? [orderOf(yaml, prefix, each)] : [])),
  ];
  return { orders: all.flatMap(({ orders }) => orders), faults: all.flatMap(({ faults }) => faults) };
};
