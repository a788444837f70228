// Reads OCSF's own definitions from a checkout of github.com/ocsf/ocsf-schema: classes, objects, attributes, with what they inherit.
import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import * as v from "valibot";

/** One attribute of a class or an object, as far as it is needed here. */
export interface Attribute {
  readonly requirement?: string | undefined;
  /** The profile that it comes with; null: it belongs to the class itself. */
  readonly profile?: string | null | undefined;
  readonly type?: string | undefined;
  readonly is_array?: boolean | undefined;
  /** The attribute that has the word for this one's number. */
  readonly sibling?: string | undefined;
  readonly enum?: Readonly<Record<string, { readonly caption: string }>> | undefined;
  readonly "@deprecated"?: unknown;
}

/** A class or an object as its file has it. */
export interface Definition {
  readonly name?: string | undefined;
  readonly uid?: number | undefined;
  readonly caption?: string | undefined;
  readonly category?: string | undefined;
  readonly extends?: string | undefined;
  readonly constraints?: Readonly<Record<string, readonly string[]>> | undefined;
  readonly attributes: Readonly<Record<string, unknown>>;
}

/** A type of the dictionary. */
interface Scalar {
  readonly type?: string | undefined;
  readonly regex?: string | undefined;
  readonly range?: readonly number[] | undefined;
  readonly max_len?: number | undefined;
}

/** All classes, or all objects, by name. */
export type Definitions = ReadonlyMap<string, Definition>;

/** A checkout, read. */
export interface Ocsf {
  readonly folder: string;
  readonly version: string;
  readonly attributes: Readonly<Record<string, Attribute>>;
  readonly types: Readonly<Record<string, Scalar>>;
  readonly categories: Readonly<Record<string, { readonly uid: number; readonly caption: string }>>;
  readonly classes: Definitions;
  readonly objects: Definitions;
}

const attributeOf = v.looseObject({
  requirement: v.optional(v.string()),
  profile: v.optional(v.nullable(v.string())),
  type: v.optional(v.string()),
  is_array: v.optional(v.boolean()),
  sibling: v.optional(v.string()),
  enum: v.optional(v.record(v.string(), v.looseObject({ caption: v.string() }))),
  "@deprecated": v.optional(v.unknown()),
});

const definitionOf = v.looseObject({
  name: v.optional(v.string()),
  uid: v.optional(v.number()),
  caption: v.optional(v.string()),
  category: v.optional(v.string()),
  extends: v.optional(v.string()),
  constraints: v.optional(v.record(v.string(), v.array(v.string()))),
  attributes: v.optional(v.record(v.string(), v.unknown()), {}),
});

const scalarOf = v.looseObject({
  type: v.optional(v.string()),
  regex: v.optional(v.string()),
  range: v.optional(v.array(v.number())),
  max_len: v.optional(v.number()),
});

const dictionaryOf = v.looseObject({
  attributes: v.record(v.string(), attributeOf),
  types: v.looseObject({ attributes: v.record(v.string(), scalarOf) }),
});

const categoriesOf = v.looseObject({
  attributes: v.record(v.string(), v.looseObject({ uid: v.number(), caption: v.string() })),
});

const read = <Schema extends v.GenericSchema>(path: string, schema: Schema): v.InferOutput<Schema> =>
  v.parse(schema, JSON.parse(readFileSync(path, "utf8")));

const load = (folder: string): Definitions =>
  new Map(
    readdirSync(folder, { recursive: true, encoding: "utf8" })
      .filter((file) => file.endsWith(".json"))
      .map((file) => read(join(folder, file), definitionOf))
      .map((definition) => [definition.name ?? "", definition]),
  );

/** Reads the definitions in `folder`. Throws when they are none. */
export const readOcsf = (folder: string): Ocsf => {
  const { attributes, types } = read(join(folder, "dictionary.json"), dictionaryOf);
  return {
    folder,
    version: read(join(folder, "version.json"), v.looseObject({ version: v.string() })).version,
    attributes,
    types: types.attributes,
    categories: read(join(folder, "categories.json"), categoriesOf).attributes,
    classes: load(join(folder, "events")),
    objects: load(join(folder, "objects")),
  };
};

/** What is said anew replaces what was said before; the lists of both are one. Pure. */
export const merged = (under: Attribute | undefined, over: Attribute): Attribute => ({
  ...under,
  ...over,
  ...(under?.enum === undefined && over.enum === undefined ? {} : { enum: { ...under?.enum, ...over.enum } }),
});

const included = (ocsf: Ocsf, definition: Definition): readonly (readonly [string, Attribute])[] =>
  v.parse(v.optional(v.array(v.string()), []), definition.attributes["$include"]).flatMap((path) => {
    const profile = read(join(ocsf.folder, path), definitionOf);
    return Object.entries(profile.attributes).map(
      ([name, value]) => [name, { ...v.parse(attributeOf, value), profile: profile.name ?? null }] as const,
    );
  });

/** What a class or an object has, by name: from what it extends, from its profiles, and its own. */
export const attributesOf = (ocsf: Ocsf, definition: Definition, all: Definitions): ReadonlyMap<string, Attribute> => {
  const parent = all.get(definition.extends ?? "");
  const known = new Map(parent === undefined ? [] : attributesOf(ocsf, parent, all));
  for (const [name, attribute] of included(ocsf, definition)) known.set(name, merged(known.get(name), attribute));
  for (const [name, value] of Object.entries(definition.attributes))
    if (name !== "$include") known.set(name, merged(known.get(name), v.parse(attributeOf, value)));
  return known;
};
