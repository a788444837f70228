import { parseDuration } from "../config/duration.ts";
import type { Host } from "../host/host.ts";
import { escapeUnsafe } from "../log/bounds.ts";
import { factsOf, parseLine } from "../log/line.ts";
import { eachLine, type RawLine } from "../log/lines.ts";
import { isSeenEntry, type SeenEntry } from "../log/seen-entry.ts";
import { nothingShown, showEntry, showForeign } from "../log/show.ts";
import { exits } from "./cli.ts";
import type { LogPaths } from "./log.ts";
import { refuseFile, refuseWords, sortWords } from "./log-words.ts";

const sinceHint = "Give a time in UTC, 2026-11-23 or 2026-11-23T02:05Z, or a span, 2h or 7d.";

/** Reads `2h`, or an ISO 8601 date or time (UTC where it names no zone), as milliseconds since 1970; undefined when it is neither. */
const parseSince = (text: string, nowMs: number): number | undefined => {
  const spanMs = parseDuration(text);
  if (spanMs !== undefined) return nowMs - spanMs;
  const [, day, time, zone] =
    /^(\d{4}-\d{2}-\d{2})(?:[T ](\d{2}:\d{2}(?::\d{2}(?:\.\d+)?)?)(Z|[+-]\d{2}:\d{2})?)?$/u.exec(text) ?? [];
  const ms = day === undefined ? Number.NaN : Date.parse(`${day}T${time ?? "00:00"}${zone ?? "Z"}`);
  return Number.isNaN(ms) ? undefined : ms;
};

/** Which entries are wanted. */
interface Wanted {
  readonly incident: string | undefined;
  readonly sinceMs: number | undefined;
}

const isWanted = ({ incident, at }: SeenEntry, wanted: Wanted): boolean =>
  (wanted.incident === undefined || wanted.incident === incident) &&
  (wanted.sinceMs === undefined || Date.parse(at) >= wanted.sinceMs);

/** Prints line by line. A line that is no entry is told where nothing was asked for in particular. */
const printer = (host: Host, wanted: Wanted, isJson: boolean) => {
  const { terminal } = host;
  const isAll = wanted.incident === undefined && wanted.sinceMs === undefined;
  let shown = nothingShown;
  let [lines, printed] = [0, 0];
  const foreign = (raw: RawLine): void => {
    const { kind } = factsOf(raw);
    if (isAll && !isJson) terminal.out(showForeign(lines, kind === "cut" ? "cut" : "broken", terminal));
  };
  return {
    take(raw: RawLine): void {
      const value = raw.isTooLong ? undefined : parseLine(raw.bytes);
      if (!isSeenEntry(value)) {
        lines += 1;
        foreign(raw);
        return;
      }
      lines = value.seq;
      if (!isWanted(value, wanted)) return;
      printed += 1;
      if (isJson) {
        terminal.out(`${escapeUnsafe(new TextDecoder().decode(raw.bytes))}\n`);
        return;
      }
      const next = showEntry(shown, value, terminal);
      shown = next.shown;
      terminal.out(next.text);
    },
    printed: () => printed,
  };
};

const show = (host: Host, path: string, wanted: Wanted, isJson: boolean): number => {
  const print = printer(host, wanted, isJson);
  const read = eachLine(host.files, path, print.take);
  if (read.kind === "failed" && read.code !== "ENOENT") return refuseFile(host, path, read);
  if (isJson || print.printed() > 0) return exits.done;
  if (read.kind === "failed")
    host.terminal.out(`no log yet: "${path}" does not exist; nothing was healed or told here so far\n`);
  else host.terminal.out("no entries\n");
  return exits.done;
};

/** `dogwatch log show [--incident ID] [--since 2h|TIME]`: exit 0, 64 usage, 74 unreadable. `--json`: the lines themselves. Never throws. */
export const showCommand = (host: Host, args: readonly string[], paths: LogPaths, isJson: boolean): number => {
  const sorted = sortWords(args, ["incident", "since"]);
  if (typeof sorted === "string") return refuseWords(host, "show", sorted, sinceHint);
  const [surplus] = sorted.words;
  if (surplus !== undefined)
    return refuseWords(host, "show", `it takes no "${surplus}"`, "Name a log with --logs-dir.");
  const since = sorted.options.get("since");
  const sinceMs = since === undefined ? undefined : parseSince(since, host.clock.nowMs());
  if (since !== undefined && sinceMs === undefined)
    return refuseWords(host, "show", `"${since}" is no time`, sinceHint);
  return show(host, paths.logFile, { incident: sorted.options.get("incident"), sinceMs }, isJson);
};
