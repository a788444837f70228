import { clock } from "../alert/compose.ts";
import { formatDuration } from "../config/duration.ts";
import type { Paths } from "../paths.ts";
import type { Attempt } from "../state/heal-state.ts";
import { elapsedS } from "../state/state.ts";
import type { Verdict } from "../verdict/verdict.ts";
import { deafText } from "./deaf.ts";
import { nextCommand, withoutRemedy } from "./next-command.ts";
import { type Canvas, inert, inertLines, inLocale, paint } from "./paint.ts";
import { checkTable, countsOf } from "./status-rows.ts";
import type { View } from "./status-view.ts";
import { linesTo } from "./width.ts";

const systemctl = ({ install }: Paths, isChange: boolean): string =>
  install === "user" ? "systemctl --user" : isChange ? "sudo systemctl" : "systemctl";
const sudoOf = ({ install }: Paths): string => (install === "system" ? "sudo " : "");

/** What the last tick said, and how much that is still worth. */
const headLines = (
  canvas: Canvas,
  paths: Paths,
  { state, isStale, hasSystemd, unit, moment, now }: View,
): readonly string[] => {
  const age = formatDuration(elapsedS(state.moment, moment) * 1000);
  const when = state.moment.bootId === moment.bootId ? `${age} ago` : `before this boot, ${clock(state.at, now)}`;
  const verdict = state.verdict.toUpperCase();
  const word = isStale ? "STALE" : verdict;
  const rest = `${isStale ? `was ${verdict}, ` : ""}last tick ${when} · ${countsOf(state.checks)}`;
  const [first = "", ...more] = linesTo(inert(`${word} · ${rest}`), canvas.columns, 0);
  const painted = paint(canvas, isStale ? "unknown" : state.verdict, first.slice(0, word.length));
  const run = hasSystemd ? `${systemctl(paths, false)} status ${unit}` : "dogwatch tick";
  const stale = `no tick has finished for ${age}; run: ${run}`;
  return [`${painted}${first.slice(word.length)}`, ...more, ...(isStale ? linesTo(stale, canvas.columns, 0) : [])];
};

const alarm = (canvas: Canvas, verdict: Verdict, text: string): readonly string[] =>
  linesTo(inert(text), canvas.columns, 0).map((line) => paint(canvas, verdict, line));

/** The watchdog itself is ill: what it says of the host may be old. */
const illnessLines = (canvas: Canvas, paths: Paths, { illness }: View): readonly string[] =>
  illness === undefined
    ? []
    : [
        ...alarm(canvas, "red", `dogwatch is ill (status ${illness.exit}): ${withoutRemedy(illness.why)}`),
        `  run: ${inert(nextCommand(String(illness.exit), paths, illness.why))}`,
      ];

/** How many alerts wait, since when, and why, unless the line on our own illness has said it. */
const waitingText = ({ state: { outbox, chatWait }, illness, moment, now }: View): string => {
  const oldest = outbox[0];
  if (oldest === undefined) return "alerts waiting: 0";
  const at = oldest.folded?.since ?? oldest.at;
  const since = at === "" ? "" : ` since ${clock(at, now)}`;
  const isTold = !oldest.refused || illness?.why.includes(oldest.refused);
  const leftMs = chatWait === null ? 0 : chatWait.ms - elapsedS(chatWait.from, moment) * 1000;
  const asked = leftMs > 0 ? `; the chat asked to be left alone for another ${formatDuration(leftMs)}` : "";
  return `alerts waiting: ${outbox.length}${since}${isTold ? "" : ` (${oldest.refused})`}${asked}`;
};

/** What is wrong beside the checks: it stands above them. */
const troubleLines = (canvas: Canvas, paths: Paths, view: View): readonly string[] => {
  const { chatLatch, deaf, heal, quiet, state, underWay } = view;
  const sudo = sudoOf(paths);
  const plain = [
    ...(underWay === undefined ? [] : [`a tick is under way: ${underWay}`]),
    ...Object.entries(heal.latched).map(
      ([rule, { why }]) => `latched: ${rule} (${why}); run: ${sudo}dogwatch heal unlatch ${rule}`,
    ),
    ...quiet.lines,
    ...(state.outbox.length === 0 ? [] : [waitingText(view)]),
  ];
  return [
    ...illnessLines(canvas, paths, view),
    ...(chatLatch === undefined
      ? []
      : [...alarm(canvas, "red", `chat latched: ${chatLatch.why}`), `  run: ${sudo}dogwatch chat test`]),
    ...(deaf === undefined
      ? []
      : [...alarm(canvas, "amber", deafText(deaf, view.now)), `  run: ${sudo}dogwatch deadman test`]),
    ...plain.flatMap((line) => linesTo(inert(line), canvas.columns, 0)),
  ];
};

const healText = (last: Attempt | undefined, now: string): string =>
  last === undefined
    ? "last heal: none"
    : `last heal: ${last.recipe} for ${last.check}, ${last.outcome}${last.at === "" ? "" : `, ${clock(last.at, now)}`}`;

const nextText = (paths: Paths, { next, hasSystemd, unit, now }: View): string => {
  if (next !== undefined) return `next tick: ${clock(next.at, now)}`;
  if (!hasSystemd) return "next tick: no timer is set, and no systemd runs here; run: dogwatch daemon";
  const missing = unit === "dogwatch.timer" ? "no timer is set" : "no daemon is in sight";
  return `next tick: ${missing}; run: ${systemctl(paths, true)} enable --now ${unit}`;
};

/** All that `status` tells, as lines: the verdict, what is wrong with dogwatch itself, the checks, what comes next. None moves a terminal. Never throws. */
export const statusLines = (canvas: Canvas, paths: Paths, view: View): readonly string[] => {
  const last = [
    healText(view.heal.attempts.at(-1), view.now),
    ...(view.state.outbox.length === 0 ? [waitingText(view)] : []),
    nextText(paths, view),
    ...view.limits,
  ];
  const lines = [
    ...headLines(canvas, paths, view),
    ...troubleLines(canvas, paths, view),
    "",
    ...checkTable(canvas, view),
    "",
    ...last.flatMap((line) => linesTo(inert(line), canvas.columns, 0)),
  ];
  return lines.map((line) => inLocale(inertLines(line, canvas), canvas));
};
