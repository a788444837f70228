import { stringify } from "yaml";
import { isPreset, type Node } from "./json-schema.ts";

const cell = (text: string): string => text.replaceAll("|", "\\|").replaceAll("\n", " ");
const code = (text: string): string => (text === "" ? "" : `\`${cell(text)}\``);

const inline = (value: unknown): string => stringify(value, { collectionStyle: "flow", lineWidth: 0 }).trim();

const textOf = (value: unknown): string => (typeof value === "string" ? value : "");

const typeOf = (node: Node): string => {
  const type = textOf(node["x-type"]) || "map";
  const unit = textOf(node["x-unit"]);
  if (unit !== "") return `${type}, ${unit}`;
  return typeof node.minimum === "number" ? `${type}, ${node.minimum} to ${node.maximum}` : type;
};

const exampleOf = (node: Node): string => {
  const { examples } = node;
  return Array.isArray(examples) ? inline(examples[0]) : "";
};

const standardOf = (key: string, node: Node, parent: Node): string => {
  if (parent.required?.includes(key) === true) return "required";
  return node.default === undefined ? "" : code(inline(node.default));
};

const row = (key: string, node: Node, parent: Node): string =>
  `| \`${key}\` | ${cell(typeOf(node))} | ${standardOf(key, node, parent)} | ${cell(textOf(node.description))} | ${code(`${key}: ${exampleOf(node)}`)} |`;

const table = (node: Node, skip: ReadonlySet<string> = new Set()): string =>
  [
    "| key | type | default | what it does | example |",
    "|---|---|---|---|---|",
    ...Object.entries(node.properties ?? {})
      .filter(([key]) => !skip.has(key))
      .map(([key, each]) => row(key, each, node)),
  ].join("\n");

const at = (node: Node | undefined, ...keys: readonly string[]): Node => {
  const found = keys.reduce<Node | undefined>((here, key) => here?.properties?.[key], node);
  if (found === undefined) throw new Error(`cannot write the reference: the schema has no "${keys.join(".")}"`);
  return found;
};

const options = (node: Node): readonly Node[] => node.anyOf ?? [node];
const mapOf = (node: Node): Node => options(node).find((each) => each.properties !== undefined) ?? node;

const inBoth = (left: Node, right: Node): readonly string[] =>
  Object.keys(left.properties ?? {}).filter((key) => right.properties?.[key] !== undefined);

const platform = (name: string, node: Node): string => {
  const ways = options(node).filter((each) => Object.keys(each.properties ?? {}).length > 0);
  const tables = ways.map((each) => table(each)).join("\n\nor\n\n");
  return `### \`${name}\`\n\n${textOf(node.description)}\n\n${tables === "" ? "No settings: `chat: console`." : tables}`;
};

const kind = (check: Node, common: ReadonlySet<string>): string => {
  const [name = "", node = {}] = Object.entries(check.properties ?? {}).find(([key]) => !common.has(key)) ?? [];
  const own = Object.keys(check.properties ?? {}).filter((key) => !common.has(key) && key !== name);
  const parts = [`### \`${name}\``, textOf(node.description), `Under \`${name}\`:`, table(node)];
  if (own.length > 0) parts.push("Beside it:", table(check, new Set([...common, name])));
  for (const key of own) {
    const inner = check.properties?.[key];
    if (inner?.properties !== undefined) parts.push(`Under \`${key}\`:`, table(inner));
  }
  return parts.join("\n\n");
};

const preset = (node: Node): string => {
  const name = at(node, "preset");
  return `### Preset \`${textOf(name["x-type"])}\`\n\n${textOf(name.description)}\n\n${table(node, new Set(["preset"]))}`;
};

const redAfter = (checks: readonly Node[]): string => {
  const two = checks.filter((each) => at(each, "red_after").default === 2);
  const names = two.map((each) => `\`${Object.keys(each.properties ?? {})[0]}\``);
  return `\`red_after\` is 2 by default for ${names.join(" and ")}.`;
};

/** The reference of the config file as Markdown, from its JSON Schema with notes. Throws on a schema that it doesn't know its way in. */
export const reference = (schema: Node): string => {
  const entries = options(at(schema, "checks")).flatMap(({ additionalProperties }) =>
    typeof additionalProperties === "object" ? options(additionalProperties) : [],
  );
  const checks = entries.filter((each) => !isPreset(each));
  const presets = entries.filter(({ properties }) => properties?.["preset"] !== undefined);
  const [first, last] = [checks[0], checks.at(-1)];
  if (first === undefined || last === undefined)
    throw new Error("cannot write the reference: the schema has no kinds of checks");
  const common = new Set(inBoth(first, last));
  const own = Object.keys(first.properties ?? {}).filter((key) => !common.has(key));
  const chats = Object.entries(mapOf(at(schema, "chat")).properties ?? {});
  const rule = mapOf(at(schema, "heal", "rules").items ?? {});
  return [
    "# The config file, key by key",
    "Made by `bun scripts/docs.ts` from `src/config/schema.ts`; change it there. Editors that know YAML use `dogwatch.schema.json` beside this file, by a first line `# yaml-language-server: $schema=PATH`; the install puts it into `/usr/local/share/dogwatch/`.",
    "The file is strict: a key that doesn't stand here is a fault with its line. Durations are one number and one unit: `250ms 5s 2m 1h 7d`. Secrets stand in files of their own and here by name: `{ credential: NAME }` is `/etc/dogwatch/credentials/NAME` (root, mode 0600), `{ file: /path }` a file that others can't read.",
    "## Top level",
    table(schema),
    "## `chat`",
    ...chats.map(([name, node]) => platform(name, node)),
    "## `deadman`",
    `${textOf(at(schema, "deadman").description)} How to set one up: [alerts.md](alerts.md#the-dead-mans-switch).`,
    table(mapOf(at(schema, "deadman"))),
    "## `checks`",
    "A map of name to check. A name has letters, digits, dots, underscores and hyphens, 63 at most. Every check has one kind, named by its key, and may have these:",
    table(first, new Set(own)),
    redAfter(checks),
    ...checks.map((each) => kind(each, common)),
    "## Presets",
    "In the place of a check, `NAME: { preset: openclaw }` stands for the documented checks of that gateway, named `NAME-…`, and one rule; `preset: openclaw` at the top level is the same under its own name. A check of a preset's name with some keys is written over the preset's, `NAME-readyz: off` leaves one out. What is made of it: `dogwatch validate --expand`, and [gateways.md](gateways.md).",
    ...presets.map(preset),
    "## `heal`",
    table(at(schema, "heal")),
    "### A rule",
    table(rule),
    "## `maintenance`",
    "A list of windows, each with these; what they do: [alerts.md](alerts.md#silences-and-maintenance).",
    table(mapOf(at(schema, "maintenance").items ?? {})),
    "## `silence`",
    table(at(schema, "silence")),
    "",
  ].join("\n\n");
};
