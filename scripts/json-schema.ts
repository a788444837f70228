import { toJsonSchema } from "@valibot/to-json-schema";
import { configSchema } from "../src/config/schema.ts";

/** A JSON Schema node as far as the config uses the language. Keys with `x-` are for the reference and leave before it is written. */
export interface Node {
  readonly [key: string]: unknown;
  readonly properties?: Readonly<Record<string, Node>>;
  readonly additionalProperties?: Node | boolean;
  readonly anyOf?: readonly Node[];
  readonly items?: Node;
  readonly required?: readonly string[];
  readonly default?: unknown;
  readonly description?: unknown;
  readonly examples?: unknown;
  readonly minimum?: unknown;
  readonly maximum?: unknown;
}

const isNode = (value: unknown): value is Node => typeof value === "object" && value !== null && !Array.isArray(value);

const mapValues = (map: Node, change: (node: Node) => Node): Node =>
  Object.fromEntries(Object.entries(map).map(([key, value]) => [key, isNode(value) ? change(value) : value]));

/** Keys whose value is data and not a schema. */
const data: ReadonlySet<string> = new Set(["default", "examples", "enum", "const", "required", "type", "pattern"]);

const changeKey = (key: string, value: unknown, change: (node: Node) => Node): unknown => {
  if (data.has(key)) return value;
  if (key === "properties" && isNode(value)) return mapValues(value, change);
  if (Array.isArray(value)) return value.map((each: unknown) => (isNode(each) ? change(each) : each));
  return isNode(value) ? change(value) : value;
};

/** A choice of one is that one, and an empty `required` says nothing. */
const simple = (node: Node): Node => {
  const { anyOf, ...rest } = node;
  if (anyOf?.length === 1) return simple({ ...anyOf[0], ...rest });
  const kept = Object.entries(node).filter(
    ([key, value]) => key !== "required" || (Array.isArray(value) && value.length > 0),
  );
  return Object.fromEntries(kept.map(([key, value]) => [key, changeKey(key, value, simple)]));
};

/** Control characters by their numbers: classes by name are known to few readers of a schema, and some fail at them. */
const portable = (pattern: string): string => pattern.replaceAll(String.raw`\p{Cc}`, String.raw`\x00-\x1f\x7f-\x9f`);

/** Takes out what only the reference wants. */
const withoutNotes = (node: Node): Node =>
  Object.fromEntries(
    Object.entries(node)
      .filter(([key]) => !key.startsWith("x-"))
      .map(([key, value]) => [
        key,
        key === "pattern" && typeof value === "string" ? portable(value) : changeKey(key, value, withoutNotes),
      ]),
  );

/** Whether a check's place takes this for a preset, or for a part of one that is off. */
export const isPreset = ({ properties }: Node): boolean =>
  properties === undefined || properties["preset"] !== undefined;

/** Nothing of a map has to be there. */
const partly = (node: Node): Node =>
  Object.fromEntries(
    Object.entries(node)
      .filter(([key]) => key !== "required" && key !== "minProperties")
      .map(([key, value]) => [key, changeKey(key, value, partly)]),
  );

/** Beside a preset a check may be written in part, and an editor can't know which: in checks it misses nothing. */
const checksPartly = (node: Node): Node => {
  const { additionalProperties } = node;
  if (!isNode(additionalProperties)) return node;
  const kinds = (additionalProperties.anyOf ?? []).map((each) => (isPreset(each) ? each : partly(each)));
  return { ...node, additionalProperties: { ...additionalProperties, anyOf: kinds } };
};

/** The schema as editors get it, without what only the reference wants: checks in part, and none beside `preset`. */
export const editorSchema = (schema: Node): Node => {
  const { properties = {}, required = [], ...rest } = withoutNotes(schema);
  const checks = properties["checks"];
  if (checks === undefined) throw new Error('cannot write the schema: it has no "checks"');
  return {
    ...rest,
    properties: { ...properties, checks: checksPartly(checks) },
    required: required.filter((key) => key !== "checks"),
    anyOf: [{ required: ["checks"] }, { required: ["preset"] }],
  };
};

/** The config's JSON Schema, still with its notes. What valibot checks by code (addresses, circles, secrets) has no words here and is left to `dogwatch validate`. */
export const configJsonSchema = (): Node => {
  const raw: unknown = toJsonSchema(configSchema, { target: "draft-07", errorMode: "ignore" });
  if (!isNode(raw)) throw new TypeError("the JSON Schema is not a map");
  return { ...simple(raw), title: "dogwatch.yaml" };
};
