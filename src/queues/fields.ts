import type { QueueField, QueueSource } from "../config/config.ts";
import { queueFields } from "../config/queue-words.ts";
import { epochMs } from "../probes/epoch.ts";
import type { QueueLook } from "./reading.ts";

/** A source that is asked over HTTP. */
export type AskedSource = Extract<QueueSource, { readonly fields: unknown }>;

/** What stands where a field points to: numbers, of which none may be there for the age of nothing; or why it can't be told. */
export type Numbers =
  | { readonly kind: "numbers"; readonly values: readonly number[] }
  | { readonly kind: "wrong"; readonly why: string };

const sum = (values: readonly number[]): number => values.reduce((total, each) => total + each, 0);
const biggest = (values: readonly number[]): number | null =>
  values.reduce<number | null>((most, each) => (most === null || each > most ? each : most), null);

/** Counts add up; of ages the greatest counts, and of moments the earliest, as an age. */
const combine = (field: QueueField, values: readonly number[], nowS: number): number | null => {
  if (field === "oldest_ready_s") return biggest(values);
  if (field !== "oldest_ready_at") return sum(values);
  return biggest(values.map((at) => Math.max(0, nowS - epochMs(at) / 1000)));
};

const amountFault = (value: number): string | undefined => {
  if (Number.isFinite(value)) return value < 0 ? `is ${value}, below zero` : undefined;
  return `is ${Number.isNaN(value) ? "NaN" : "infinite"}`;
};

/**
 * The numbers of a queue as its source has them. `look` finds what a pointer or selector leads to. The first field that can't be told makes all of
 * it unknown, by its name. `nowS`: epoch seconds. Never throws.
 */
export const readingOf = (
  { fields }: AskedSource,
  look: (where: string, field: QueueField) => Numbers,
  nowS: number,
): QueueLook => {
  const found: Partial<Record<QueueField, number | null>> = {};
  for (const field of queueFields) {
    const given = fields[field];
    if (given === undefined) continue;
    const numbers: Numbers = typeof given === "number" ? { kind: "numbers", values: [given] } : look(given, field);
    if (numbers.kind === "wrong") return { kind: "unknown", why: `cannot read "${field}": ${numbers.why}` };
    const wrong = numbers.values.map(amountFault).find((each) => each !== undefined);
    if (wrong !== undefined) return { kind: "unknown", why: `cannot read "${field}": ${given} ${wrong}` };
    found[field] = combine(field, numbers.values, nowS);
  }
  const { ready, running = null, blocked = null, done = null, failed = null, slots = null } = found;
  return {
    kind: "queue",
    ready: ready ?? 0,
    running,
    blocked,
    done,
    failed,
    slots,
    oldestReadyS: found.oldest_ready_s ?? found.oldest_ready_at ?? null,
    movedS: null,
    jobs: null,
    jobsLeftOut: 0,
    uncleanStarts: null,
    workers: null,
  };
};
