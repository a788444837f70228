import { afterAll, beforeAll, expect, test } from "bun:test";
import { rmSync } from "node:fs";
import { join } from "node:path";
import { hashLine } from "../../src/log/chain.ts";
import { verifyAll, verifyLog } from "../../src/log/verify.ts";
import type { Witness } from "../../src/log/witness.ts";
import { editOf, type Laid } from "./edits.ts";
import { layLog, putLog, realEntries, realLines } from "./laid-log.ts";
import { createLogBed, type LogBed, seeded } from "./log-bed.ts";

const count = 500;
let bed: LogBed;
beforeAll(() => {
  bed = createLogBed();
});
afterAll(() => bed.remove());

const real = realLines("real");
const another = realLines("another");
const entries = realEntries(real);

/** The log as it was recorded, in one file, or the same entries with rotations and tears. */
const logOf = (number: number): readonly Laid[] => {
  const random = seeded(number + 1);
  if (number % 3 === 0) return real.map((bytes) => ({ bytes, part: 0 }));
  const from = random(entries.length - 40);
  return layLog(bed, entries.slice(from, from + 20 + random(60)), random, 4);
};

const witnessOf = (log: readonly Laid[]): Witness => ({
  seq: log.length,
  prefix: hashLine(log.at(-1)?.bytes ?? "").slice(0, 16),
});

const shuffled = <T>(list: readonly T[], random: (below: number) => number): readonly T[] =>
  list
    .map((each) => ({ each, by: random(1_000_000) }))
    .toSorted((a, b) => a.by - b.by)
    .map(({ each }) => each);

test(`verifyLog() names the right line of ${count} single edits of real logs, plain, rotated and packed`, async () => {
  const wrong: unknown[] = [];
  const seen = new Map<string, number>();
  for (let number = 0; number < count; number++) {
    const log = logOf(number);
    const edited = editOf(number, log, another);
    const folder = join(bed.folder, "edited");
    const random = seeded(number + 77);
    const { files, places } = putLog(folder, edited.lines, random);
    const witnesses = [witnessOf(log)];
    const verified =
      number % 2 === 0
        ? await verifyLog(bed.host, shuffled(files, random), { witnesses })
        : (await verifyAll(bed.host, join(folder, "heal.jsonl"), () => ({ witnesses })))?.verified;
    const fault = verified?.kind === "faulty" ? verified.fault : undefined;
    const { file, line, offset } = places[edited.at] ?? { file: "", line: 0, offset: 0 };
    const told = { seq: fault?.seq, file: fault?.file, line: fault?.line, offset: fault?.offset };
    if (!Bun.deepEquals(told, { seq: edited.seq, file, line, offset }) || !edited.kinds.includes(fault?.kind ?? ""))
      wrong.push({
        number,
        name: edited.name,
        want: { seq: edited.seq, file, line, offset },
        kinds: edited.kinds,
        told: fault ?? verified?.kind,
      });
    seen.set(edited.name, (seen.get(edited.name) ?? 0) + 1);
    rmSync(folder, { recursive: true });
  }
  expect(wrong).toEqual([]);
  expect(Math.min(...seen.values())).toBeGreaterThanOrEqual(20);
});

test(`verifyLog() raises no alarm over ${count} logs that nobody touched`, async () => {
  const alarms: unknown[] = [];
  for (let number = 0; number < count; number++) {
    const random = seeded(number + 9001);
    const from = random(entries.length);
    const log = layLog(bed, entries.slice(from, from + random(80)), random, 2 + random(5));
    const last = log.at(-1);
    // A kill in mid-write may have been the last thing that happened.
    const lines: readonly Laid[] =
      last === undefined || random(3) > 0
        ? log
        : log.with(-1, { ...last, bytes: last.bytes.subarray(0, 1 + random(last.bytes.length)), isOpen: true });
    const folder = join(bed.folder, "untouched");
    const { files } = putLog(folder, lines, random);
    const witnesses = [witnessOf(log.slice(0, -1))];
    const all = await verifyAll(bed.host, join(folder, "heal.jsonl"), () => ({ witnesses }));
    const given = await verifyLog(bed.host, shuffled(files, random), { witnesses });
    for (const verified of [all?.verified, given])
      if (verified?.kind !== "whole" || verified.lines !== lines.length) alarms.push({ number, verified });
    rmSync(folder, { recursive: true });
  }
  expect(alarms).toEqual([]);
});
