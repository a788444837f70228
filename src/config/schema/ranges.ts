import * as v from "valibot";
import type { CountRange, HttpCheck } from "../config.ts";
import { parseDuration } from "../duration.ts";
import { type Block, shown } from "./blocks.ts";

/** Any scalar that `parse` takes; `form` is the same in JSON Schema's words. */
const parsed = <Output>(
  parse: (given: unknown) => Output | undefined,
  what: string,
  meta: Record<string, unknown>,
): Block<Output> =>
  v.pipe(
    v.unknown(),
    v.rawTransform<unknown, Output>(({ dataset, addIssue, NEVER }) => {
      const found = parse(dataset.value);
      if (found !== undefined) return found;
      addIssue({ message: `expected ${what}, got ${shown(dataset.value)}` });
      return NEVER;
    }),
    v.metadata(meta),
  );

const most = 100_000;

const limits: Readonly<Record<string, (value: number) => CountRange>> = {
  ">=": (value) => ({ min: value, max: null }),
  ">": (value) => ({ min: value + 1, max: null }),
  "<=": (value) => ({ min: 0, max: value }),
  "<": (value) => ({ min: 0, max: value - 1 }),
};

const parseCount = (given: unknown): CountRange | undefined => {
  if (typeof given !== "number" && typeof given !== "string") return undefined;
  const [, sign = "", low = "", high = low] = /^(>=|<=|>|<)? *(\d{1,6})(?:\.\.(\d{1,6}))?$/u.exec(String(given)) ?? [];
  if (low === "" || (sign !== "" && high !== low)) return undefined;
  const limit = limits[sign];
  const range = limit === undefined ? { min: Number(low), max: Number(high) } : limit(Number(low));
  return range.min > (range.max ?? most) || (range.max ?? 0) > most ? undefined : range;
};

/** How many processes: `1`, `">= 1"`, `"1..3"`. */
export const count: Block<CountRange> = parsed(parseCount, 'a count such as 1, ">= 1" or "1..3"', {
  "x-type": "count",
  type: ["integer", "string"],
  pattern: "^(>=|<=|>|<)? *[0-9]+(\\.\\.[0-9]+)?$",
});

type StatusRange = HttpCheck["expect"]["status"][number];

const parseStatus = (given: unknown): StatusRange | undefined => {
  if (typeof given !== "number" && typeof given !== "string") return undefined;
  const family = /^([1-5])xx$/u.exec(String(given))?.[1];
  if (family !== undefined) return { min: Number(family) * 100, max: Number(family) * 100 + 99 };
  const [, low = "", high = low] = /^([1-5]\d\d)(?:\.\.([1-5]\d\d))?$/u.exec(String(given)) ?? [];
  return low === "" || Number(low) > Number(high) ? undefined : { min: Number(low), max: Number(high) };
};

const statusRange = parsed(parseStatus, 'a status such as 200, "2xx" or "200..299"', {
  "x-type": "status",
  type: ["integer", "string"],
  pattern: "^([1-5]xx|[1-5][0-9][0-9](\\.\\.[1-5][0-9][0-9])?)$",
});

const statusList: Block<StatusRange[]> = v.pipe(
  v.array(statusRange),
  v.minLength(1, 'expected a status such as 200, "2xx" or "200..299", got an empty list'),
);

const oneStatus: Block<StatusRange[]> = v.pipe(
  statusRange,
  v.transform((range) => [range]),
);

/** One status or several, each as a number, a family or a range. */
export const statusOptions: readonly [Block<StatusRange[]>, Block<StatusRange[]>] = [oneStatus, statusList];

type Latency = NonNullable<HttpCheck["expect"]["latency"]>;

const parseLatency = (given: unknown): Latency | undefined => {
  if (typeof given !== "string") return undefined;
  const [, sign, duration = ""] = /^(<=?) *(\d+(?:ms|[smhd]))$/u.exec(given) ?? [];
  const ms = parseDuration(duration);
  return ms === undefined || ms === 0 ? undefined : { op: sign === "<" ? "<" : "<=", ms };
};

/** `"< 2s"` or `"<= 500ms"`. */
export const latency: Block<Latency> = parsed(parseLatency, 'a latency such as "< 2s" or "<= 500ms"', {
  "x-type": '"< DURATION"',
  type: "string",
  pattern: "^<=? *[0-9]+(ms|[smhd])$",
});
