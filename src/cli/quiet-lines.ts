import { formatDuration } from "../config/duration.ts";
import { readSilences, type Silence, silenceText } from "../state/silence.ts";
import { isOpen, readKeptWindows, silencesOf, soonOf, type Window } from "../state/windows.ts";
import { type Cli, isoNow } from "./cli.ts";
import { inert } from "./paint.ts";

/** Windows that open later than this aren't told yet. */
const soonMs = 86_400_000;

/** A window of the config as a sentence: until when it is open or when it opens, and the line and time zone that say so. */
const windowText = (window: Window, now: string): string => {
  const { checks, from, until, reason, cron, timezone } = window;
  const names = checks.map((each) => `"${each}"`).join(", ");
  const isNow = isOpen(window, now);
  const at = (isNow ? until : from).slice(0, 16).replace("T", " ");
  const length = formatDuration(Date.parse(until) - Date.parse(isNow ? now : from));
  const what = isNow
    ? `in maintenance until ${at} UTC, ${length} left`
    : `to be in maintenance from ${at} UTC for ${length}`;
  const verb = checks.length === 1 ? "is" : "are";
  return `${names} ${verb} ${what}${reason === "" ? "" : `: ${reason}`} (cron "${cron}", ${timezone})`;
};

/** What stands in the watcher's folder moves no terminal, root's neither. */
const windowsOf = ({ host, paths }: Cli, configSha256: string, now: string): readonly Window[] =>
  soonOf(readKeptWindows(host, paths.state), configSha256, now, soonMs).map((each) => ({
    ...each,
    checks: each.checks.map(inert),
    from: inert(each.from),
    until: inert(each.until),
    reason: inert(each.reason),
    cron: inert(each.cron),
    timezone: inert(each.timezone),
  }));

/** What is quiet now or will be within a day, a line each. `configSha256`: of the last tick, whose windows these are. Never throws. */
export const quietLines = (cli: Cli, configSha256: string, now: string): readonly string[] => {
  const { host, paths } = cli;
  const sudo = paths.install === "system" ? "sudo " : "";
  return [
    ...readSilences(host, paths.helper, now).map(
      (each) => `${silenceText(each, now)}; run: ${sudo}dogwatch silence remove ${each.check}`,
    ),
    ...windowsOf(cli, configSha256, now).map((each) => windowText(each, now)),
  ];
};

/** A silence with the seconds that are left of it. */
export const withRest = (silence: Silence, now: string): Silence & { readonly remaining_s: number } => ({
  ...silence,
  remaining_s: Math.max(0, Math.round((Date.parse(silence.until) - Date.parse(now)) / 1000)),
});

/** The same for a program. Never throws. */
export const quietJson = (cli: Cli, configSha256: string): object => {
  const now = isoNow(cli.host);
  const silences = readSilences(cli.host, cli.paths.helper, now).map((each) => withRest(each, now));
  const maintenance = windowsOf(cli, configSha256, now).map((window) => {
    const { item: _, ...told } = window;
    return { ...told, open: isOpen(window, now) };
  });
  return { silences, maintenance };
};

/** The silences that the windows are which were open for the last tick's config. Never throws. */
export const openNow = (cli: Cli, configSha256: string): readonly Silence[] => {
  const now = isoNow(cli.host);
  return windowsOf(cli, configSha256, now)
    .filter((each) => isOpen(each, now))
    .flatMap(silencesOf);
};
