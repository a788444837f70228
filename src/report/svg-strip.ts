import { dayText, looksOf, stripText, worstOf } from "./days.ts";
import { isolated } from "./inert.ts";
import { type Html, html } from "./markup.ts";
import type { DayCount } from "./page.ts";

const step = 10;
const height = 32;
const lowest = 6;

/** Red reaches from the top as far down as its share of the day, and stays visible when that is small. */
const redHeight = (day: DayCount): number => Math.max(lowest, Math.round((height * day.red) / looksOf(day)));

/**
 * One day. Quiet days lie low and bad ones stand up: green is low, amber half high, unknown hollow, red full height, no look a dash at
 * the foot. So it reads without colour. The outlines are in the style sheet.
 */
const bar = (day: DayCount, at: number): Html => {
  const worst = worstOf(day);
  const x = at * step;
  const words = dayText(day);
  if (worst !== "red")
    return html`<rect class="${worst?.charAt(0) ?? "n"}" x="${x}" role="img"><title>${words}</title></rect>`;
  const cap = html`<rect class="r" x="${x}" height="${redHeight(day)}"/>`;
  const foot = day.red === looksOf(day) ? html`` : html`<rect class="f" x="${x}"/>`;
  return html`<g role="img"><title>${words}</title>${foot}${cap}</g>`;
};

/** The bars of a check's days, oldest first; each has its words as a tooltip and for who hears the page. `name`: from outside. Never throws. */
export const strip = (name: string, days: readonly DayCount[]): Html =>
  html`<svg class="strip" role="group" viewBox="0 0 ${days.length * step - 2} ${height}" preserveAspectRatio="none" aria-label="${isolated(name)}, ${stripText(days)}">${days.map(bar)}</svg>`;
