import { type Verdict, verdicts } from "../verdict/verdict.ts";
import type { DayCount } from "./page.ts";
import { counted, dayWords, grouped } from "./words.ts";

/** What the days of a strip come to. */
export interface Uptime {
  /** Looks that measured something: all but unknown. */
  readonly measured: number;
  readonly unknown: number;
  readonly red: number;
  readonly amber: number;
  /** Days with a look. */
  readonly seenDays: number;
  readonly days: number;
}

/** All looks of a day. Never throws. */
export const looksOf = (day: DayCount): number => day.green + day.amber + day.unknown + day.red;

/** The worst verdict of a day; undefined when nothing is known of it. Never throws. */
export const worstOf = (day: DayCount): Verdict | undefined => verdicts.findLast((verdict) => day[verdict] > 0);

/** Adds up the days of a check. Never throws. */
export const uptimeOf = (days: readonly DayCount[]): Uptime => {
  const sum = (of: (day: DayCount) => number): number => days.reduce((total, day) => total + of(day), 0);
  return {
    measured: sum(({ green, amber, red }) => green + amber + red),
    unknown: sum(({ unknown }) => unknown),
    red: sum(({ red }) => red),
    amber: sum(({ amber }) => amber),
    seenDays: days.filter((day) => looksOf(day) > 0).length,
    days: days.length,
  };
};

/** The share of looks that did not find it red, never rounded up: `99.98 %`; a dash when nothing was measured. Never throws. */
export const uptimeFigure = ({ measured, red }: Uptime): string => {
  if (measured === 0) return "\u2013";
  if (red === 0) return "100\u00a0%";
  const hundredths = Math.min(9999, Math.floor(((measured - red) * 10_000) / measured));
  return `${(hundredths / 100).toFixed(2)}\u00a0%`;
};

/** What the figure rests on, in short lines. Never throws. */
export const uptimeBasis = ({ measured, red, unknown, seenDays, days }: Uptime): readonly string[] => {
  if (measured + unknown === 0) return ["no look yet"];
  const gaps = days - seenDays;
  return [
    `${red === 0 ? "none" : grouped(red)} of ${counted(measured, "look")} red`,
    ...(unknown === 0 ? [] : [`${grouped(unknown)} measured nothing`]),
    ...(gaps === 0 ? [] : [`${counted(gaps, "day")} without a look`]),
  ];
};

/** A day in words: `14 Nov: red in 12 of 288 looks, amber in 3`. Never throws. */
export const dayText = (day: DayCount): string => {
  const looks = looksOf(day);
  const date = dayWords(day.day);
  if (looks === 0) return `${date}: no look`;
  const bad = [...verdicts].reverse().filter((verdict) => verdict !== "green" && day[verdict] > 0);
  const [first, ...rest] = bad;
  if (first === undefined) return `${date}: green, ${counted(looks, "look")}`;
  const others = rest.map((verdict) => `, ${verdict} in ${grouped(day[verdict])}`).join("");
  return `${date}: ${first} in ${grouped(day[first])} of ${counted(looks, "look")}${others}`;
};

/** A strip in one sentence, for its label. Never throws. */
export const stripText = (days: readonly DayCount[]): string => {
  const count = (verdict: Verdict | undefined): number => days.filter((day) => worstOf(day) === verdict).length;
  const kinds = [
    ["red", count("red")],
    ["unknown", count("unknown")],
    ["amber", count("amber")],
    ["green", count("green")],
    ["without a look", count(undefined)],
  ] as const;
  const told = kinds.flatMap(([word, value]) => (value === 0 ? [] : [`${value} ${word}`]));
  return `${counted(days.length, "day")}: ${told.join(", ")}`;
};
