import * as v from "valibot";
import { isMap } from "../json.ts";
import { didYouMean, oneOf, quotedKey } from "../near.ts";
import { type Block, placeAt, shown } from "./blocks.ts";

/** What a map says beyond its keys. */
export interface About {
  /** Words for the map in a fault: `expected a map of …`. */
  readonly what: string;
  /** Keys of later versions, refused by name. */
  readonly later?: readonly string[];
  /** Keys that belong to another kind of map, with where: `count` in a check with `process`. */
  readonly elsewhere?: Readonly<Record<string, string>>;
  /** What to say in place of `missing key …`. */
  readonly missing?: Readonly<Record<string, string>>;
  /** A secret may stand here by mistake: unknown keys are not shown. */
  readonly isPrivate?: boolean;
}

/** A schema that looks at the value and picks the one of `options` that its faults come from; in JSON Schema it is any of them. */
export const picked = <Output>(
  options: readonly Block<Output>[],
  pick: (input: unknown) => Block<Output>,
): Block<Output> => ({
  ...v.union([...options]),
  "~run": (dataset, config) => pick(dataset.value)["~run"](dataset, config),
});

const wantsMap =
  (what: string) =>
  ({ input }: v.BaseIssue<unknown>): string =>
    `expected ${what}, got ${shown(input)}`;

/** Refuses everything: for a list where a map is wanted, which valibot would take for a map. */
const notAMap = (what: string): Block<never> => v.never(wantsMap(what));

const mapOnly = <Output>(what: string, map: Block<Output>): Block<Output> =>
  picked([map], (input) => (isMap(input) ? map : notAMap(what)));

const unknownKey = (key: string, known: readonly string[], { later, elsewhere, isPrivate }: About): string => {
  if (isPrivate === true) return `unknown key: expected ${oneOf(known)}`;
  const start = `unknown key${quotedKey(key)}`;
  if (later?.includes(key) === true) return `${start}: not in this version`;
  const place = elsewhere !== undefined && Object.hasOwn(elsewhere, key) ? elsewhere[key] : undefined;
  if (place !== undefined) return `${start}: it belongs in ${place}`;
  if (known.length === 0) return `${start}: nothing can be set here`;
  const [word = ""] = key.split(/[\s{[]/u);
  if (word !== key && known.includes(word)) return `a ":" is missing after "${word}"`;
  return start + (didYouMean(key, known) || `: expected ${oneOf(known)}`);
};

const exampleOf = (entry: v.ObjectEntries[string]): unknown => {
  const { examples } = v.getMetadata(entry);
  return Array.isArray(examples) ? examples[0] : undefined;
};

const inYaml = (example: unknown): string =>
  JSON.stringify(example)
    .replace(/"(\w+)":/gu, "$1: ")
    .replaceAll(",", ", ");

const missingKey = (key: string, entries: v.ObjectEntries, about: About): string => {
  const special = about.missing?.[key];
  if (special !== undefined) return special;
  const entry = entries[key];
  const example = entry === undefined ? undefined : exampleOf(entry);
  return `missing key "${key}"${example === undefined ? "" : `: expected one such as ${key}: ${inYaml(example)}`}`;
};

const keyOf = (issue: v.BaseIssue<unknown>): string => String(issue.path?.at(-1)?.key ?? "");

/** A map with these keys and no others; every unknown key and every missing one is a fault of its own. */
export const shape = <Entries extends v.ObjectEntries>(
  about: About,
  entries: Entries,
): Block<v.InferOutput<v.ObjectSchema<Entries, undefined>>> => {
  const known = Object.keys(entries);
  const map = v.pipe(
    v.looseObject(entries, (issue) => missingKey(keyOf(issue), entries, about)),
    v.rawCheck(({ dataset, addIssue }) => {
      const value: unknown = dataset.value;
      if (!isMap(value)) return;
      for (const key of Object.keys(value))
        if (!known.includes(key)) addIssue({ message: unknownKey(key, known, about), path: [placeAt(key, "key")] });
    }),
    v.metadata({ "x-type": "map", additionalProperties: false }),
  );
  return mapOnly(about.what, map);
};

/** A map whose keys are names of one form; `fault` says what is wrong with one that isn't. */
export const mapOf = <Output>(
  what: string,
  keys: { readonly form: RegExp; readonly fault: (key: string) => string },
  value: Block<Output>,
): Block<Record<string, Output>> => {
  const key = v.pipe(
    v.string(),
    v.regex(keys.form, ({ input }) => keys.fault(input)),
  );
  return mapOnly(what, v.pipe(v.record(key, value), v.metadata({ "x-type": "map" })));
};

/** Adds a fault when not exactly one of `keys` is there: none at the map's own key, a second one at its key. `others` may stand beside them. */
export const exactlyOne = <Output>(
  block: Block<Output>,
  keys: readonly string[],
  words: { readonly none: string; readonly more: string },
  others: readonly string[] = [],
): Block<Output> =>
  v.pipe(
    block,
    v.rawCheck(({ dataset, addIssue }) => {
      const value: unknown = dataset.value;
      if (!isMap(value)) return;
      const [first, second] = keys.filter((key) => value[key] !== undefined);
      const isSpoilt = Object.keys(value).some((key) => !keys.includes(key) && !others.includes(key));
      if (first === undefined && !isSpoilt) addIssue({ message: words.none, path: [placeAt("", "key")] });
      if (second !== undefined)
        addIssue({
          message: `${words.more}: "${first}" and "${second}"; keep one`,
          path: [placeAt(second, "key")],
        });
    }),
    v.metadata({ minProperties: 1, maxProperties: 1 + others.length }),
  );
