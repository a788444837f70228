import { clock } from "../alert/compose.ts";
import { formatDuration } from "../config/duration.ts";
import type { NextTick } from "../host/host.ts";
import { readChatLatch } from "../state/chat-latch.ts";
import type { Attempt } from "../state/heal-state.ts";
import { readIllness } from "../state/illness.ts";
import type { CheckState, Moment, State } from "../state/state.ts";
import { elapsedS, momentOf } from "../state/state.ts";
import { readHealState, readState, statePath } from "../state/store.ts";
import type { Verdict } from "../verdict/verdict.ts";
import { type Cli, complain, exits } from "./cli.ts";
import { nextOfDaemon } from "./daemon-note.ts";
import { deafJson, deafLines } from "./deaf.ts";
import { filterLimits, limitsOf } from "./limits.ts";
import { nextCommand } from "./next-command.ts";
import { below, fit, inertLines, paint } from "./paint.ts";
import { quietJson, quietLines } from "./quiet-lines.ts";

/** The shipped timer's period, where the installed one doesn't tell its own. A watchdog is stale after two without a finished tick. */
const usualPeriodS = 300;

const maxStateBytes = 64 * 1024 * 1024;

const exitOf: Readonly<Record<Verdict, number>> = { green: 0, amber: 1, red: 2, unknown: 3 };

/** One line a check. What isn't green and doesn't fit stands whole below it: that is what somebody came to read. */
const checkLines = (
  { host: { terminal } }: Cli,
  name: string,
  check: CheckState,
  width: number,
  now: string,
): readonly string[] => {
  const lasted = formatDuration(Math.max(0, Date.parse(now) - Date.parse(check.since)));
  const run = `${lasted}, ${check.ticks === 1 ? "1 tick" : `${check.ticks} ticks`}`;
  const room = terminal.columns - 11 - run.length;
  const whole = `${name.padEnd(width)}  ${check.evidence}`;
  const isBelow = check.verdict !== "green" && [...whole].length > room;
  const line = fit(isBelow ? name : whole, room);
  return [
    `  ${paint(terminal, check.verdict, check.verdict.padEnd(7))} ${line.padEnd(room)} ${run}`,
    ...(isBelow ? below(check.evidence, terminal.columns) : []),
  ];
};

const healText = (last: Attempt | undefined, now: string): string =>
  last === undefined
    ? "last heal: none"
    : `last heal: ${last.recipe} for ${last.check}, ${last.outcome}${last.at === "" ? "" : `, ${clock(last.at, now)}`}`;

/** The watchdog itself is ill: what it says of the host may be old. */
const illnessLines = ({ host, paths }: Cli): readonly string[] => {
  const illness = readIllness(host, paths.state);
  if (illness === undefined) return [];
  const lines = below(`dogwatch is ill (status ${illness.exit}): ${illness.why}`, host.terminal.columns, 0);
  return [
    ...lines.map((line) => paint(host.terminal, "red", line)),
    `  run: ${nextCommand(String(illness.exit), paths, illness.why)}`,
  ];
};

/** Whether the last run of the tick gave no verdict at all: a config that can't be used, or a bug. */
const isBlind = ({ host, paths }: Cli): boolean =>
  [exits.config, exits.bug].some((exit) => exit === readIllness(host, paths.state)?.exit);

/** What the last tick said, and how much that is still worth. */
const headLines = ({ host }: Cli, state: State, isStale: boolean, moment: Moment, now: string): readonly string[] => {
  const age = formatDuration(elapsedS(state.moment, moment) * 1000);
  const when = state.moment.bootId === moment.bootId ? `${age} ago` : `before this boot, ${clock(state.at, now)}`;
  const word = state.verdict.toUpperCase();
  if (!isStale) return [`${paint(host.terminal, state.verdict, word)} · last tick ${when}`];
  return [
    `${paint(host.terminal, "unknown", "STALE")} · was ${word}, last tick ${when}`,
    `no tick has finished for ${age}; run: systemctl status dogwatch.timer`,
  ];
};

