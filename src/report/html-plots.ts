import { formatDuration } from "../config/duration.ts";
import { worstFirst } from "./html-now.ts";
import { type Html, html, nothing } from "./markup.ts";
import type { PageCheck, Series } from "./page.ts";
import { binned, daily, type Gist, gistOf, hourStart, type Span, spanOf } from "./series.ts";
import { type Axis, levelsOf, linearAxis, logAxis, overlayOf, plot } from "./svg-plot.ts";
import { dayWords, grouped, labelOf, nameOf, whenWords } from "./words.ts";

const shownAtOnce = 12;
/** A page of plots that nobody looks at is only heavy. */
const maxDrawn = 60;

/** What is drawn for a check: its first series as area and line, the others as lines. */
interface Drawing {
  readonly name: string;
  readonly lines: readonly { readonly word: string; readonly series: Series }[];
}

/** How values of a kind of plot are written and scaled. */
interface Scale {
  readonly write: (value: number) => string;
  readonly axis: Axis;
}

const jobs = (value: number): string => grouped(value < 10 ? Math.round(value * 10) / 10 : Math.round(value));
const duration = (ms: number): string => (ms > 0 && ms < 1 ? "under 1 ms" : ms <= 0 ? "0 ms" : formatDuration(ms));

const gistText = (word: string, gist: Gist | undefined, write: Scale["write"]): string =>
  gist === undefined
    ? `${word} not measured`
    : `${word === "" ? "" : `${word} `}typically ${write(gist.typical)}, at worst ${write(gist.worst)} (${whenWords(gist.worstAt).replaceAll(" ", "\u00a0")})`;

const gists = ({ lines }: Drawing, write: Scale["write"]): readonly string[] =>
  lines.map(({ word, series }) => gistText(word, gistOf(series), write));

const table = ({ lines }: Drawing, write: Scale["write"]): Html => {
  const days = lines.map(({ series }) => daily(series));
  const all = [...new Set(days.flatMap((each) => [...each.keys()]))].sort().reverse();
  if (all.length === 0) return nothing;
  const head = lines.map(({ word }) => html`<th scope="col">${word} mean<th scope="col">worst`);
  const cells = (day: string): readonly Html[] =>
    days.map((each) => {
      const value = each.get(day);
      return value === undefined ? html`<td>–<td>–` : html`<td>${write(value.mean)}<td>${write(value.max)}`;
    });
  return html`<details class="table"><summary>Day by day</summary><table><tr><th scope="col">day${head}${all.map((day) => html`<tr><th scope="row">${dayWords(day)}${cells(day)}`)}</table></details>`;
};

const times = ({ first, size, bins }: Span): Html => {
  const hours = size * bins;
  const isShort = hours <= 72;
  const labels = [0, hours / 2, hours - 1].map((at) => {
    const start = hourStart(first + Math.floor(at));
    return isShort ? `${dayWords(start)} ${start.slice(11, 16)}` : dayWords(start);
  });
  return html`<div class="x" aria-hidden="true">${[...new Set(labels)].map((label) => html`<span>${label}</span>`)}</div>`;
};

const figure = (drawing: Drawing, span: Span, { write, axis }: Scale): Html => {
  const [first, ...rest] = drawing.lines.map(({ series }) => binned(series, span));
  if (first === undefined) return nothing;
  const words = gists(drawing, write);
  const drawn = html`${levelsOf(first, axis)}${rest.map((bins) => overlayOf(bins, axis))}`;
  const scale = axis.ticks.toReversed().map((tick) => html`<span>${write(tick)}</span>`);
  return html`<figure><figcaption><h3>${nameOf(drawing.name)}</h3>${words.map((text) => html`<p>${text}</p>`)}</figcaption><div class="frame"><div class="y" aria-hidden="true">${scale}</div>${plot(html`${labelOf(drawing.name)}: ${words.join("; ")}`, axis, span.bins, drawn)}${times(span)}</div>${table(drawing, write)}</figure>`;
};

const many = (drawings: readonly Drawing[], draw: (drawing: Drawing) => Html): Html => {
  const figures = drawings.slice(0, maxDrawn).map(draw);
  const [shown, rest] = [figures.slice(0, shownAtOnce), figures.slice(shownAtOnce)];
  const left = drawings.length - figures.length;
  const undrawn = left === 0 ? nothing : html`<p class="more">${left} more are not drawn.</p>`;
  const more = html`<details class="fold"><summary>${rest.length} more</summary><div class="plots">${rest}</div></details>`;
  return html`<div class="plots">${shown}</div>${rest.length === 0 ? nothing : more}${undrawn}`;
};

const measured = (series: Series | undefined): readonly Series[] =>
  series?.values.some((value) => value !== null) === true ? [series] : [];

const peaks = (drawings: readonly Drawing[]): readonly number[] =>
  drawings.flatMap(({ lines }) =>
    lines.flatMap(({ series }) => series.values.flatMap((value) => (value === null ? [] : [value.mean, value.max]))),
  );

/** How long the looks over a network took: one time axis and one height for all. Nothing where none was measured. Never throws. */
export const latencyPart = (checks: readonly PageCheck[]): Html => {
  const drawings = worstFirst(checks).flatMap(({ name, latencyMs }) =>
    measured(latencyMs).map((series): Drawing => ({ name, lines: [{ word: "", series }] })),
  );
  if (drawings.length === 0) return nothing;
  const span = spanOf(drawings.flatMap(({ lines }) => lines.map(({ series }) => series)));
  const axis = logAxis(peaks(drawings));
  return html`<p class="lede">The line is the mean, the shade the worst. Each height is ten times the one below it; all plots have the same.</p>${many(drawings, (drawing) => figure(drawing, span, { write: duration, axis }))}`;
};

/** How many jobs waited and ran. Each queue has a height of its own. Nothing where none was measured. Never throws. */
export const queuePart = (checks: readonly PageCheck[]): Html => {
  const drawings = worstFirst(checks).flatMap(({ name, ready, running }): readonly Drawing[] => {
    const waiting = measured(ready).map((series) => ({ word: "waiting", series }));
    const lines = [...waiting, ...measured(running).map((series) => ({ word: "running", series }))];
    return lines.length === 0 ? [] : [{ name, lines }];
  });
  if (drawings.length === 0) return nothing;
  const span = spanOf(drawings.flatMap(({ lines }) => lines.map(({ series }) => series)));
  const draw = (drawing: Drawing): Html => figure(drawing, span, { write: jobs, axis: linearAxis(peaks([drawing])) });
  return html`<p class="lede">Jobs. The line is the mean of those that waited, the shade the most at a time; the dashed line those that ran.</p>${many(drawings, draw)}`;
};
