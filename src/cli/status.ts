import { escapeUnsafe } from "../log/bounds.ts";
import { dayOf } from "../state/day.ts";
import { readIllness } from "../state/illness.ts";
import type { State } from "../state/state.ts";
import { readState, stateDenial, statePath } from "../state/store.ts";
import type { Verdict } from "../verdict/verdict.ts";
import { type Cli, complain, exits } from "./cli.ts";
import { deafJson } from "./deaf.ts";
import { nextCommand, withoutRemedy } from "./next-command.ts";
import { inert } from "./paint.ts";
import { statusLines } from "./status-text.ts";
import { lookAround, type View, viewOf } from "./status-view.ts";

const exitOf: Readonly<Record<Verdict, number>> = { green: 0, amber: 1, red: 2, unknown: 3 };

/** Whether the last run of the tick gave no verdict at all: a config that can't be used, or a bug. */
const isBlind = ({ host, paths }: Cli): boolean =>
  [exits.config, exits.bug].some((exit) => exit === readIllness(host, paths.state)?.exit);

/** No state to show: none yet, and perhaps why not; none that can be used, or none that this user may read. */
const sayNone = ({ host, paths, flags }: Cli, note: string | undefined): void => {
  const denial = stateDenial(host, paths.state);
  const isDenied = denial !== undefined;
  const lost = isDenied ? `cannot read "${statePath(paths.state)}": ${denial}` : note;
  const ill = lost === undefined ? readIllness(host, paths.state) : undefined;
  const because = ill === undefined ? "" : `: dogwatch is ill (status ${ill.exit}): ${inert(withoutRemedy(ill.why))}`;
  const why = lost ?? `no tick has finished yet (no state in "${paths.state}")${because}`;
  const run = ill === undefined ? "dogwatch tick" : inert(nextCommand(String(ill.exit), paths, ill.why));
  if (flags.isJson) host.terminal.out(`${JSON.stringify({ verdict: "unknown", why })}\n`);
  else
    complain(
      host,
      `cannot tell the status: ${why}`,
      isDenied ? 'Run: sudo dogwatch status, or join the group "dogwatch".' : `Run: ${run}`,
    );
};

/** The object of `status --json`. `day`: hours since 1970 of the newest sign, and a line of signs by check. */
const json = ({ state, isStale, chatLatch, deaf, lastHour, quiet }: View): string => {
  const { verdict, at, checks, incidents, outbox } = state;
  const waiting = outbox.map(({ id, kind, tries, refused }) => ({ id, kind, tries, refused }));
  const flapping = Object.entries(state.flaps ?? {}).flatMap(([name, { since, reds, isTold }]) =>
    isTold ? [[name, { since, reds }] as const] : [],
  );
  const signs = Object.keys(checks).map((name) => [name, dayOf(state.day, name, lastHour).join("")]);
  return JSON.stringify({
    ...{ verdict, at, stale: isStale, checks, incidents, outbox: waiting, ...quiet.json },
    ...(flapping.length === 0 ? {} : { flapping: Object.fromEntries(flapping) }),
    ...(chatLatch === undefined ? {} : { chat_latched: chatLatch.why }),
    ...deafJson(deaf),
    day: { last_hour: new Date(lastHour * 3_600_000).toISOString(), checks: Object.fromEntries(signs) },
  });
};

const sayState = async (cli: Cli, state: State): Promise<View> => {
  const { terminal } = cli.host;
  const view = viewOf(cli, state, await lookAround(cli, state));
  // Who reads a pipe has no columns: every line is whole there.
  const canvas = terminal.isOutTerminal ? terminal : { ...terminal, columns: Number.POSITIVE_INFINITY };
  terminal.out(
    cli.flags.isJson ? `${escapeUnsafe(json(view))}\n` : `${statusLines(canvas, cli.paths, view).join("\n")}\n`,
  );
  return view;
};

const misuse = ({ host }: Cli, why: string, hint: string): number => {
  complain(host, `cannot watch the status: ${why}`, hint);
  return exits.usage;
};

const watch = async (cli: Cli): Promise<number> => {
  const { flags, host } = cli;
  if (flags.hasExitCode)
    return misuse(cli, "--watch and --exit-code exclude each other", "Run: dogwatch status --exit-code");
  if (flags.isJson) return misuse(cli, "--watch and --json exclude each other", "Run: dogwatch status --json");
  if (!host.terminal.canRedraw)
    return misuse(cli, "this is no terminal that can be drawn over", "Run: dogwatch status");
  const { watchStatus } = await import("./status-watch.ts");
  return await watchStatus(cli);
};

/** `dogwatch status`: what the last tick found, as it left it; nothing is probed. With `--exit-code`: 0 green, 1 amber, 2 red, 3 unknown or stale. */
export const statusCommand = async (cli: Cli): Promise<number> => {
  const { host, paths, flags } = cli;
  if (flags.isBrief === true) return await (await import("./status-brief.ts")).statusBrief(cli);
  if (flags.isWatching) return await watch(cli);
  const { value: state, isLost, note } = readState(host, paths.state, true);
  if (state.tick === 0) {
    sayNone(cli, note);
    return flags.hasExitCode || isLost ? exitOf.unknown : exits.done;
  }
  const { isStale } = await sayState(cli, state);
  if (!flags.hasExitCode) return exits.done;
  return isStale || isBlind(cli) ? exitOf.unknown : exitOf[state.verdict];
};
