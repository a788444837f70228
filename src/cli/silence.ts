import { parseDuration, printDuration } from "../config/duration.ts";
import { didYouMean } from "../config/near.ts";
import type { Failure, Lock } from "../host/host.ts";
import { type LoadedConfig, loadFresh } from "../load.ts";
import { cleanEvidence } from "../probes/evidence.ts";
import { readSilences, type Silence, silenceOf, silenceText, writeSilences } from "../state/silence.ts";
import { readState } from "../state/store.ts";
import { personOf, whoIs } from "./by-hand.ts";
import { type Cli, complain, exits, isoNow } from "./cli.ts";
import { journalOf, type LogSettings, sayNotes } from "./heal-parts.ts";
import { openNow, withRest } from "./quiet-lines.ts";

const leastMs = 1000;
const maxReason = 200;
const usage = "There is: silence add CHECK...|all --for 2h --reason TEXT, silence list, silence remove CHECK...|all";

const misuse = (cli: Cli, what: string, hint: string = usage): number => {
  complain(cli.host, `cannot run "silence ${cli.words.join(" ")}": ${what}`, hint);
  return exits.usage;
};

/** Two people at once: the second waits for the first's few writes, in milliseconds. */
const lockWaitMs = 3000;

const whyNot = (lock: Exclude<Lock, { readonly kind: "held" }>): Failure =>
  lock.kind === "failed" ? lock : { kind: "failed", code: "EBUSY", why: `${lock.holder} is changing them` };

/** Writes the lines into the log first, then the silences. */
const change = (
  cli: Cli,
  settings: LogSettings,
  after: (before: readonly Silence[]) => readonly Silence[],
  event: "silence.added" | "silence.removed",
  about: readonly Silence[],
): number => {
  const { host, paths } = cli;
  // Before the first tick of a user install there is none.
  host.files.makeFolder(paths.helper, 0o750);
  const journal = journalOf(cli, settings);
  const by = personOf(host);
  const entries = about.map(({ check, until, reason }) => ({ event, by, check, why: `until ${until}: ${reason}` }));
  const lock = host.files.lock(`${paths.helper}/silences.lock`, lockWaitMs);
  const logged = lock.kind === "held" ? journal.enter((book) => ({ entries, book })) : whyNot(lock);
  sayNotes(host, journal);
  const silences = after(readSilences(host, paths.helper, isoNow(cli.host)));
  const done = logged.kind === "failed" ? logged : writeSilences(host, paths.helper, silences);
  if (lock.kind === "held") lock.release();
  if (done.kind === "done") return exits.done;
  complain(host, `cannot change the silences: ${done.why}`, "Nothing was changed; run it as root.");
  return exits.ioError;
};

/** The checks that a preset of this name made. */
const familyOf = (word: string, { written }: LoadedConfig): readonly string[] =>
  [...(written?.makers.checks ?? [])].flatMap(([check, { prefix }]) => (prefix === word ? [check] : []));

/** What a word stands for: a check, `all`, or a preset's name for all of its. Empty: nothing. */
const meantBy = (word: string, loaded: LoadedConfig): readonly string[] =>
  word === "all" || loaded.config.checks.some(({ name }) => name === word) ? [word] : familyOf(word, loaded);

const known = ({ config, written }: LoadedConfig): readonly string[] => [
  ...config.checks.map(({ name }) => name),
  ...[...(written?.makers.checks.values() ?? [])].map(({ prefix }) => prefix),
  "all",
];

/** How long and why, as typed; or what is wrong with it. */
const wanted = (cli: Cli, maxMs: number): { readonly forMs: number; readonly reason: string } | number => {
  const { flags } = cli;
  const forMs = flags.forText === undefined ? undefined : parseDuration(flags.forText);
  const reason = cleanEvidence(flags.reason ?? "", maxReason);
  const max = printDuration(maxMs);
  if (forMs === undefined) return misuse(cli, "say how long: --for 2h (a silence always ends)");
  if (forMs < leastMs) return misuse(cli, `--for is at least 1s`);
  if (forMs > maxMs)
    return misuse(cli, `--for is at most ${max}`, `For longer ones, in the config: silence: { max: ${flags.forText} }`);
  return reason === "" ? misuse(cli, "say why: --reason TEXT (it stands in the log)") : { forMs, reason };
};

