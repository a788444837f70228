import { describe, expect, test } from "bun:test";
import { Ajv2020 } from "ajv/dist/2020.js";
import { ocsfEvent } from "../../src/export/ocsf.ts";
import { hashLine } from "../../src/log/chain.ts";
import { events } from "../../src/log/wanted.ts";
import { exportOf, objectsIn } from "./export-bed.ts";
import { ocsfSchema } from "./ocsf-rules.ts";
import { everyEvent, hostileEntries } from "./samples.ts";

const validate = new Ajv2020({ strict: false }).compile(ocsfSchema);

const exported = await exportOf(everyEvent, ["--format", "ocsf"]);
const all = objectsIn(exported.out);

test("everyEvent has each event that the log knows", () => {
  expect(new Set(everyEvent.map(({ event }) => String(event)))).toEqual(new Set(events));
});

test("ocsf() writes every event as OCSF asks, in the class that fits it", () => {
  for (const event of all)
    expect({ event: event["type_name"], fits: validate(event) }).toEqual({ event: event["type_name"], fits: true });
  const classes = all.map(({ metadata, type_name, status }) =>
    [Object(metadata)["event_code"], type_name, status].join(" · "),
  );
  expect(classes).toEqual([
    "log.rotated · Event Log Activity: Rotate · Success",
    "config.changed · Entity Management: Update · Success",
    "incident.opened · Detection Finding: Create · New",
    "heal.archived · Remediation Activity: Restore · Archived",
    "heal.created · Remediation Activity: Restore · Created",
    "heal.planned · Process Remediation Activity: Restore · Planned",
    "heal.dispatched · Remediation Activity: Restore · Dispatched",
    "heal.failed · Remediation Activity: Restore · Failure",
    "heal.restored · Remediation Activity: Restore · Restored",
    "heal.refused · Remediation Activity: Restore · Refused",
    "heal.indeterminate · Remediation Activity: Restore · Unknown",
    "heal.planned · Remediation Activity: Restore · Planned",
    "heal.proved · Remediation Activity: Restore · Success",
    "incident.resolved · Detection Finding: Close · Resolved",
    "heal.refused · Remediation Activity: Restore · Refused",
    "heal.unlatched · Entity Management: Activate · Success",
    "silence.added · Entity Management: Suspend · Success",
    "silence.removed · Entity Management: Resume · Success",
    "log.torn · Event Log Activity: Torn · Sealed",
    "log.rotated · Event Log Activity: Delete · Success",
  ]);
});

test("ocsf() keeps the line itself, its number and its hash, so that each event can be traced to the log", () => {
  const lines = exported.log.trimEnd().split("\n");
  expect(all.map((event) => event["raw_data"])).toEqual(lines);
  expect(all.map(({ raw_data_hash }) => Object(raw_data_hash).value)).toEqual(lines.map(hashLine));
  expect(all.map(({ metadata }) => Object(metadata).sequence)).toEqual(lines.map((_, i) => i + 1));
});

test("ocsf() writes hostile texts as OCSF asks, with no control or format character", async () => {
  const { out } = await exportOf(hostileEntries, ["--format", "ocsf"]);
  for (const event of objectsIn(out)) expect(validate(event)).toBe(true);
  expect(out.replaceAll("\n", "")).not.toMatch(/[\p{Cc}\p{Cf}\p{Zl}\p{Zp}]/u);
});

test("ocsfEvent() makes a base event of what a later version wrote, and stands a time that is none", () => {
  const entry = { seq: 1, at: "soon", host: "h", boot: "b", event: "heal.dreamt", by: "helper", prev: "0".repeat(64) };
  const event = ocsfEvent({ entry, line: "{}", sha256: "ab".repeat(32) }, "0.5.0");
  expect(validate(event)).toBe(true);
  expect(event).toMatchObject({ class_uid: 0, activity_id: 99, activity_name: "heal.dreamt", time: 0 });
});

describe("the OCSF rules", () => {
  const good = all[2] ?? {};
  const faults: readonly (readonly [name: string, event: Record<string, unknown>])[] = [
    ["an unknown attribute", { ...good, colour: "red" }],
    ["a missing required one", { ...good, finding_info: undefined }],
    ["a missing required one inside", { ...good, finding_info: { title: "x" } }],
    ["an unknown attribute inside", { ...good, device: { hostname: "h", type_id: 0, shelf: 3 } }],
    ["a number that is in no list", { ...good, severity_id: 7, severity: "Odd" }],
    ["a number and a word that differ", { ...good, severity: "Low" }],
    ["a type that isn't class and activity", { ...good, type_uid: 200403 }],
    ["a class that doesn't exist", { ...good, class_uid: 2999 }],
    ["a time as text", { ...good, time: "2026-11-23T02:05:10Z" }],
    ["another version", { ...good, metadata: { ...Object(good["metadata"]), version: "1.0.0" } }],
    ["an actor without its profile", { ...all[3], metadata: { ...Object(all[3]?.["metadata"]), profiles: undefined } }],
  ];
  for (const [name, event] of faults)
    test(`validate() refuses ${name}`, () => {
      expect(validate(JSON.parse(JSON.stringify(event)))).toBe(false);
    });
});

const worse = [
  {
    entry: {
      event: "heal.restored",
      by: "helper",
      why: 'NOT RESTORED: "/a": no space left; restored and verified: "/b"',
    },
    ocsf: "Not all restored",
    outcome: "failure",
  },
  { entry: { event: "log.torn", by: "helper", why: "lines 3 to 9 are gone: somebody cut this log" }, ocsf: "Altered" },
  {
    entry: { event: "log.rotated", by: "helper", why: "it was emptied by somebody else: line 4 is in no file here" },
    ocsf: "Altered",
  },
] as const;

for (const { entry, ...want } of worse)
  test(`ocsf() and ecs() file no ${entry.event} as a success or as information that says "${entry.why}"`, async () => {
    const [ocsf] = objectsIn((await exportOf([entry], ["--format", "ocsf"])).out);
    expect(ocsf).toMatchObject({ status_id: 99, status: want.ocsf, severity: "High" });
    expect(validate(ocsf)).toBe(true);
    const [ecs] = objectsIn((await exportOf([entry], ["--format", "ecs"])).out);
    expect(ecs?.["event"]).toMatchObject({ severity: 4, ...("outcome" in want ? { outcome: want.outcome } : {}) });
    expect(String(ecs?.["message"])).toMatch(
      /^(?:not all files|the end of the log is not as|the log was moved, emptied)/u,
    );
  });
