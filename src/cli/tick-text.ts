import { clock } from "../alert/compose.ts";
import type { Terminal } from "../host/host.ts";
import { silenceText } from "../state/silence.ts";
import type { TickReport } from "../tick-report.ts";
import type { Judged } from "../verdict/judge.ts";
import { paint, plural } from "./paint.ts";
import { fitTo, linesTo, padTo, widthOf } from "./width.ts";

const ms = (durationMs: number): string =>
  durationMs < 10_000 ? `${durationMs} ms` : `${Math.round(durationMs / 1000)} s`;

/** How the heal stands, as one line; undefined when there was nothing to heal. */
const healLine = ({ heal }: TickReport): string | undefined => {
  if (heal === null || (heal.outcome === "none" && heal.check === null && heal.why === "nothing is red"))
    return undefined;
  const name = [heal.recipe, heal.unit].filter((part) => part !== null).join(" on ");
  return `heal: ${heal.outcome}${name === "" ? "" : ` ${name}`}${heal.why === "" ? "" : `: ${heal.why}`}`;
};

const alertLines = (report: TickReport): readonly string[] =>
  report.alerts.map((each) => {
    const way = each.via === undefined ? "" : ` by when_down: ${each.why}`;
    return `alert: ${each.kind} ${each.delivered ? `delivered${way}` : `not delivered: ${each.why}`}`;
  });

/** Columns in front of a check's name: two blanks, the verdict, a blank. */
const indent = 10;
const widestName = 24;

/** One line a check. What isn't green and doesn't fit stands whole below it. */
const checkLines = (terminal: Terminal, each: Judged, width: number, now: string): readonly string[] => {
  const folded = each.because === undefined ? "" : ` (because of ${each.because})`;
  const run = each.verdict === "green" ? "" : ` (${plural(each.ticks, "tick")}, since ${clock(each.since, now)})`;
  const room = terminal.columns - indent;
  const name = padTo(each.name, width);
  const whole = `${name}  ${each.evidence}${folded}${run}`;
  const isBelow = each.verdict !== "green" && widthOf(whole) > room;
  const line = fitTo(isBelow ? `${name} ${run}` : whole, room);
  return [
    `  ${paint(terminal, each.verdict, each.verdict.padEnd(7))} ${line}`,
    ...(isBelow ? linesTo(`${each.evidence}${folded}`, terminal.columns, indent) : []),
  ];
};

/** The tick for a person at a terminal: the verdict, a line a check, the heal, what was sent. Fits the terminal's width. */
export const tickTable = (report: TickReport, terminal: Terminal): string => {
  const width = Math.min(widestName, Math.max(...report.checks.map(({ name }) => widthOf(name)), 0));
  const head = `${report.verdict.toUpperCase()} ${report.host} · ${plural(report.checks.length, "check")} in ${ms(report.durationMs)}`;
  const dry = report.wouldSend.map(({ text }) => `would send:\n${text.replace(/^/gmu, "    ")}`);
  const steps =
    report.heal?.outcome === "planned" ? report.heal.steps.map((step) => `would run: ${step.join(" ")}`) : [];
  // What is well and says nothing needs no line.
  const reasons = (report.reasons ?? [])
    .filter(({ tells, why }) => tells !== null || !why.startsWith("well:"))
    .map(({ check, tells, why }) => `${tells === null ? "says nothing" : `tells ${tells}`} of ${check}: ${why}`);
  const rest = [
    ...report.silences.map((each) => silenceText(each, report.at)),
    healLine(report),
    ...steps,
    ...alertLines(report),
    ...reasons,
    ...dry,
    ...report.troubles.map((text) => `trouble: ${text}`),
  ];
  return [
    paint(terminal, report.verdict, head),
    ...report.checks.flatMap((each) => checkLines(terminal, each, width, report.at)),
    ...rest.filter((line) => line !== undefined),
    "",
  ].join("\n");
};

/** The tick in one line, for the journal. */
export const tickLine = (report: TickReport): string => {
  const counts = report.checks.filter(({ verdict }) => verdict === "green").length;
  const sick = report.checks
    .filter(({ verdict, because }) => verdict !== "green" && because === undefined)
    .map((each) => `${each.verdict} ${each.name}: ${each.evidence}`);
  const sent = report.alerts.filter(({ delivered }) => delivered).length;
  const other = report.alerts.findLast(({ via }) => via !== undefined);
  const parts = [
    `${report.verdict} ${report.host}: ${counts} of ${plural(report.checks.length, "check")} green in ${ms(report.durationMs)}`,
    ...sick,
    ...report.silences.map((each) => silenceText(each)),
    healLine(report),
    sent > 0 ? `${plural(sent, "alert")} sent${other === undefined ? "" : ` by when_down: ${other.why}`}` : undefined,
    report.outbox > 0
      ? `${plural(report.outbox, "alert")} waiting: ${report.alerts.findLast(({ delivered }) => !delivered)?.why ?? "the chat asked to wait"}`
      : undefined,
    ...report.troubles,
  ];
  return parts.filter((part) => part !== undefined).join("; ");
};

/** The object of `tick --json`. */
export const tickJson = (report: TickReport): string => {
  const heal = report.heal;
  return JSON.stringify({
    host: report.host,
    at: report.at,
    verdict: report.verdict,
    checks: report.checks.map((each) => ({
      name: each.name,
      kind: each.kind,
      verdict: each.verdict,
      reading: each.reading,
      evidence: each.evidence,
      since: each.since,
      ticks: each.ticks,
      because: each.because ?? null,
      duration_ms: each.durationMs,
    })),
    heal: {
      recipe: heal?.recipe ?? null,
      check: heal?.check ?? null,
      outcome: heal?.outcome ?? "none",
      why: heal?.why ?? "",
      ...(heal?.outcome === "planned" ? { steps: heal.steps } : {}),
    },
    alerts: report.alerts.map(({ id, kind, delivered, why, via }) => ({
      ...{ id, kind, delivered, why },
      ...(via === undefined ? {} : { via }),
    })),
    outbox: report.outbox,
    ...(report.silences.length === 0 ? {} : { silences: report.silences }),
    duration_ms: report.durationMs,
    troubles: report.troubles,
    ...(report.wouldSend.length > 0 ? { would_send: report.wouldSend } : {}),
    ...(report.reasons !== undefined ? { reasons: report.reasons } : {}),
    exit: report.exit,
  });
};
