import { parseDuration } from "../config/duration.ts";
import { didYouMean } from "../config/near.ts";
import type { Failure, Lock } from "../host/host.ts";
import { loadFresh } from "../load.ts";
import { cleanEvidence } from "../probes/evidence.ts";
import { readSilences, type Silence, silenceText, writeSilences } from "../state/silence.ts";
import { personOf } from "./by-hand.ts";
import { type Cli, complain, exits } from "./cli.ts";
import { journalOf } from "./heal-parts.ts";

const dayMs = 86_400_000;
const leastMs = 1000;
const maxReason = 200;
const usage = "There is: silence add CHECK|all --for 2h --reason TEXT, silence list, silence remove CHECK|all";

const misuse = (cli: Cli, what: string, hint: string = usage): number => {
  complain(cli.host, `cannot run "silence ${cli.words.join(" ")}": ${what}`, hint);
  return exits.usage;
};

/** Two people at once: the second waits for the first's few writes, in milliseconds. */
const lockWaitMs = 3000;

const whyNot = (lock: Exclude<Lock, { readonly kind: "held" }>): Failure =>
  lock.kind === "failed" ? lock : { kind: "failed", code: "EBUSY", why: `${lock.holder} is changing them` };

const nowOf = ({ host }: Cli): string => new Date(host.clock.nowMs()).toISOString();

/** Writes the line into the log first, then the silences. */
const change = (
  cli: Cli,
  hostName: string,
  after: (before: readonly Silence[]) => readonly Silence[],
  event: "silence.added" | "silence.removed",
  about: Silence,
): number => {
  const { host, paths } = cli;
  // Before the first tick of a user install there is none.
  host.files.makeFolder(paths.helper, 0o750);
  const journal = journalOf(cli, hostName);
  const why = `until ${about.until}: ${about.reason}`;
  const entry = { event, by: personOf(host), check: about.check, why };
  const lock = host.files.lock(`${paths.helper}/silences.lock`, lockWaitMs);
  const logged = lock.kind === "held" ? journal.enter((book) => ({ entries: [entry], book })) : whyNot(lock);
  const silences = after(readSilences(host, paths.helper, nowOf(cli)));
  const done = logged.kind === "failed" ? logged : writeSilences(host, paths.helper, silences);
  if (lock.kind === "held") lock.release();
  if (done.kind === "done") return exits.done;
  complain(host, `cannot change the silences: ${done.why}`, "Nothing was changed; run it as root.");
  return exits.ioError;
};

/** A preset's key is no check: what it made, else a name that is near. */
const insteadOf = (check: string, names: readonly string[]): string => {
  const made = names.filter((each) => each.startsWith(`${check}-`));
  return made.length === 0 ? didYouMean(check, names) : `: there are ${made.join(", ")}`;
};

const add = async (cli: Cli, check: string): Promise<number> => {
  const { host, paths, flags } = cli;
  const forMs = flags.forText === undefined ? undefined : parseDuration(flags.forText);
  const reason = cleanEvidence(flags.reason ?? "", maxReason);
  if (forMs === undefined) return misuse(cli, "say how long: --for 2h (a silence always ends)");
  if (forMs < leastMs || forMs > dayMs) return misuse(cli, `--for is from 1s to 24h`);
  if (reason === "") return misuse(cli, "say why: --reason TEXT (it stands in the log)");
  const loaded = await loadFresh(host, paths);
  if (loaded.kind === "faults") {
    complain(host, `cannot use the config "${paths.config}"`, "Run: dogwatch validate");
    return exits.config;
  }
  const names = [...loaded.config.checks.map(({ name }) => name), "all"];
  if (!names.includes(check)) return misuse(cli, `there is no check "${check}"${insteadOf(check, names)}`);
  const from = nowOf(cli);
  const until = new Date(host.clock.nowMs() + forMs).toISOString();
  const silence: Silence = { check, from, until, reason, by: personOf(host) };
  const after = (before: readonly Silence[]): readonly Silence[] => [
    ...before.filter((each) => each.check !== check),
    silence,
  ];
  const exit = change(cli, loaded.config.host, after, "silence.added", silence);
  if (exit === exits.done) host.terminal.out(`${silenceText(silence)}\n`);
  return exit;
};

const remove = async (cli: Cli, check: string): Promise<number> => {
  const { host, paths } = cli;
  const silences = readSilences(host, paths.helper, nowOf(cli));
  const silence = silences.find((each) => each.check === check);
  if (silence === undefined) {
    const known = silences.map((each) => each.check).join(", ") || "none";
    return misuse(cli, `"${check}" is not silenced`, `Silenced: ${known}`);
  }
  const loaded = await loadFresh(host, paths);
  const name = loaded.kind === "config" ? loaded.config.host : host.hostname;
  const after = (before: readonly Silence[]): readonly Silence[] => before.filter((each) => each.check !== check);
  const exit = change(cli, name, after, "silence.removed", silence);
  if (exit === exits.done) host.terminal.out(`"${check}": no longer silenced\n`);
  return exit;
};

const list = (cli: Cli): number => {
  const { host, paths, flags } = cli;
  const silences = readSilences(host, paths.helper, nowOf(cli));
  if (flags.isJson) host.terminal.out(`${JSON.stringify(silences)}\n`);
  else
    host.terminal.out(
      silences.length === 0 ? "nothing is silenced\n" : silences.map((each) => `${silenceText(each)}\n`).join(""),
    );
  return exits.done;
};

/** `dogwatch silence add|list|remove`: a check, or all, neither heals nor alerts for a while. Every silence ends by itself, and is in the log. */
export const silenceCommand = async (cli: Cli): Promise<number> => {
  const [verb, check, ...more] = cli.words;
  if (more.length > 0) return misuse(cli, "too many words");
  if (verb === "list" && check === undefined) return list(cli);
  if (verb === "add" && check !== undefined) return await add(cli, check);
  if (verb === "remove" && check !== undefined) return await remove(cli, check);
  return misuse(cli, "it is not complete");
};
