import type { Host } from "../host/host.ts";
import { escapeUnsafe } from "../log/bounds.ts";
import { hashLine } from "../log/chain.ts";
import { nothingShown, showEntry, showForeign } from "../log/show.ts";
import { type StoryLine, tellStory } from "../log/story.ts";
import { isAll, type Wanted } from "../log/wanted.ts";
import { complain, exits } from "./cli.ts";
import type { LogPaths } from "./log.ts";
import { filterNames, isFilterFault, wantedOf } from "./log-filters.ts";
import { createOutflow, type Outflow } from "./log-outflow.ts";
import { foreignText, type LineTaker, type LogRead, readWanted } from "./log-read.ts";
import { refuseFile, refuseWords, sortWords } from "./log-words.ts";

/** An incident has a few dozen lines; one that has more is told up to here. */
const maxStoryLines = 2000;

const rowPrinter = ({ terminal }: Host, out: Outflow): LineTaker => {
  let shown = nothingShown;
  return {
    entry(entry): void {
      const next = showEntry(shown, entry, terminal);
      shown = next.shown;
      out.write(next.text);
    },
    foreign: (number, kind) => out.write(showForeign(number, kind === "torn" ? "cut" : "broken", terminal)),
  };
};

const linePrinter = (out: Outflow): LineTaker => ({
  entry: (_, bytes) => out.write(`${escapeUnsafe(new TextDecoder().decode(bytes))}\n`),
});

const isOtherwiseAsked = (wanted: Wanted): boolean => !isAll({ ...wanted, incident: undefined });

const noIncident = (host: Host, id: string, { names }: LogRead): number => {
  const near = names.incidentsNear(id);
  const hint = near.length === 0 ? "The log has no incident yet." : `Near it: ${near.join(", ")}`;
  complain(host, `cannot show the incident "${id}": it is not in the log`, hint);
  return exits.usage;
};

const sayNothing = (host: Host, { isThere, scanned, names }: LogRead, path: string, wanted: Wanted): void => {
  const missing = scanned.lines === 0 ? undefined : names.missing(wanted);
  if (!isThere) host.terminal.out(`no log yet: "${path}" does not exist; nothing was healed or told here so far\n`);
  else host.terminal.out(missing === undefined ? "no entries\n" : `no entries: ${missing}\n`);
};

/** What follows a reading: the exit status, and in words what the reader must know of it. */
const conclude = (host: Host, paths: LogPaths, wanted: Wanted, read: LogRead, isJson: boolean): number => {
  const { scanned, found, foreign } = read;
  if (scanned.kind === "failed" && scanned.code !== "ENOENT") return refuseFile(host, scanned.path, scanned);
  const note = isJson || !isAll(wanted) ? foreignText(foreign) : undefined;
  if (note !== undefined) host.terminal.err(`note: ${note}: run "dogwatch log verify"\n`);
  if (found === 0 && wanted.incident !== undefined && scanned.lines > 0 && !isOtherwiseAsked(wanted))
    return noIncident(host, wanted.incident, read);
  if (found === 0 && !isJson && (scanned.lines === 0 || !isAll(wanted))) sayNothing(host, read, paths.logFile, wanted);
  return exits.done;
};

const showStory = async (host: Host, paths: LogPaths, wanted: Wanted, incident: string): Promise<number> => {
  const lines: StoryLine[] = [];
  const read = await readWanted(host, paths, wanted, {
    entry(entry, bytes): void {
      if (lines.length < maxStoryLines) lines.push({ entry, sha256: hashLine(bytes) });
    },
  });
  const exit = conclude(host, paths, wanted, read, false);
  if (exit !== exits.done || lines.length === 0) return exit;
  host.terminal.out(tellStory(incident, lines, host.terminal));
  if (read.found > lines.length)
    host.terminal.out(`\n${read.found - lines.length} more lines: dogwatch log show --incident ${incident} --json\n`);
  return exits.done;
};

/**
 * `dogwatch log show`, with filters: rows, or with nothing but `--incident` its story. Exit 0, 64 usage or no such incident, 74 unreadable.
 * `--json`: the lines themselves. Never rejects.
 */
export const showCommand = async (
  host: Host,
  args: readonly string[],
  paths: LogPaths,
  isJson: boolean,
): Promise<number> => {
  const sorted = sortWords(args, filterNames);
  if (typeof sorted === "string") return refuseWords(host, "show", sorted, "Run: dogwatch log --help");
  const [surplus] = sorted.words;
  if (surplus !== undefined)
    return refuseWords(host, "show", `it takes no "${surplus}"`, "Name a log with --logs-dir.");
  const wanted = wantedOf(sorted.options, host.clock.nowMs());
  if (isFilterFault(wanted)) return refuseWords(host, "show", wanted.why, wanted.hint);
  if (wanted.incident !== undefined && !isJson && !isOtherwiseAsked(wanted))
    return await showStory(host, paths, wanted, wanted.incident);
  const out = createOutflow(host.terminal);
  const read = await readWanted(host, paths, wanted, isJson ? linePrinter(out) : rowPrinter(host, out));
  out.flush();
  return conclude(host, paths, wanted, read, isJson);
};
