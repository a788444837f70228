import { EcsFlat, EcsVersion } from "@elastic/ecs";

/** A field as ECS describes it. The package is made by Elastic from the schema's own sources, under the Apache licence 2.0. */
interface Field {
  readonly type: string;
  readonly normalize?: readonly string[];
  readonly ignore_above?: number;
  readonly allowed_values?: readonly { readonly name: string; readonly expected_event_types?: readonly string[] }[];
}

type Json = Readonly<Record<string, unknown>>;

/** The version of the definitions. */
export const definedVersion: string = EcsVersion;

const flat: Readonly<Record<string, Field>> = EcsFlat;

const texts = ["keyword", "constant_keyword", "wildcard", "match_only_text", "text"];

const oneOf = ({ type, ignore_above, allowed_values }: Field): Json => {
  if (allowed_values !== undefined) return { enum: allowed_values.map(({ name }) => name) };
  if (texts.includes(type))
    return { type: "string", ...(ignore_above === undefined ? {} : { maxLength: ignore_above }) };
  if (type === "long") return { type: "integer" };
  if (type === "boolean") return { type: "boolean" };
  if (type === "date") return { type: "string", pattern: "^\\d{4}-\\d{2}-\\d{2}T\\d{2}:\\d{2}:\\d{2}\\.\\d{3}Z$" };
  return { not: {} };
};

const typedOf = (field: Field): Json =>
  field.normalize?.includes("array") === true ? { type: "array", items: oneOf(field) } : oneOf(field);

interface Node {
  readonly fields: Map<string, Node>;
  value: Json | undefined;
}

const tree = (): Node => {
  const root: Node = { fields: new Map(), value: undefined };
  for (const [name, field] of Object.entries(flat)) {
    let at = root;
    for (const part of name === "@timestamp" ? [name] : name.split(".")) {
      const next = at.fields.get(part) ?? { fields: new Map<string, Node>(), value: undefined };
      at.fields.set(part, next);
      at = next;
    }
    at.value = typedOf(field);
  }
  return root;
};

const shapeOf = ({ fields, value }: Node): Json =>
  fields.size === 0 && value !== undefined
    ? value
    : {
        type: "object",
        additionalProperties: false,
        properties: Object.fromEntries([...fields].map(([name, node]) => [name, shapeOf(node)])),
      };

/** A category goes with some types only. */
const expected: readonly Json[] = (flat["event.category"]?.allowed_values ?? []).map(
  ({ name, expected_event_types }) => ({
    if: { properties: { event: { properties: { category: { contains: { const: name } } }, required: ["category"] } } },
    // biome-ignore lint/suspicious/noThenProperty: a key of JSON Schema.
    then: { properties: { event: { properties: { type: { items: { enum: expected_event_types ?? [] } } } } } },
  }),
);

const text: Json = { type: "string" };
const hash: Json = { type: "object", additionalProperties: false, properties: { sha256: text } };

/** Our own fields, as docs/export.md lists them. */
const own: Json = {
  type: "object",
  additionalProperties: false,
  required: ["by", "prev"],
  properties: {
    ...Object.fromEntries(
      ["by", "incident", "check", "evidence", "key", "exit", "proof", "prev"].map((name) => [name, text]),
    ),
    recipe: { type: "object", additionalProperties: false, properties: { name: text, sha256: text } },
    config: hash,
    binary: hash,
    attempt: { type: "integer" },
    budget_left: { type: "integer" },
    target: {
      type: "object",
      additionalProperties: false,
      properties: { unit: text, user: text, started: text, pid: { type: "integer" } },
    },
    backup: {
      type: "array",
      items: { type: "object", additionalProperties: false, properties: { path: text, sha256: text } },
    },
  },
};

const rootOf = (): Json => {
  const { fields } = tree();
  return Object.fromEntries([...fields].map(([name, node]) => [name, shapeOf(node)]));
};

/** A JSON Schema of ECS as its own definitions have it, and of our own fields beside it; anything else is refused. */
export const ecsSchema: Json = {
  $schema: "https://json-schema.org/draft/2020-12/schema",
  type: "object",
  additionalProperties: false,
  required: ["@timestamp", "ecs", "message", "event", "host", "dogwatch"],
  properties: { ...rootOf(), dogwatch: own },
  allOf: expected,
};
