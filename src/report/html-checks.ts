import { dayText, uptimeBasis, uptimeFigure, uptimeOf, worstOf } from "./days.ts";
import { lasting, sinceOf, worstFirst } from "./html-now.ts";
import { isolated } from "./inert.ts";
import { type Html, html, nothing } from "./markup.ts";
import type { PageCheck } from "./page.ts";
import { signOf } from "./signs.ts";
import { strip } from "./svg-strip.ts";
import { counted, dayWords, nameOf, quoted } from "./words.ts";

const maxEvidence = 280;
/** Strips in a group. */
const maxStrips = 70;

const blemished = ({ days }: PageCheck): boolean =>
  days.some((day) => {
    const worst = worstOf(day);
    return worst !== undefined && worst !== "green";
  });

const badDays = ({ days }: PageCheck): Html => {
  const bad = days.filter((day) => !["green", undefined].includes(worstOf(day)));
  if (bad.length === 0) return nothing;
  return html`<details class="days"><summary>${counted(bad.length, "day")} not all green</summary><ul>${bad.toReversed().map((day) => html`<li>${dayText(day)}</li>`)}</ul></details>`;
};

const state = (check: PageCheck, now: string): Html => {
  if (check.verdict === "green") return html`<p class="since">green for ${lasting(check.since, now)}</p>`;
  const because = check.because === undefined ? nothing : html`, explained by ${nameOf(check.because)}`;
  return html`<p>${quoted(check.evidence, maxEvidence)}</p><p class="since">${check.verdict} ${sinceOf(check, now)}${because}</p>`;
};

const figure = (check: PageCheck): Html => {
  const uptime = uptimeOf(check.days);
  return html`<p class="figure"><b>${uptimeFigure(uptime)}</b> ${uptimeBasis(uptime).map((line) => html`<span>${line}</span> `)}</p>`;
};

const row =
  (now: string) =>
  (check: PageCheck): Html =>
    html`<li class="row"><div class="what"><h4>${signOf(check.verdict)} ${nameOf(check.name)} <small>${check.kind}</small></h4>${state(check, now)}</div><div class="past">${strip(check.name, check.days)}${badDays(check)}</div>${figure(check)}</li>`;

const cell = (check: PageCheck): Html => {
  const uptime = uptimeOf(check.days);
  const seen = uptime.seenDays < uptime.days ? html`<span>of ${counted(uptime.seenDays, "day")}</span> ` : nothing;
  return html`<li class="cell"><h4>${nameOf(check.name)}</h4>${strip(check.name, check.days)}<p class="figure">${seen}<b>${uptimeFigure(uptime)}</b></p></li>`;
};

/** Without bars, for hosts that have more checks than anybody looks at one by one. */
const bare = (check: PageCheck): Html =>
  html`<li class="cell bare"><h4>${signOf(check.verdict)} ${nameOf(check.name)}</h4><p class="figure"><b>${uptimeFigure(uptimeOf(check.days))}</b></p></li>`;

const group = (title: string, list: readonly PageCheck[], kind: string, draw: (check: PageCheck) => Html): Html => {
  if (list.length === 0) return nothing;
  const rest = list.slice(maxStrips).map(bare);
  const small = html`<details class="fold"><summary>${rest.length} more, without their days</summary><ul class="cells">${rest}</ul></details>`;
  return html`<h3>${title} <small>${list.length}</small></h3><ul class="${kind}">${list.slice(0, maxStrips).map(draw)}</ul>${rest.length === 0 ? nothing : small}`;
};

const key = (kind: string, words: string): Html =>
  html`<li><svg class="key" aria-hidden="true" viewBox="0 0 8 32">${kind === "r" ? html`<rect class="f" x="0"/><rect class="r" x="0" height="14"/>` : html`<rect class="${kind}" x="0"/>`}</svg> ${words}</li>`;

const legend: Html = html`<ul class="legend">${[
  ["g", "green"],
  ["a", "amber"],
  ["u", "unknown"],
  ["r", "red, as far down as its share of the day"],
  ["n", "no look"],
].map(([kind = "", words = ""]) => key(kind, words))}</ul>`;

const range = (checks: readonly PageCheck[]): string => {
  const days = checks.find(({ days }) => days.length > 0)?.days ?? [];
  const [first, last] = [days[0], days.at(-1)];
  return first === undefined || last === undefined ? "" : `${dayWords(first.day)} to ${dayWords(last.day)}`;
};

/** Every check with its days: the sick first, then those with a bad day behind them, the spotless ones small. Never throws. */
export const checksPart = (checks: readonly PageCheck[], now: string): Html => {
  const sorted = worstFirst(checks);
  const sick = sorted.filter(({ verdict }) => verdict !== "green");
  const green = sorted.filter(({ verdict }) => verdict === "green");
  const seen = range(checks);
  if (checks.length === 0) return html`<p>No check is known yet.</p>`;
  return html`<p class="lede">${seen === "" ? nothing : html`${isolated(seen)}, a bar a day (UTC), today last. `}The figure is the share of looks that did not find it red; looks that measured nothing, and days without one, don’t count.</p>${legend}
${group("Not green now", sick, "rows", row(now))}
${group("Green now, with a bad day behind them", green.filter(blemished), "rows", row(now))}
${group(
  "Green throughout",
  green.filter((check) => !blemished(check)),
  "cells",
  cell,
)}`;
};
