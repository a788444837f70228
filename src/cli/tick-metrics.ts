import packageFile from "../../package.json" with { type: "json" };
import { waitsSince } from "../alert/entry.ts";
import { expose } from "../metrics/expose.ts";
import type { Facts, Look } from "../metrics/facts.ts";
import { lastLineOf } from "../state/book.ts";
import { readBook } from "../state/book-file.ts";
import { noHeals } from "../state/heal-state.ts";
import { silenceOf } from "../state/silence.ts";
import { emptyState } from "../state/state.ts";
import { readHealState, readState } from "../state/store.ts";
import type { TickReport } from "../tick-report.ts";
import { type Cli, isoNow } from "./cli.ts";

/** Readable by the group, as the rest of the folder: node_exporter's user joins it. */
const mode = 0o640;

/** Where the metrics lie: install.sh puts a link to it into node_exporter's folder. */
const pathOf = ({ paths }: Cli): string => `${paths.state}/dogwatch.prom`;

/** What whoever heals has left by now, read off its files: the watcher may look at no more of it. */
const healFacts = ({ host, paths }: Cli): Pick<Facts, "heals" | "latched" | "logSeq"> => {
  const { totals, latched } = readHealState(host, paths.helper, emptyState.moment, true).value;
  return {
    heals: { ...noHeals, ...totals },
    latched: Object.keys(latched).length,
    logSeq: lastLineOf(readBook(host, paths.helper)),
  };
};

/** A file that can't be written gets old, and that is what a rule tells: no tick fails over it. */
const leave = (cli: Cli, facts: Omit<Facts, "version">): void => {
  if (cli.flags.isDryRun) return;
  cli.host.files.publish(pathOf(cli), expose({ ...facts, version: packageFile.version }), mode);
};

/** A tick that found all well and told nothing has moved nothing that is worth a second look; the next one sees it anyway. */
const isQuiet = ({ verdict, alerts, heal }: TickReport): boolean =>
  verdict === "green" && alerts.length === 0 && (heal === null || heal.outcome === "none");

const lookOf = ({ verdict, checks, silences, durationMs, isDeaf }: TickReport): Look => {
  const silenced = silences.length === 0 ? [] : checks.filter(({ name }) => silenceOf(silences, name) !== undefined);
  return {
    ...{ verdict, checks, durationMs, isDeaf: isDeaf === true },
    silenced: new Set(silenced.map(({ name }) => name)),
    silences: silences.length,
  };
};

/** Leaves the metrics of a tick that reached its end. A dry run leaves none. Never throws. */
export const leaveMetrics = (cli: Cli, found: TickReport): void => {
  const { exit, outbox, tally } = found;
  if (tally === undefined) return;
  const { host } = cli;
  leave(cli, {
    ...{ exit, outbox, ...tally, finishedAt: isoNow(host), look: lookOf(found) },
    ...(isQuiet(found) ? {} : healFacts(cli)),
  });
};

/**
 * Leaves those of a run that came to no verdict: it is ill, the last tick that ended is as long ago as the state says, and of the checks nothing is said.
 * Never throws.
 */
export const leaveIllMetrics = (cli: Cli, exit: number): void => {
  const { tick, at, incidents, outbox } = readState(cli.host, cli.paths.state, true).value;
  leave(cli, {
    ...{ exit, ticks: tick, finishedAt: at, look: null, ...healFacts(cli) },
    incidents: Object.keys(incidents).length,
    outbox: outbox.length,
    oldestAlertAt: waitsSince(outbox),
  });
};