const add = async (cli: Cli, words: readonly string[]): Promise<number> => {
  const { host, paths } = cli;
  const loaded = await loadFresh(host, paths);
  if (loaded.kind === "faults") {
    complain(host, `cannot use the config "${paths.config}"`, "Run: dogwatch validate");
    return exits.config;
  }
  const asked = wanted(cli, loaded.config.silenceMaxMs);
  if (typeof asked === "number") return asked;
  const stray = words.find((word) => meantBy(word, loaded).length === 0);
  if (stray !== undefined) return misuse(cli, `there is no check "${stray}"${didYouMean(stray, known(loaded))}`);
  const from = isoNow(cli.host);
  const until = new Date(host.clock.nowMs() + asked.forMs).toISOString();
  const who = whoIs(host);
  const added = [...new Set(words.flatMap((word) => meantBy(word, loaded)))].map(
    (check): Silence => ({ check, from, until, reason: asked.reason, ...who }),
  );
  const isSetAnew = ({ check }: Silence): boolean => added.some((each) => each.check === check);
  const after = (before: readonly Silence[]): readonly Silence[] => [
    ...before.filter((each) => !isSetAnew(each)),
    ...added,
  ];
  const exit = change(cli, loaded.config, after, "silence.added", added);
  if (exit === exits.done) host.terminal.out(added.map((each) => `${silenceText(each)}\n`).join(""));
  return exit;
};

/** Why a word can't be removed, in a hint: what is silenced, or that it is the config that keeps it quiet. */
const instead = (cli: Cli, word: string, silences: readonly Silence[]): string => {
  const window = silenceOf(openNow(cli, lastConfig(cli)), word);
  if (window !== undefined) return `${silenceText(window)}; that is "maintenance" in the config`;
  return `Silenced: ${silences.map((each) => each.check).join(", ") || "none"}`;
};

const remove = async (cli: Cli, words: readonly string[]): Promise<number> => {
  const { host, paths } = cli;
  const silences = readSilences(host, paths.helper, isoNow(cli.host));
  const loaded = await loadFresh(host, paths);
  const byWord = words.map((word) => {
    const family = loaded.kind === "config" ? familyOf(word, loaded) : [];
    return { word, found: silences.filter(({ check }) => check === word || family.includes(check)) };
  });
  const stray = byWord.find(({ found }) => found.length === 0);
  if (stray !== undefined) return misuse(cli, `"${stray.word}" is not silenced`, instead(cli, stray.word, silences));
  const removed = [...new Set(byWord.flatMap(({ found }) => found))];
  const names = new Set(removed.map(({ check }) => check));
  const settings = loaded.kind === "config" ? loaded.config : { host: host.hostname };
  const after = (before: readonly Silence[]): readonly Silence[] => before.filter(({ check }) => !names.has(check));
  const exit = change(cli, settings, after, "silence.removed", removed);
  if (exit === exits.done) host.terminal.out(removed.map(({ check }) => `"${check}": no longer silenced\n`).join(""));
  return exit;
};

const lastConfig = ({ host, paths }: Cli): string => readState(host, paths.state, true).value.configSha256;

/** What is silenced now: by persons, and by the config's open windows. */
const list = (cli: Cli): number => {
  const { host, paths, flags } = cli;
  const now = isoNow(cli.host);
  const silences = [...readSilences(host, paths.helper, now), ...openNow(cli, lastConfig(cli))];
  if (flags.isJson) host.terminal.out(`${JSON.stringify(silences.map((each) => withRest(each, now)))}\n`);
  else
    host.terminal.out(
      silences.length === 0 ? "nothing is silenced\n" : silences.map((each) => `${silenceText(each, now)}\n`).join(""),
    );
  return exits.done;
};

/** `dogwatch silence add|list|remove`: checks, or all, neither heal nor alert for a while. Every silence ends by itself, and is in the log. */
export const silenceCommand = async (cli: Cli): Promise<number> => {
  const [verb, ...words] = cli.words;
  if (verb === "list" && words.length === 0) return list(cli);
  if (verb === "list") return misuse(cli, "too many words");
  if (verb === "add" && words.length > 0) return await add(cli, words);
  if (verb === "remove" && words.length > 0) return await remove(cli, words);
  return misuse(cli, "it is not complete");
};
