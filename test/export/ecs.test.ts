import { describe, expect, test } from "bun:test";
import { Ajv2020 } from "ajv/dist/2020.js";
import { ecsDocument, ecsVersion } from "../../src/export/ecs.ts";
import { hashLine } from "../../src/log/chain.ts";
import { definedVersion, ecsSchema } from "./ecs-schema.ts";
import { exportOf, objectsIn } from "./export-bed.ts";
import { everyEvent, hostileEntries } from "./samples.ts";

const validate = new Ajv2020({ strict: false }).compile(ecsSchema);
const faultsOf = (document: unknown): readonly string[] =>
  validate(document) ? [] : (validate.errors ?? []).map(({ instancePath, message }) => `${instancePath} ${message}`);

const exported = await exportOf(everyEvent, ["--format", "ecs"]);
const all = objectsIn(exported.out);

test("ecsVersion is that of the definitions which the export is held against", () => {
  expect(ecsVersion).toBe(definedVersion);
});

test("ecs() writes every event with ECS's own fields, types and values, and our own beside them", () => {
  for (const document of all) expect(faultsOf(document)).toEqual([]);
  const events = all.map(({ event }) => Object(event));
  expect(
    events.map(({ action, kind, category, type, outcome }) => [action, kind, category, type, outcome].join(" ")),
  ).toEqual([
    "log.rotated event file change ",
    "config.changed event configuration change success",
    "incident.opened alert host info ",
    "heal.archived event process info ",
    "heal.created event process info ",
    "heal.planned event process info ",
    "heal.dispatched event process change unknown",
    "heal.failed event process info failure",
    "heal.restored event file change ",
    "heal.refused event process info ",
    "heal.indeterminate event process info unknown",
    "heal.planned event process info ",
    "heal.proved event process info success",
    "incident.resolved event host info ",
    "heal.refused event process info ",
    "heal.unlatched event configuration change success",
    "silence.added event configuration creation success",
    "silence.removed event configuration deletion success",
    "log.torn event file info ",
    "log.rotated event file change ",
  ]);
});

test("ecs() keeps the line itself, its number and its hash, so that each document can be traced to the log", () => {
  const lines = exported.log.trimEnd().split("\n");
  const events = all.map(({ event }) => Object(event));
  expect(events.map(({ original }) => original)).toEqual(lines);
  expect(events.map(({ hash }) => hash)).toEqual(lines.map(hashLine));
  expect(events.map(({ sequence }) => sequence)).toEqual(lines.map((_, i) => i + 1));
});

test("ecs() writes hostile texts within ECS's bounds, with no control or format character", async () => {
  const { out } = await exportOf(hostileEntries, ["--format", "ecs"]);
  for (const document of objectsIn(out)) expect(faultsOf(document)).toEqual([]);
  expect(out.replaceAll("\n", "")).not.toMatch(/[\p{Cc}\p{Cf}\p{Zl}\p{Zp}]/u);
});

test("ecsDocument() files what a later version wrote without a category, and stands a time that is none", () => {
  const entry = { seq: 1, at: "soon", host: "h", boot: "b", event: "heal.dreamt", by: "helper", prev: "0".repeat(64) };
  const document = JSON.parse(JSON.stringify(ecsDocument({ entry, line: "{}", sha256: "ab".repeat(32) }, "0.5.0")));
  expect(faultsOf(document)).toEqual([]);
  expect(document.event.category).toBeUndefined();
});

describe("the ECS schema", () => {
  const good = all[6] ?? {};
  const event = Object(good["event"]);
  const faults: readonly (readonly [name: string, document: Record<string, unknown>])[] = [
    ["a field that ECS doesn't have", { ...good, severity: "high" }],
    ["a field that a set doesn't have", { ...good, event: { ...event, colour: "red" } }],
    ["one of ours that docs don't list", { ...good, dogwatch: { ...Object(good["dogwatch"]), mood: "grim" } }],
    ["a value that isn't allowed", { ...good, event: { ...event, kind: "incident" } }],
    ["a type that its category doesn't expect", { ...good, event: { ...event, type: ["creation"] } }],
    ["one value where ECS has an array", { ...good, event: { ...event, category: "process" } }],
    ["a text where ECS has a number", { ...good, event: { ...event, sequence: "7" } }],
    ["a keyword that would not be indexed", { ...good, event: { ...event, reason: "x".repeat(1025) } }],
    ["a time that is none", { ...good, "@timestamp": "yesterday" }],
    ["a document without its version", { ...good, ecs: undefined }],
  ];
  for (const [name, document] of faults)
    test(`validate() refuses ${name}`, () => {
      expect(faultsOf(JSON.parse(JSON.stringify(document)))).not.toEqual([]);
    });
});
