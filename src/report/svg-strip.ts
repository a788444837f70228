import { dayText, looksOf, stripText, worstOf } from "./days.ts";
import { type Html, html } from "./markup.ts";
import type { DayCount } from "./page.ts";
import { labelOf } from "./words.ts";

const step = 10;
const height = 32;
const lowest = 6;

/** Red reaches from the top as far down as its share of the day, and stays visible when that is small. */
const redHeight = (day: DayCount): number => Math.max(lowest, Math.round((height * day.red) / looksOf(day)));

/**
 * One day. Quiet days lie low and bad ones stand up: green is low, amber half high, unknown hollow, red full height, no look a dash at
 * the foot. So it reads without colour. The outlines are in the style sheet.
 */
const bar = (day: DayCount, at: number, words: string | Html = dayText(day)): Html => {
  const worst = worstOf(day);
  const x = at * step;
  if (worst !== "red")
    return html`<rect class="${worst?.charAt(0) ?? "n"}" x="${x}" role="img"><title>${words}</title></rect>`;
  const cap = html`<rect class="r" x="${x}" height="${redHeight(day)}"/>`;
  const foot = day.red === looksOf(day) ? html`` : html`<rect class="f" x="${x}"/>`;
  return html`<g role="img"><title>${words}</title>${foot}${cap}</g>`;
};

/** The bars of a check's days, oldest first; each has its words as a tooltip and for who hears the page. `name`: from outside. Never throws. */
export const strip = (name: string, days: readonly DayCount[]): Html =>
  html`<svg class="strip" role="group" viewBox="0 0 ${days.length * step - 2} ${height}" preserveAspectRatio="none" aria-label="${labelOf(name)}, ${stripText(days)}">${days.map((day, at) => bar(day, at))}</svg>`;

/** A day of the whole host: the check that was worst in it, and who else was not well. */
export interface HostDay {
  readonly worst: DayCount;
  readonly words: Html;
}

/** The bars of the host's days, each as its worst check's. `name`: the host's. Never throws. */
export const hostStrip = (name: string, days: readonly HostDay[]): Html =>
  html`<svg class="strip" role="group" viewBox="0 0 ${days.length * step - 2} ${height}" preserveAspectRatio="none" aria-label="${labelOf(name)}, its worst check of each day, ${stripText(days.map(({ worst }) => worst))}">${days.map(({ worst, words }, at) => bar(worst, at, words))}</svg>`;
