import { afterAll, beforeAll, expect, test } from "bun:test";
import { rmSync } from "node:fs";
import { join } from "node:path";
import { type Verified, verifyAll, verifyLog } from "../../src/log/verify.ts";
import { type Case, editedCase, untouchedCase } from "./edit-cases.ts";
import { type Place, putLog } from "./laid-log.ts";
import { createLogBed, type LogBed } from "./log-bed.ts";

const count = 500;
let bed: LogBed;
beforeAll(() => {
  bed = createLogBed();
});
afterAll(() => bed.remove());

interface Judged {
  readonly places: readonly Place[];
  /** Of all files of the log, and of these files named in any order. */
  readonly verdicts: readonly (Verified | undefined)[];
}

const judge = async ({ lines, witness, random }: Case): Promise<Judged> => {
  const folder = join(bed.folder, "case");
  const { files, places } = putLog(folder, lines, random);
  const shuffled = files.map((file) => ({ file, by: random(1_000_000) })).toSorted((a, b) => a.by - b.by);
  const witnesses = [witness];
  const all = await verifyAll(bed.host, join(folder, "heal.jsonl"), () => ({ witnesses }));
  const given = await verifyLog(
    bed.host,
    shuffled.map(({ file }) => file),
    { witnesses },
  );
  rmSync(folder, { recursive: true });
  return { places, verdicts: [all?.verified, given] };
};

test(`verifyLog() names the right line of ${count} single edits of real logs, plain, rotated and packed`, async () => {
  const wrong: unknown[] = [];
  const seen = new Map<string, number>();
  for (let number = 0; number < count; number++) {
    const edited = editedCase(bed, number);
    const { places, verdicts } = await judge(edited);
    const want = { seq: edited.seq, ...places[edited.at] };
    for (const verified of verdicts) {
      const { seq, file, line, offset, kind } = verified?.kind === "faulty" ? verified.fault : { kind: "" };
      if (!Bun.deepEquals({ seq, file, line, offset }, want) || !edited.kinds.includes(kind))
        wrong.push({ number, name: edited.name, want, kinds: edited.kinds, verified });
    }
    seen.set(edited.name, (seen.get(edited.name) ?? 0) + 1);
  }
  expect(wrong).toEqual([]);
  expect(Math.min(...seen.values())).toBeGreaterThanOrEqual(20);
}, 120_000);

test(`verifyLog() raises no alarm over ${count} logs that nobody touched`, async () => {
  const alarms: unknown[] = [];
  for (let number = 0; number < count; number++) {
    const untouched = untouchedCase(bed, number);
    const { verdicts } = await judge(untouched);
    for (const verified of verdicts)
      if (verified?.kind !== "whole" || verified.lines !== untouched.lines.length) alarms.push({ number, verified });
  }
  expect(alarms).toEqual([]);
}, 120_000);