const describe = (
  cli: Cli,
  state: State,
  isStale: boolean,
  next: NextTick | undefined,
  now: string,
  limits: readonly string[],
): readonly string[] => {
  const { host, paths } = cli;
  const moment = momentOf(host);
  const { value: heal } = readHealState(host, paths.helper, moment, true);
  const names = Object.keys(state.checks);
  const width = Math.min(24, Math.max(0, ...names.map(({ length }) => length)));
  const refused = state.outbox[0]?.refused;
  const sudo = paths.install === "system" ? "sudo " : "";
  const closed = readChatLatch(host, paths.state);
  const latched = Object.entries(heal.latched).map(
    ([rule, { why }]) => `latched: ${rule} (${why}); run: ${sudo}dogwatch heal unlatch ${rule}`,
  );
  return [
    ...headLines(cli, state, isStale, moment, now),
    ...illnessLines(cli),
    ...Object.entries(state.checks).flatMap(([name, check]) => checkLines(cli, name, check, width, now)),
    healText(heal.attempts.at(-1), now),
    ...latched,
    ...quietLines(cli, state.configSha256, now),
    ...(closed === undefined
      ? []
      : [
          ...below(`chat latched: ${closed.why}`, host.terminal.columns, 0).map((line) =>
            paint(host.terminal, "red", line),
          ),
          `  run: ${sudo}dogwatch chat test`,
        ]),
    ...deafLines(cli, now),
    ...below(`alerts waiting: ${state.outbox.length}${refused ? ` (${refused})` : ""}`, host.terminal.columns, 0),
    `next tick: ${next === undefined ? "no timer is set" : clock(next.at, now)}`,
    ...limits,
  ];
};

/** No state to show: none yet, none that can be used, or none that this user may read. */
const sayNone = ({ host, paths, flags }: Cli, note: string | undefined): void => {
  const path = statePath(paths.state);
  const look = host.files.read(path, maxStateBytes);
  const isDenied = look.kind === "failed" && look.code === "EACCES";
  const lost = isDenied ? `cannot read "${path}": ${look.why}` : note;
  const why = lost ?? `no tick has finished yet (no state in "${paths.state}")`;
  if (flags.isJson) host.terminal.out(`${JSON.stringify({ verdict: "unknown", why })}\n`);
  else
    complain(
      host,
      `cannot tell the status: ${why}`,
      isDenied ? 'Run: sudo dogwatch status, or join the group "dogwatch".' : "Run: dogwatch tick",
    );
};

const sayState = async (cli: Cli, state: State, isStale: boolean, next: NextTick | undefined): Promise<void> => {
  const { terminal, clock: wall } = cli.host;
  if (!cli.flags.isJson) {
    const now = new Date(wall.nowMs()).toISOString();
    const limits = [...(await filterLimits(cli)), ...limitsOf(cli)];
    terminal.out(inertLines(`${describe(cli, state, isStale, next, now, limits).join("\n")}\n`, terminal));
    return;
  }
  const { verdict, at, checks, incidents, outbox } = state;
  const closed = readChatLatch(cli.host, cli.paths.state);
  const waiting = outbox.map(({ id, kind, tries, refused }) => ({ id, kind, tries, refused }));
  terminal.out(
    `${JSON.stringify({ verdict, at, stale: isStale, checks, incidents, outbox: waiting, ...quietJson(cli, state.configSha256), ...(closed === undefined ? {} : { chat_latched: closed.why }), ...deafJson(cli) })}\n`,
  );
};

/** `dogwatch status`: what the last tick found, as it left it; nothing is probed. With `--exit-code`: 0 green, 1 amber, 2 red, 3 unknown or stale. */
export const statusCommand = async (cli: Cli): Promise<number> => {
  const { host, paths, flags } = cli;
  if (flags.isBrief === true) return await (await import("./status-brief.ts")).statusBrief(cli);
  const { value: state, isLost, note } = readState(host, paths.state, true);
  if (state.tick === 0) {
    sayNone(cli, note);
    return flags.hasExitCode || isLost ? exitOf.unknown : exits.done;
  }
  const moment = momentOf(host);
  const next = (await nextOfDaemon(host, paths.state)) ?? (await host.systemd.nextTick());
  const isStale = elapsedS(state.moment, moment) > 2 * (next?.periodS ?? usualPeriodS);
  await sayState(cli, state, isStale, next);
  if (!flags.hasExitCode) return exits.done;
  return isStale || isBlind(cli) ? exitOf.unknown : exitOf[state.verdict];
};
