import type { Verdict } from "../verdict/verdict.ts";
import { clip, type Isolated, isolated } from "./inert.ts";
import { type Html, html } from "./markup.ts";

const weekdays = ["Sun", "Mon", "Tue", "Wed", "Thu", "Fri", "Sat"] as const;
const months = ["Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"] as const;
const numbers = "no one two three four five six seven eight nine ten eleven twelve".split(" ");
const instant = /^(\d{4})-(\d\d)-(\d\d)T(\d\d:\d\d)(:\d\d)?/u;
const maxName = 120;
const maxText = 600;

/** `2026-11-14` as `14 Nov`; another text as it is. Never throws. */
export const dayWords = (day: string): string => {
  const [, , month = "", date = ""] = /^(\d{4})-(\d\d)-(\d\d)/u.exec(day) ?? [];
  const name = months[Number(month) - 1];
  return name === undefined ? clip(day, maxName) : `${Number(date)} ${name}`;
};

/** An instant in ISO 8601 UTC as `Sat 14 Nov 02:05`; another text as it is. Never throws. */
export const whenWords = (at: string): string => {
  const clock = instant.exec(at)?.[4];
  const weekday = weekdays[new Date(Date.parse(at)).getUTCDay()];
  return clock === undefined || weekday === undefined ? clip(at, maxName) : `${weekday} ${dayWords(at)} ${clock}`;
};

const timeElement = (at: string, words: string): Html =>
  instant.test(at) && Number.isFinite(Date.parse(at))
    ? html`<time datetime="${at}">${words}</time>`
    : html`<bdi>${words}</bdi>`;

/** {@link whenWords} as an element that programs read too. Never throws. */
export const when = (at: string): Html => timeElement(at, whenWords(at));

/** Only the time of day of an instant, with seconds. Never throws. */
export const clock = (at: string): Html => {
  const [, , , , minutes, seconds = ""] = instant.exec(at) ?? [];
  return timeElement(at, minutes === undefined ? clip(at, maxName) : `${minutes}${seconds}`);
};

/** Milliseconds between two instants; undefined when one is none, or when they stand the wrong way round. Never throws. */
export const msBetween = (from: string, to: string): number | undefined => {
  const ms = Date.parse(to) - Date.parse(from);
  return Number.isFinite(ms) && ms >= 0 ? ms : undefined;
};

/** A number with thin gaps between thousands: `8 640`. Never throws. */
export const grouped = (value: number): string => String(value).replace(/\B(?=(?:\d{3})+(?!\d))/gu, "\u202f");

/** `1 tick`, `12 ticks`. Never throws. */
export const counted = (value: number, one: string, many: string = `${one}s`): string =>
  `${grouped(value)}\u00a0${value === 1 ? one : many}`;

/** A small number as a word, for a sentence's start. Never throws. */
export const spelled = (value: number): string => {
  const word = numbers[value] ?? grouped(value);
  return `${word.charAt(0).toUpperCase()}${word.slice(1)}`;
};

/** Something to see where a name is blank. */
const named = (name: string): string => (name.trim() === "" ? "(blank)" : clip(name, maxName));

/** A name from outside, isolated. Never throws. */
export const nameOf = (name: string): Html => html`<bdi>${named(name)}</bdi>`;

/** A name from outside for a tooltip or a label, where no element can isolate it. Never throws. */
export const labelOf = (name: string): Isolated => isolated(named(name));

/** Text from outside, marked as such: isolated, in the type of evidence. Never throws. */
export const quoted = (text: string, max: number = maxText): Html =>
  html`<q class="said"><bdi>${clip(text, max)}</bdi></q>`;

/** What a verdict means for a check, after "is" or "are". */
export const verdictWords: Readonly<Record<Verdict, string>> = {
  green: "green",
  amber: "amber",
  unknown: "unknown",
  red: "red",
};
