import { hashLine } from "../../src/log/chain.ts";
import type { Witness } from "../../src/log/witness.ts";
import { type Edited, editOf, type Laid, type Random } from "./edits.ts";
import { layLog, realEntries, realLines } from "./laid-log.ts";
import { type LogBed, seeded } from "./log-bed.ts";

const real = realLines("real");
const another = realLines("another");
const entries = realEntries(real);

/** A log to verify, the head that is known of it, and a generator for what else is by chance. */
export interface Case {
  readonly lines: readonly Laid[];
  readonly witness: Witness;
  readonly random: Random;
}

const witnessOf = (log: readonly Laid[]): Witness => ({
  seq: log.length,
  prefix: hashLine(log.at(-1)?.bytes ?? "").slice(0, 16),
});

/** The log as it was recorded, in one file, or the same entries with rotations and tears. */
const logOf = (bed: LogBed, number: number): readonly Laid[] => {
  const random = seeded(number + 1);
  if (number % 3 === 0) return real.map((bytes) => ({ bytes, part: 0 }));
  const from = random(entries.length - 40);
  return layLog(bed, entries.slice(from, from + 20 + random(60)), random, 4);
};

/** A log with one edit, and the head that it had before. */
export const editedCase = (bed: LogBed, number: number): Case & Edited & { readonly name: string } => {
  const log = logOf(bed, number);
  return { ...editOf(number, log, another), witness: witnessOf(log), random: seeded(number + 77) };
};

/** A log of a random length that nobody touched, with a tear at its end now and then: a kill in mid-write may have been the last thing. */
export const untouchedCase = (bed: LogBed, number: number): Case => {
  const random = seeded(number + 9001);
  const from = random(entries.length);
  const log = layLog(bed, entries.slice(from, from + random(80)), random, 2 + random(5));
  const last = log.at(-1);
  const lines: readonly Laid[] =
    last === undefined || random(3) > 0
      ? log
      : log.with(-1, { ...last, bytes: last.bytes.subarray(0, 1 + random(last.bytes.length)), isOpen: true });
  return { lines, witness: witnessOf(log.slice(0, -1)), random };
};
