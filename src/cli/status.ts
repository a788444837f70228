import { clock } from "../alert/compose.ts";
import { formatDuration } from "../config/duration.ts";
import type { Attempt } from "../state/heal-state.ts";
import type { CheckState, State } from "../state/state.ts";
import { elapsedS } from "../state/state.ts";
import { readHealState, readState } from "../state/store.ts";
import type { Verdict } from "../verdict/verdict.ts";
import { type Cli, complain, exits } from "./cli.ts";
import { fit, paint } from "./paint.ts";

/** Two periods of the shipped timer: a watchdog that has not finished a tick for longer is stale. */
const staleS = 2 * 300;

const exitOf: Readonly<Record<Verdict, number>> = { green: 0, amber: 1, red: 2, unknown: 3 };

const checkLine = ({ host }: Cli, name: string, check: CheckState, width: number, now: string): string => {
  const run = `${formatDuration(Math.max(0, Date.parse(now) - Date.parse(check.since)))}, ${check.ticks} ticks`;
  const line = fit(`${name.padEnd(width)}  ${check.evidence}`, host.terminal.columns - 30);
  return `  ${paint(host.terminal, check.verdict, check.verdict.padEnd(7))} ${line.padEnd(host.terminal.columns - 30)} ${run}`.trimEnd();
};

const healText = (last: Attempt | undefined, now: string): string =>
  last === undefined
    ? "last heal: none"
    : `last heal: ${last.recipe} for ${last.check}, ${last.outcome}${last.at === "" ? "" : `, ${clock(last.at, now)}`}`;

const describe = async (cli: Cli, state: State, isStale: boolean, now: string): Promise<readonly string[]> => {
  const { host, paths } = cli;
  const moment = { bootId: host.clock.bootId(), uptimeS: host.clock.uptimeS() };
  const { value: heal } = readHealState(host, paths.state, moment, true);
  const names = Object.keys(state.checks);
  const width = Math.min(24, Math.max(0, ...names.map(({ length }) => length)));
  const age = formatDuration(elapsedS(state.moment, moment) * 1000);
  const stale = isStale ? ` STALE: no tick has finished for ${age}; run: systemctl status dogwatch.timer` : "";
  const next = await host.systemd.nextTick();
  const latched = Object.entries(heal.latched).map(
    ([rule, { why }]) => `latched: ${rule} (${why}); run: dogwatch heal unlatch ${rule}`,
  );
  return [
    `${paint(host.terminal, state.verdict, state.verdict.toUpperCase())} · last tick ${age} ago${stale}`,
    ...Object.entries(state.checks).map(([name, check]) => checkLine(cli, name, check, width, now)),
    healText(heal.attempts.at(-1), now),
    ...latched,
    `alerts waiting: ${state.outbox.length}${state.outbox[0]?.refused ? ` (${state.outbox[0].refused})` : ""}`,
    `next tick: ${next === undefined ? "no timer is set" : clock(next, now)}`,
    ...(paths.install === "user" ? ["user install: no IP filter, no wall; the log can be rewritten by this user"] : []),
  ];
};

/** `dogwatch status`: what the last tick found, as it left it; nothing is probed. With `--exit-code`: 0 green, 1 amber, 2 red, 3 unknown or stale. */
export const statusCommand = async (cli: Cli): Promise<number> => {
  const { host, paths, flags } = cli;
  const read = readState(host, paths.state, true);
  const { value: state } = read;
  if (state.tick === 0) {
    const why = read.note ?? `no tick has finished yet (no state in "${paths.state}")`;
    if (flags.isJson) host.terminal.out(`${JSON.stringify({ verdict: "unknown", why })}\n`);
    else complain(host, `cannot tell the status: ${why}`, "Run: dogwatch tick");
    return flags.hasExitCode || read.isLost ? exitOf.unknown : exits.done;
  }
  const moment = { bootId: host.clock.bootId(), uptimeS: host.clock.uptimeS() };
  const isStale = elapsedS(state.moment, moment) > staleS;
  const now = new Date(host.clock.nowMs()).toISOString();
  if (flags.isJson) {
    const { verdict, at, checks, incidents, outbox } = state;
    const waiting = outbox.map(({ id, kind, tries, refused }) => ({ id, kind, tries, refused }));
    host.terminal.out(`${JSON.stringify({ verdict, at, stale: isStale, checks, incidents, outbox: waiting })}\n`);
  } else host.terminal.out(`${(await describe(cli, state, isStale, now)).join("\n")}\n`);
  if (!flags.hasExitCode) return exits.done;
  return isStale ? exitOf.unknown : exitOf[state.verdict];
};
