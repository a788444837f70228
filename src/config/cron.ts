import { createTask, validateDetailed } from "node-cron";
import { didYouMean, quoted } from "./near.ts";

const dayMs = 86_400_000;
const minuteMs = 60_000;

/** When a cron line fires, on a clock without time zones. Days are their midnight as UTC milliseconds. */
export interface Cron {
  /** Minutes of a day on which it fires, in order. Never empty. */
  readonly minutes: readonly number[];
  /** It fires in every hour of its days: such a line goes by elapsed time, also where a clock change skips or repeats an hour. */
  readonly isHourly: boolean;
  readonly isDay: (midnightMs: number) => boolean;
}

const nicknames = ["@yearly", "@annually", "@monthly", "@weekly", "@daily", "@midnight", "@hourly"] as const;

/** node-cron's names of the fields, in ours. */
const fields: Readonly<Record<string, string>> = {
  minute: "minute",
  hour: "hour",
  dayOfMonth: "day of the month",
  month: "month",
  dayOfWeek: "day of the week",
};

const form = 'five fields, "minute hour day month weekday", such as "0 3 * * 0"';

/** What is wrong with the form alone; the numbers are bounded here, since node-cron writes a range out before it judges it. */
const formFault = (text: string): string | undefined => {
  const words = text.trim().split(/\s+/u);
  const [word = ""] = words;
  if (words.length === 1 && word.startsWith("@"))
    return nicknames.some((each) => each === word.toLowerCase())
      ? undefined
      : `${quoted(word)} is no cron name${didYouMean(word, nicknames) || `: expected one of ${nicknames.join(", ")}`}`;
  if (words.length !== 5) return `expected ${form}; got ${words.length} ${words.length === 1 ? "field" : "fields"}`;
  const long = words.find((each) => /\d{3}/u.test(each));
  return long === undefined ? undefined : `${quoted(long)} has a number that is too large for a cron line`;
};

const fieldFault = (text: string): string | undefined => {
  const { errors } = validateDetailed(text);
  const [first] = errors;
  if (first === undefined) return undefined;
  if (first.message.includes("impossible day")) return "this never comes: no such month has that day";
  const field = fields[first.field];
  if (field === undefined) return `expected ${form}; got characters that no cron line has`;
  return `${quoted(first.value ?? "")} is no ${field} of a cron line`;
};

const isNumbers = (values: readonly (number | string)[]): values is readonly number[] =>
  values.every((value) => typeof value === "number");

type Fields = NonNullable<ReturnType<typeof validateDetailed>["fields"]>;

/** A day by the fields that are plain numbers: cheap, and never false for a day that fits. */
const mayFit = ({ dayOfMonth, month, dayOfWeek }: Fields, midnightMs: number): boolean => {
  const day = new Date(midnightMs);
  return (
    month.includes(day.getUTCMonth() + 1) &&
    (!isNumbers(dayOfMonth) || dayOfMonth.includes(day.getUTCDate())) &&
    (!isNumbers(dayOfWeek) || dayOfWeek.includes(day.getUTCDay()))
  );
};

const scanFromMs = Date.UTC(2024, 0, 1);
/** 29 February comes within 8 years, on one day of the week within 40. */
const scanDays = 366 * 40;

/** The days on which it fires, from a fixed day on. */
function* daysOf({ isDay }: Cron): Generator<number> {
  for (let day = 0; day < scanDays; day += 1) {
    const midnightMs = scanFromMs + day * dayMs;
    if (isDay(midnightMs)) yield midnightMs;
  }
}

/** Which days fit. What isn't a plain number, such as the last Friday, node-cron knows: a pattern in UTC makes a calendar. */
const dayOf = (text: string, fields: Fields, minute: number): Cron["isDay"] => {
  if (isNumbers(fields.dayOfMonth) && isNumbers(fields.dayOfWeek)) return (midnightMs) => mayFit(fields, midnightMs);
  const task = createTask(text, () => undefined, { timezone: "UTC" });
  // It is never started, and leaves node-cron's list of tasks, which would keep it for good.
  void task.destroy();
  return (midnightMs) => mayFit(fields, midnightMs) && task.match(new Date(midnightMs + minute * minuteMs));
};

const parsed = (text: string): Cron | string => {
  const valid = validateDetailed(text).fields;
  if (valid === undefined) return `expected ${form}`;
  const minutes = valid.hour
    .flatMap((hour) => valid.minute.map((minute) => hour * 60 + minute))
    .toSorted((a, b) => a - b);
  return {
    minutes,
    isHourly: valid.hour.length === 24,
    isDay: dayOf(text, valid, minutes[0] ?? 0),
  };
};

/** Reads a cron line, or says in words what is wrong with it; one that never fires is wrong. Never throws. Source: crontab(5), node-cron 4.6. */
export const readCron = (text: string): Cron | string => {
  const fault = formFault(text) ?? fieldFault(text);
  if (fault !== undefined) return fault;
  const cron = parsed(text);
  if (typeof cron === "string") return cron;
  return daysOf(cron).next().done === true ? "this never comes: no day fits it" : cron;
};

/** Windows of one line, and how long each stays open. */
export interface Windows {
  readonly cron: Cron;
  readonly forMs: number;
}

/** A pause shorter than the shipped timer's period is none: no tick need fall into it. */
const leastPauseMs = 5 * minuteMs;

const openingsOn = (windows: readonly Windows[], midnightMs: number): readonly (readonly [number, number])[] =>
  windows
    .filter(({ cron }) => cron.isDay(midnightMs))
    .flatMap(({ cron, forMs }) =>
      cron.minutes.map((minute): [number, number] => [
        midnightMs + minute * minuteMs,
        midnightMs + minute * minuteMs + forMs,
      ]),
    )
    .toSorted(([a], [b]) => a - b);

/** Whether windows on one clock ever close, all of them together: false where each time one opens before the last has ended, or so soon after it that no tick sees it. Never throws. */
export const everClose = (windows: readonly Windows[]): boolean => {
  let [firstMs, openUntilMs] = [Number.NaN, Number.NEGATIVE_INFINITY];
  for (let day = 0; day < scanDays; day += 1) {
    const midnightMs = scanFromMs + day * dayMs;
    for (const [fromMs, untilMs] of openingsOn(windows, midnightMs)) {
      if (Number.isNaN(firstMs)) firstMs = fromMs;
      else if (fromMs >= openUntilMs + leastPauseMs) return true;
      openUntilMs = Math.max(openUntilMs, untilMs);
    }
    if (midnightMs >= openUntilMs + leastPauseMs && !Number.isNaN(firstMs)) return true;
    if (midnightMs - firstMs > 800 * dayMs) return false;
  }
  return true;
};

/** Both days are restricted: crontab(5) fires on either, node-cron on those alone that fit both. Pure. */
export const asksBothDays = (text: string): boolean => {
  const [, , day = "*", , weekday = "*"] = text.trim().split(/\s+/u);
  return ![day, weekday].some((word) => /^[*?]/u.test(word));
};
