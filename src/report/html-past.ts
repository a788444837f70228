import { type Verdict, verdicts } from "../verdict/verdict.ts";
import { looksOf, worstOf } from "./days.ts";
import { type Html, html, join, nothing } from "./markup.ts";
import type { DayCount, PageCheck } from "./page.ts";
import { type HostDay, hostStrip } from "./svg-strip.ts";
import { dayWords, labelOf } from "./words.ts";

const maxNamed = 3;

interface Seen {
  readonly name: string;
  readonly day: DayCount;
}

const rank = ({ day }: Seen): number => {
  const worst = worstOf(day);
  if (worst === undefined) return -1;
  const share = day[worst] / looksOf(day);
  return verdicts.indexOf(worst) + (worst === "green" ? 0 : share / 2);
};

const namesOf = (verdict: Verdict, seen: readonly Seen[]): readonly Html[] => {
  const names = seen.filter(({ day }) => worstOf(day) === verdict).map(({ name }) => name);
  if (names.length === 0) return [];
  const shown = names.slice(0, maxNamed).map((name) => html`${labelOf(name)}`);
  const more = names.length > maxNamed ? html` and ${names.length - maxNamed} more` : nothing;
  return [html`${verdict} ${join(shown, html`, `)}${more}`];
};

const hostDay = (day: string, seen: readonly Seen[]): HostDay => {
  const worst = seen.reduce<Seen | undefined>((a, b) => (a === undefined || rank(b) > rank(a) ? b : a), undefined);
  const known = worst?.day ?? { day, green: 0, amber: 0, unknown: 0, red: 0 };
  const bad = (["red", "unknown", "amber"] as const).flatMap((verdict) => namesOf(verdict, seen));
  const quiet = looksOf(known) === 0 ? html`no look` : html`all green`;
  return { worst: known, words: html`${dayWords(day)}: ${bad.length === 0 ? quiet : join(bad, html`; `)}` };
};

/** The host's last days in one strip, each as its worst check's. Nothing without a day. Never throws. */
export const pastStrip = (host: string, checks: readonly PageCheck[]): Html => {
  const byDay = new Map<string, Seen[]>();
  for (const { name, days } of checks)
    for (const day of days) {
      const seen = byDay.get(day.day);
      if (seen === undefined) byDay.set(day.day, [{ name, day }]);
      else seen.push({ name, day });
    }
  const days = [...byDay.keys()].sort();
  const [first, last] = [days[0], days.at(-1)];
  if (first === undefined || last === undefined) return nothing;
  const list = days.map((day) => hostDay(day, byDay.get(day) ?? []));
  return html`<div class="past">${hostStrip(host, list)}<p aria-hidden="true"><span>${dayWords(first)}</span><span>the worst check of each day</span><span>today</span></p></div>`;
};
