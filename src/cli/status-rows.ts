import { cardFor } from "../alert/card-for.ts";
import { clock } from "../alert/compose.ts";
import { formatDuration } from "../config/duration.ts";
import { dayOf, hoursKept, type Sign } from "../state/day.ts";
import type { CheckState } from "../state/state.ts";
import { type Verdict, verdicts } from "../verdict/verdict.ts";
import { type Canvas, inert, paint } from "./paint.ts";
import type { View } from "./status-view.ts";
import { coarse, legend, stripText } from "./strip.ts";
import { fitTo, linesTo, padTo, widthOf } from "./width.ts";

/** What the columns must hold at least. */
interface Needs {
  readonly name: number;
  readonly lasted: number;
  readonly ticks: number;
}

/** Columns of the table; `cells` signs of a spark line, 0: none; `evidence` 0: it has no column. */
export interface Layout extends Needs {
  readonly cells: number;
  readonly evidence: number;
}

const verdictWidth = 8;
const [widestName, widestNarrowName, leastName] = [24, 16, 5];
/** Less of a reading than this says nothing. */
const leastEvidence = 12;
/** More green checks than this don't stand on a line each: what isn't green is to stay in sight. */
const fewGreens = 12;

/** `34 min`, `2 d`: the largest unit alone, for a column. */
const lasted = (since: string, now: string): string =>
  formatDuration(Math.max(0, Date.parse(now) - Date.parse(since)))
    .split(" ", 2)
    .join(" ");

type Named = readonly [string, CheckState];

const needsOf = (rows: readonly Named[], now: string): Needs => ({
  name: Math.max(5, ...rows.map(([name]) => widthOf(inert(name)))),
  lasted: Math.max(5, ...rows.map(([, { since }]) => lasted(since, now).length)),
  ticks: Math.max(5, ...rows.map(([, { ticks }]) => String(ticks).length)),
});

/** What of the table fits: the day in hours, else in steps of two, else none; the evidence where there is room. Pure. */
export const layoutOf = (columns: number, needs: Needs): Layout => {
  if (!Number.isFinite(columns)) return { ...needs, cells: hoursKept, evidence: columns };
  const numbered = verdictWidth + 2 + needs.lasted + 1 + needs.ticks;
  const widest = columns < 72 ? widestNarrowName : widestName;
  const name = Math.min(needs.name, widest, Math.max(leastName, columns - numbered));
  const base = numbered + name;
  const left = (cells: number): number => columns - base - (cells === 0 ? 0 : cells + 2) - 2;
  const [day, half] = [hoursKept, hoursKept / 2];
  const cells = left(day) >= leastEvidence ? day : left(half) >= -2 ? half : 0;
  return { ...needs, name, cells, evidence: left(cells) >= leastEvidence ? left(cells) : 0 };
};

const numbers = (canvas: Canvas, view: View, layout: Layout, [name, check]: Named): string => {
  const run = `${lasted(check.since, view.now).padStart(layout.lasted)} ${String(check.ticks).padStart(layout.ticks)}`;
  if (layout.cells === 0) return run;
  return `${run}  ${stripText(canvas, coarse(dayOf(view.state.day, name, view.lastHour), layout.cells))}`;
};

const isFlapping = ({ state }: View, name: string): boolean => state.flaps?.[name]?.isTold === true;

/** It comes and goes: why nothing is healed and told of it, green as it may be right now. */
const flapSteps = ({ state, now }: View, [name]: Named): readonly string[] => {
  const flap = state.flaps?.[name];
  if (!flap?.isTold) return [];
  const times = flap.reds === 1 ? "once" : `${flap.reds} times`;
  return [`flapping: red ${times} since ${clock(flap.since, now)}; not healed, and told again when it is steady`];
};

/** What was done about a red, and what a person does next. */
const nextSteps = (view: View, [name, check]: Named): readonly string[] => {
  if (check.because !== undefined) return [`it needs ${check.because}, which is red`];
  if (check.verdict !== "red" && check.verdict !== "unknown") return flapSteps(view, [name, check]);
  const incident = view.state.incidents[name]?.id;
  const tried = view.heal.attempts.findLast((each) => incident !== undefined && each.incident === incident);
  const refusal = Object.entries(view.heal.refusals).find(([key]) => key.startsWith(`${incident} `))?.[1].why ?? "";
  const of = view.checks.find((each) => each.name === name);
  const sick = of === undefined ? undefined : { kind: of.kind, card: of.card, evidence: check.evidence };
  const when = tried === undefined || tried.at === "" ? "" : ` (${clock(tried.at, view.now)})`;
  return [
    ...(incident === undefined ? [] : [`incident ${incident}`]),
    ...(tried === undefined
      ? []
      : [`heal ${tried.recipe}${when}: ${tried.outcome}${tried.why === "" ? "" : `, ${tried.why}`}`]),
    ...flapSteps(view, [name, check]),
    ...(refusal === "" || tried !== undefined || isFlapping(view, name) ? [] : [`not healed: ${refusal}`]),
    ...(sick === undefined ? [] : [`run: dogwatch card ${cardFor(sick, refusal, check.verdict === "unknown")}`]),
  ];
};

