/** As much of JSON Schema draft-07 as docs/dogwatch.schema.json uses; a keyword that isn't known here throws, so that none is passed over. */

interface Fields {
  readonly [key: string]: unknown;
  readonly properties?: unknown;
  readonly propertyNames?: unknown;
  readonly additionalProperties?: unknown;
}

const isMap = (value: unknown): value is Fields => typeof value === "object" && value !== null && !Array.isArray(value);

const typeOf = (value: unknown): string => {
  if (value === null) return "null";
  if (Array.isArray(value)) return "array";
  return Number.isInteger(value) ? "integer" : typeof value;
};

const isType = (wanted: unknown, value: unknown): boolean => {
  const type = typeOf(value);
  return [wanted].flat().some((each) => each === type || (each === "number" && type === "integer"));
};

const bad = (isBad: boolean, at: string, what: string): readonly string[] => (isBad ? [`${at}: ${what}`] : []);

const inMap = (schema: Fields, value: Fields, at: string): readonly string[] => {
  const known = isMap(schema.properties) ? schema.properties : {};
  return Object.entries(value).flatMap(([key, each]) => {
    const names = isMap(schema.propertyNames) ? violations(schema.propertyNames, key, `${at}/${key}`) : [];
    const own = known[key];
    const rest = schema.additionalProperties;
    if (own !== undefined) return [...names, ...violations(own, each, `${at}/${key}`)];
    if (rest === false) return [`${at}/${key}: unknown`];
    return isMap(rest) ? [...names, ...violations(rest, each, `${at}/${key}`)] : names;
  });
};

type Rule = (wanted: unknown, value: unknown, schema: Fields, at: string) => readonly string[];
const nothing: Rule = () => [];
const size = (value: unknown): number =>
  isMap(value) ? Object.keys(value).length : Array.isArray(value) ? value.length : Number.NaN;

const rules: Readonly<Record<string, Rule>> = {
  $schema: nothing,
  title: nothing,
  description: nothing,
  examples: nothing,
  default: nothing,
  properties: nothing,
  propertyNames: nothing,
  additionalProperties: nothing,
  type: (wanted, value, schema, at) => [
    ...bad(!isType(wanted, value), at, `not ${String(wanted)}`),
    ...(isMap(value) ? inMap(schema, value, at) : []),
  ],
  const: (wanted, value, _schema, at) => bad(value !== wanted, at, "not the constant"),
  enum: (wanted, value, _schema, at) => bad(!Array.isArray(wanted) || !wanted.includes(value), at, "not in the list"),
  pattern: (wanted, value, _schema, at) =>
    bad(typeof value === "string" && !new RegExp(String(wanted), "u").test(value), at, "not the pattern"),
  minimum: (wanted, value, _schema, at) => bad(typeof value === "number" && value < Number(wanted), at, "too small"),
  maximum: (wanted, value, _schema, at) => bad(typeof value === "number" && value > Number(wanted), at, "too large"),
  maxLength: (wanted, value, _schema, at) =>
    bad(typeof value === "string" && value.length > Number(wanted), at, "too long"),
  minItems: (wanted, value, _schema, at) => bad(size(value) < Number(wanted), at, "too few"),
  minProperties: (wanted, value, _schema, at) => bad(size(value) < Number(wanted), at, "too few"),
  maxProperties: (wanted, value, _schema, at) => bad(size(value) > Number(wanted), at, "too many"),
  required: (wanted, value, _schema, at) =>
    Array.isArray(wanted) && isMap(value) ? wanted.flatMap((key) => bad(!(String(key) in value), at, `no ${key}`)) : [],
  items: (wanted, value, _schema, at) =>
    Array.isArray(value) ? value.flatMap((each, index) => violations(wanted, each, `${at}/${index}`)) : [],
  anyOf: (wanted, value, _schema, at) => {
    const tries = Array.isArray(wanted) ? wanted.map((each) => violations(each, value, at)) : [];
    return bad(!tries.some((each) => each.length === 0), at, `none of: ${tries.flat().join("; ")}`);
  },
};

/** What a value breaks of a schema; empty when it fits. Throws on a keyword that it doesn't know. */
export function violations(schema: unknown, value: unknown, at = ""): readonly string[] {
  if (!isMap(schema)) throw new TypeError(`${at}: the schema is not a map`);
  return Object.entries(schema).flatMap(([keyword, wanted]) => {
    const rule = rules[keyword];
    if (rule === undefined) throw new TypeError(`${at}: unknown keyword ${keyword}`);
    return rule(wanted, value, schema, at);
  });
}
