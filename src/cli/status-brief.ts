import { clock } from "../alert/compose.ts";
import { formatDuration } from "../config/duration.ts";
import { cleanEvidence } from "../probes/evidence.ts";
import { readIllness } from "../state/illness.ts";
import { type CheckState, elapsedS, momentOf, type State } from "../state/state.ts";
import { readState, stateDenial } from "../state/store.ts";
import { type Cli, exits, isoNow } from "./cli.ts";
import { nextCommand, withoutRemedy } from "./next-command.ts";
import { isStaleAt, type Ticker, tickerOf, usualUnit } from "./ticker.ts";

/** How long systemd may take to tell it, in milliseconds: whoever logs in on a sick host must not wait for that. */
const askMs = 500;

/** Longest line, in characters. */
const maxLength = 200;

/** What there is to say: a text, and the command that leads on. */
interface Notice {
  readonly text: string;
  readonly run: string;
}

/** What ticks here, or the shipped timer where systemd doesn't tell in time. */
const tickerInTime = async (cli: Cli): Promise<Ticker> => {
  const done = new AbortController();
  const late = cli.host.clock.sleep(askMs, done.signal).then((): Ticker => ({ unit: usualUnit(cli), next: undefined }));
  const ticker = await Promise.race([tickerOf(cli), late]);
  done.abort();
  return ticker;
};

const statusOf = ({ paths }: Cli, { unit }: Ticker): string =>
  `systemctl ${paths.install === "user" ? "--user " : ""}status ${unit}`;

/** A name and what it reads, of the first; the rest is counted. */
const sickText = (word: string, sick: readonly (readonly [string, CheckState])[], now: string): string => {
  const [first, ...others] = sick;
  if (first === undefined) return "";
  const [name, { evidence, since }] = first;
  const more = others.length === 0 ? "" : `, and ${others.length} more`;
  return `dogwatch: ${word} ${name}: ${cleanEvidence(evidence, 100)} (since ${clock(since, now)})${more}`;
};

const noticeOf = async (cli: Cli, state: State): Promise<Notice | undefined> => {
  const { host, paths } = cli;
  const moment = momentOf(host);
  const ticker = await tickerInTime(cli);
  const isStale = state.tick === 0 || isStaleAt(state, moment, ticker);
  const silent =
    state.tick === 0
      ? "no tick has finished yet"
      : `no tick has finished for ${formatDuration(elapsedS(state.moment, moment) * 1000)}`;
  const illness = readIllness(host, paths.state);
  if (illness !== undefined) {
    const more = isStale ? `; ${silent}` : "";
    const text = `dogwatch is ill (${illness.exit}): ${cleanEvidence(withoutRemedy(illness.why), 120)}${more}`;
    return { text, run: nextCommand(String(illness.exit), paths, illness.why) };
  }
  if (isStale) return { text: `dogwatch: STALE, ${silent}`, run: statusOf(cli, ticker) };
  const { verdict } = state;
  if (verdict !== "red" && verdict !== "unknown") return undefined;
  const sick = Object.entries(state.checks).filter(([, each]) => each.verdict === verdict);
  const now = isoNow(host);
  return { text: sickText(verdict.toUpperCase(), sick, now), run: "dogwatch status" };
};

/** Who may not look into the state, or has no dogwatch at all, has nothing to be told at login. */
const isHidden = ({ host, paths }: Cli): boolean =>
  "kind" in host.files.stat(paths.state) || stateDenial(host, paths.state) !== undefined;

/**
 * `dogwatch status --brief`: one line while something is wrong (ill, stale, red, unknown), else nothing; for a login or a prompt. Always 0. The text's
 * command stays whole however long the text is.
 */
export const statusBrief = async (cli: Cli): Promise<number> => {
  if (isHidden(cli)) return exits.done;
  const { value: state } = readState(cli.host, cli.paths.state, true);
  const notice = await noticeOf(cli, state);
  if (notice !== undefined)
    cli.host.terminal.out(`${cleanEvidence(notice.text, maxLength)}; run: ${cleanEvidence(notice.run)}\n`);
  return exits.done;
};