/** One line a check. What isn't green stands whole, with what was done and what to do next below it. */
const rowOf = (canvas: Canvas, view: View, layout: Layout, each: Named): readonly string[] => {
  const [name, evidence] = [inert(each[0]), inert(each[1].evidence)];
  const { verdict } = each[1];
  const word = paint(canvas, verdict, padTo(verdict, verdictWidth - 1));
  const isSick = verdict !== "green";
  const isLong = isSick && widthOf(name) > layout.name;
  const isBelow = isSick && widthOf(evidence) > layout.evidence;
  const shown = layout.evidence === 0 || isBelow ? "" : `  ${fitTo(evidence, layout.evidence)}`;
  const cell = isLong ? " ".repeat(layout.name) : padTo(fitTo(name, layout.name), layout.name);
  const [first = "", ...more] = isLong ? linesTo(name, canvas.columns, verdictWidth) : [];
  return [
    ...(isLong ? [`${word} ${first.slice(verdictWidth)}`, ...more] : []),
    `${isLong ? " ".repeat(verdictWidth) : `${word} `}${cell}  ${numbers(canvas, view, layout, each)}${shown}`.trimEnd(),
    ...(isBelow ? linesTo(evidence, canvas.columns, verdictWidth) : []),
    ...nextSteps(view, each).flatMap((line) => linesTo(inert(line), canvas.columns, verdictWidth)),
  ];
};

const isSteady = (day: readonly Sign[]): boolean => day.every((sign) => sign === "g" || sign === "-");

const headOf = (layout: Layout): string => {
  const day = layout.cells === 0 ? "" : `  ${"last 24 h".padEnd(layout.cells)}`;
  const evidence = layout.evidence === 0 ? "" : "  evidence";
  const run = `${"for".padStart(layout.lasted)} ${"ticks".padStart(layout.ticks)}`;
  return `${" ".repeat(verdictWidth)}${"check".padEnd(layout.name)}  ${run}${day}${evidence}`.trimEnd();
};

const rank = ([, { verdict, because }]: Named): number =>
  verdicts.length - verdicts.indexOf(verdict) + (because === undefined ? 0 : 0.5);

/** Many green checks in a paragraph; a pipe gets a line each. */
const crowd = (canvas: Canvas, names: readonly string[]): readonly string[] => {
  if (names.length === 0) return [];
  const word = paint(canvas, "green", "green".padEnd(verdictWidth - 1));
  return [
    `${word} ${fitTo(`${names.length} green all day; a line each: dogwatch status | less`, canvas.columns - verdictWidth)}`,
    ...linesTo(names.map(inert).join(", "), canvas.columns, verdictWidth),
  ];
};

/** The table of checks: red first, then unknown, amber and green, each in the order of the config; last what its signs mean. Never throws. */
export const checkTable = (canvas: Canvas, view: View): readonly string[] => {
  const all = Object.entries(view.state.checks);
  const sorted = all.toSorted((a, b) => rank(a) - rank(b));
  const greens = sorted.filter(([, { verdict }]) => verdict === "green");
  const isCrowd = Number.isFinite(canvas.columns) && greens.length > fewGreens;
  const steady = isCrowd
    ? greens.filter(([name]) => !isFlapping(view, name) && isSteady(dayOf(view.state.day, name, view.lastHour)))
    : [];
  const folded = new Set(steady.map(([name]) => name));
  const rows = sorted.filter(([name]) => !folded.has(name));
  const layout = layoutOf(canvas.columns, needsOf(rows, view.now));
  return [
    ...(rows.length === 0 ? [] : [headOf(layout)]),
    ...rows.flatMap((each) => rowOf(canvas, view, layout, each)),
    ...crowd(
      canvas,
      steady.map(([name]) => name),
    ),
    ...(rows.length === 0 || layout.cells === 0 ? [] : [legend(canvas, hoursKept / layout.cells)]),
  ];
};

/** `2 red, 1 amber, 57 green`, the worst first. Pure. */
export const countsOf = (checks: Readonly<Record<string, CheckState>>): string =>
  verdicts
    .toReversed()
    .map((verdict: Verdict) => [Object.values(checks).filter((each) => each.verdict === verdict).length, verdict])
    .filter(([count]) => count !== 0)
    .map(([count, verdict]) => `${count} ${verdict}`)
    .join(", ");
