// Makes a JSON Schema of an OCSF class out of OCSF's own definitions.
import { type Attribute, attributesOf, type Definition, type Definitions, merged, type Ocsf } from "./definitions.ts";

type Json = Readonly<Record<string, unknown>>;

/** The objects that were met so far, by name. */
interface Work {
  readonly ocsf: Ocsf;
  readonly profiles: readonly string[];
  readonly made: Map<string, Json>;
}

const scalar = ({ types }: Ocsf, name: string): Json => {
  const { type, regex, range, max_len } = types[name] ?? {};
  const base = type ?? name;
  if (base === "json_t") return {};
  if (base === "boolean_t") return { type: "boolean" };
  if (base === "float_t") return { type: "number" };
  if (base === "integer_t" || base === "long_t")
    return { type: "integer", ...(range === undefined ? {} : { minimum: range[0], maximum: range[1] }) };
  return {
    type: "string",
    ...(regex === undefined ? {} : { pattern: regex }),
    ...(max_len === undefined ? {} : { maxLength: max_len }),
  };
};

const oneOf = (work: Work, attribute: Attribute): Json => {
  const type = attribute.type ?? "string_t";
  if (type === "object") return { type: "object" };
  if (work.ocsf.types[type] === undefined) return { $ref: objectOf(work, type) };
  const kind = scalar(work.ocsf, type);
  if (attribute.enum === undefined) return kind;
  return { enum: Object.keys(attribute.enum).map((key) => (kind["type"] === "integer" ? Number(key) : key)) };
};

const typedOf = (work: Work, attribute: Attribute): Json => {
  const one = oneOf(work, attribute);
  return attribute.is_array === true ? { type: "array", items: one } : one;
};

/** A number and the word beside it must mean the same; 99, other, has a word of its own. */
const siblingsOf = (all: ReadonlyMap<string, Attribute>): readonly Json[] =>
  [...all].flatMap(([name, { sibling, enum: words, is_array }]) =>
    sibling === undefined || words === undefined || is_array === true
      ? []
      : Object.entries(words)
          .filter(([key]) => key !== "99")
          .map(([key, { caption }]) => ({
            if: { properties: { [name]: { const: Number(key) } }, required: [name] },
            // biome-ignore lint/suspicious/noThenProperty: a key of JSON Schema.
            then: { properties: { [sibling]: { const: caption } } },
          })),
  );

const constraintsOf = (definition: Definition, all: Definitions): readonly Json[] => {
  const own = definition.constraints ?? all.get(definition.extends ?? "")?.constraints ?? {};
  return Object.entries(own).map(([kind, names]) => ({
    [kind === "just_one" ? "oneOf" : "anyOf"]: names.map((name) => ({ required: [name] })),
  }));
};

const knownOf = ({ ocsf, profiles }: Work, definition: Definition, all: Definitions): ReadonlyMap<string, Attribute> =>
  new Map(
    [...attributesOf(ocsf, definition, all)]
      .map(([name, attribute]) => [name, merged(ocsf.attributes[name], attribute)] as const)
      .filter(([, { profile }]) => profile === undefined || profile === null || profiles.includes(profile))
      .filter(([, attribute]) => attribute["@deprecated"] === undefined)
      // Each class says its own, and the base event's lists have its own alone.
      .map(([name, attribute]) => [
        name,
        /^(?:class|category)_uid$/u.test(name) ? { ...attribute, enum: undefined } : attribute,
      ]),
  );

const shapeOf = (work: Work, definition: Definition, all: Definitions, more: readonly Json[] = []): Json => {
  const known = knownOf(work, definition, all);
  return {
    type: "object",
    additionalProperties: false,
    properties: Object.fromEntries([...known].map(([name, attribute]) => [name, typedOf(work, attribute)])),
    required: [...known].flatMap(([name, { requirement }]) => (requirement === "required" ? [name] : [])),
    allOf: [{}, ...constraintsOf(definition, all), ...siblingsOf(known), ...more],
  };
};

function objectOf(work: Work, name: string): string {
  const definition = work.ocsf.objects.get(name);
  if (definition === undefined) throw new Error(`OCSF has no object "${name}"`);
  if (!work.made.has(name)) {
    work.made.set(name, {});
    work.made.set(name, shapeOf(work, definition, work.ocsf.objects));
  }
  return `#/$defs/${name}`;
}

const categoryOf = ({ classes }: Pick<Ocsf, "classes">, definition: Definition | undefined): string =>
  definition === undefined
    ? ""
    : (definition.category ?? categoryOf({ classes }, classes.get(definition.extends ?? "")));

const uidOf = (ocsf: Ocsf, definition: Definition): number | undefined => {
  if (definition.name === "base_event") return 0;
  const category = ocsf.categories[categoryOf(ocsf, definition)];
  return definition.uid === undefined ? undefined : (category?.uid ?? 0) * 1000 + definition.uid;
};

/**
 * The JSON Schema (2020-12) of a class under these profiles: what is required, allowed, listed, of which type, and that numbers and words agree.
 * Throws for an unknown class.
 */
export const schemaOf = (ocsf: Ocsf, classUid: number, profiles: readonly string[]): Json => {
  const definition = [...ocsf.classes.values()].find((each) => uidOf(ocsf, each) === classUid);
  if (definition === undefined) throw new Error(`OCSF has no class ${classUid}`);
  const work: Work = { ocsf, profiles, made: new Map() };
  const category = ocsf.categories[categoryOf(ocsf, definition)];
  const constants = {
    class_uid: { const: classUid },
    class_name: { const: definition.caption },
    category_uid: { const: category?.uid ?? 0 },
    category_name: { const: category?.caption ?? "Uncategorized" },
  };
  const activities = Object.keys(knownOf(work, definition, ocsf.classes).get("activity_id")?.enum ?? {}).map(Number);
  const types = activities.map((id) => ({
    properties: { activity_id: { const: id }, type_uid: { const: classUid * 100 + id } },
  }));
  const shape = shapeOf(work, definition, ocsf.classes, [{ properties: constants }, { anyOf: types }]);
  return {
    $schema: "https://json-schema.org/draft/2020-12/schema",
    ...shape,
    $defs: Object.fromEntries(work.made),
  };
};
