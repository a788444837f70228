import { afterAll, expect, test } from "bun:test";
import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { kindOf } from "../../src/export/ocsf-events.ts";
import type { NewEntry } from "../../src/log/entry.ts";
import { exportOf, objectsIn } from "../export/export-bed.ts";
import { everyEvent } from "../export/samples.ts";
import { createLogBed } from "../log/log-bed.ts";
import { runBash } from "./audit-bed.ts";
import { blocksOf, root, textOf } from "./blocks.ts";

const page = "docs/export.md";
const bed = createLogBed();
afterAll(() => bed.remove());

/** The rows of the tables under a heading, cell by cell. */
const rowsUnder = (heading: string): readonly (readonly string[])[] =>
  (textOf(page).split(`\n### ${heading}\n`)[1] ?? "")
    .split("\n### ")[0]
    ?.split("\n")
    .filter((line) => line.startsWith("| `") && !line.startsWith("| event"))
    .map((line) =>
      line
        .split("|")
        .slice(1, -1)
        .map((cell) => cell.trim()),
    ) ?? [];

const rowOf = (heading: string, event: string): readonly string[] =>
  rowsUnder(heading).find(([names]) => names?.includes(`\`${event}\``)) ?? [];

test("docs/export.md shows the story that log show tells", () => {
  expect(textOf(page)).toContain(readFileSync(join(root, "test/golden/log/story-80.txt"), "utf8"));
});

test("docs/export.md's commands find the hash of the line in an OCSF event", async () => {
  const { out } = await exportOf(everyEvent, ["--format", "ocsf"]);
  writeFileSync(join(bed.folder, "event.json"), out.split("\n")[3] ?? "");
  const [block, ...more] = blocksOf(page).filter(({ mark }) => mark === "run");
  expect(more).toEqual([]);
  const { status, out: said } = runBash(bed.folder, block?.text ?? "exit 1");
  const [computed, told] = said.split("\n");
  expect({ status, computed }).toEqual({ status: 0, computed: `${told}  -` });
});

test("docs/export.md tells class, activity, status and severity of each event in OCSF", () => {
  for (const { event } of everyEvent) {
    const { of, activity, status, severity } = kindOf({
      ...{ seq: 1, at: "", host: "", boot: "", by: "", prev: "" },
      event,
    });
    const [, className = "", activityName = "", statusName = "", severityName = ""] = rowOf("OCSF", event);
    expect({ event, className }).toEqual({ event, className: expect.stringContaining(String(of.uid)) });
    expect({ event, activityName }).toEqual({ event, activityName: expect.stringContaining(activity[1]) });
    expect({ event, statusName }).toEqual({ event, statusName: expect.stringContaining(status[1]) });
    expect({ event, severityName }).toEqual({ event, severityName: severity[1] });
  }
});

test("docs/export.md tells kind, category, type and outcome of each event in ECS, and names each field of our own", async () => {
  const { out } = await exportOf(everyEvent, ["--format", "ecs"]);
  for (const document of objectsIn(out)) {
    const { action, kind, category, type, outcome = "" } = Object(document["event"]);
    const [, ...cells] = rowOf("ECS", action);
    expect({ action, cells }).toEqual({
      action,
      cells: [kind, ...[category, type].map(([each]) => expect.stringContaining(each)), outcome],
    });
    for (const name of Object.keys(Object(document["dogwatch"]))) expect(textOf(page)).toContain(`.${name}`);
  }
});

const formats: readonly NewEntry[] = everyEvent.slice(0, 1);
for (const format of ["json", "csv", "ocsf", "ecs"])
  test(`docs/export.md's row on ${format} names a form that there is`, async () => {
    expect(textOf(page)).toContain(`\n| \`${format}\` |`);
    expect((await exportOf(formats, ["--format", format])).exit).toBe(0);
  });
