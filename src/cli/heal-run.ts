import { incidentId } from "../alert/incident.ts";
import type { Rule } from "../config/config.ts";
import { checkDestinations } from "../config/egress.ts";
import { probeUser, secretReader } from "../config/secret.ts";
import { healConfirmed, lookFor } from "../heal/confirmed-heal.ts";
import type { HealContext } from "../heal/context.ts";
import type { Healed } from "../heal/healed.ts";
import { byCheck } from "../heal/in-process.ts";
import type { Journal } from "../heal/journal.ts";
import type { Failure } from "../host/host.ts";
import type { LinePeer } from "../host/peers.ts";
import { type LoadedConfig, loadFresh } from "../load.ts";
import { lookAll, lookAsUsers } from "../looks.ts";
import { readMemory } from "../state/look-memory.ts";
import type { Incident } from "../state/state.ts";
import { momentOf } from "../state/state.ts";
import { isUnfoldedRed } from "../verdict/judge.ts";
import { ownView, relevantChecks } from "../verdict/own-view.ts";
import { personOf } from "./by-hand.ts";
import { type Cli, complain, exits, isoNow, printFaults } from "./cli.ts";
import { journalOf, recipeReader, sayNotes } from "./heal-parts.ts";

/** A person waits for the proof as long as it may take, but not for ever. */
const maxWatchMs = 600_000;
const answerWithinMs = 600_000;
const maxAnswerBytes = 1024;
const notHealed = 1;

/** The rules that a word means: one by its whole name, or all with that recipe. */
const rulesFor = (rules: readonly Rule[], word: string): readonly Rule[] => {
  const exact = rules.filter(({ id }) => id === word);
  return exact.length > 0 ? exact : rules.filter(({ recipe }) => recipe === word);
};

const refuse = (cli: Cli, word: string, why: string, hint: string, exit: number = exits.usage): number => {
  complain(cli.host, `cannot run "${word}": ${why}`, hint);
  return exit;
};

/** Says each step, and with `--step` asks before it. */
const approver = ({ host, flags }: Cli): HealContext["approve"] => {
  let person: LinePeer | undefined;
  return async (step, text) => {
    host.terminal.err(`  ${step.padEnd(9)} ${text}\n`);
    if (!flags.isStepped) return true;
    host.terminal.err("            go on? [y/N] ");
    person ??= host.peers.activated(maxAnswerBytes);
    const line = await person.next(answerWithinMs);
    return line.kind === "line" && /^(?:y|yes)$/iu.test(line.text.trim());
  };
};

const contextOf = (cli: Cli, { config, sha256 }: LoadedConfig, rule: Rule, failures: Failure[]): HealContext => {
  const { host, paths } = cli;
  host.http.allow(checkDestinations(config));
  host.tcp.allow(checkDestinations(config));
  const secret = secretReader(host, paths.credentials);
  const usual = host.uid === 0 && host.uidOf(probeUser) !== undefined ? probeUser : null;
  const elsewhere = lookAsUsers(host, usual);
  const memory = readMemory(host, paths.helper);
  const startedMs = host.clock.monotonicMs();
  const options = { secret, memory: (name: string) => memory[name], beats: paths.beats };
  return {
    host,
    // A person doesn't only observe.
    config: { ...config, heal: { ...config.heal, mode: "apply" } },
    onlyRule: rule,
    configSha256: sha256,
    folder: paths.helper,
    journal: journalOf(cli, config),
    readRecipe: recipeReader(cli),
    by: personOf(host),
    look: async (names) => {
      const checks = config.checks.filter(({ name }) => names.includes(name));
      return await lookAll(host, checks, options, elsewhere, usual);
    },
    memory: (name) => memory[name],
    watchMs: () => maxWatchMs - (host.clock.monotonicMs() - startedMs),
    onStep: () => undefined,
    approve: approver(cli),
    note: (failure) => void failures.push(failure),
    say: (text) => void host.terminal.err(`note: ${text}\n`),
    isReadOnly: false,
  };
};

interface Incidents {
  readonly kind: "open";
  readonly byCheck: Readonly<Record<string, Incident>>;
}

/** The red checks' incidents: those that are open in the log, and new ones for what nobody has seen yet. */
const incidentsFor = (
  context: HealContext,
  red: readonly string[],
  evidence: ReadonlyMap<string, string>,
): Incidents | Failure => {
  const { host, journal, by } = context;
  const at = isoNow(host);
  const known = byCheck(journal.book().open);
  const fresh = red
    .filter((name) => !Object.hasOwn(known, name))
    .map((check) => ({ check, id: incidentId(check, at) }));
  const entered = openAll(journal, by, at, fresh, evidence);
  if (entered.kind === "failed") return entered;
  const open = byCheck(journal.book().open);
  const lastTold = momentOf(host);
  const mine = red.flatMap((check): [string, Incident][] => {
    const each = Object.hasOwn(open, check) ? open[check] : undefined;
    return each === undefined ? [] : [[check, { id: each.id, check, openedAt: each.openedAt, lastTold }]];
  });
  return { kind: "open", byCheck: Object.fromEntries(mine) };
};

const openAll = (
  journal: Journal,
  by: string,
  at: string,
  fresh: readonly { readonly check: string; readonly id: string }[],
  evidence: ReadonlyMap<string, string>,
): ReturnType<Journal["enter"]> =>
  journal.enter((book) => {
    // Asked again under the log's lock: another may have opened one meanwhile.
    const known = byCheck(book.open);
    const mine = fresh.filter(({ check }) => !Object.hasOwn(known, check));
    return {
      entries: mine.map(({ check, id }) => ({
        event: "incident.opened" as const,
        by,
        incident: id,
        check,
        evidence: evidence.get(check) ?? "",
      })),
      book: {
        ...book,
        open: { ...book.open, ...Object.fromEntries(mine.map(({ check, id }) => [id, { check, openedAt: at }])) },
      },
    };
  });

const say = (cli: Cli, rule: Rule, healed: Healed, failures: readonly Failure[]): number => {
  const { host, flags } = cli;
  const { outcome, check, incident, why } = healed;
  if (flags.isJson) host.terminal.out(`${JSON.stringify({ rule: rule.id, outcome, check, incident, why })}\n`);
  else host.terminal.out(`${rule.id}: ${outcome === "none" ? "nothing to heal" : outcome}: ${why}\n`);
  const [failure] = failures;
  if (failure !== undefined)
    return refuse(cli, rule.id, failure.why, "See the last lines: dogwatch log show", exits.ioError);
  if (why.startsWith("another heal is running")) return exits.cannotCreate;
  return outcome === "healed" ? exits.done : notHealed;
};

const apply = async (cli: Cli, loaded: LoadedConfig, rule: Rule): Promise<number> => {
  const failures: Failure[] = [];
  const context = contextOf(cli, loaded, rule, failures);
  const { host } = cli;
  const first = await lookFor(context, rule.on);
  const now = { at: isoNow(host), ...momentOf(host) };
  const judged = ownView(relevantChecks(context.config, rule.on), first.readings, rule.on, now);
  const red = judged.filter(isUnfoldedRed).map(({ name }) => name);
  if (red.length === 0) {
    const seen = judged
      .filter(({ name }) => rule.on.includes(name))
      .map(({ name, reading, evidence }) => `${name} reads ${reading} (${evidence})`);
    return refuse(
      cli,
      rule.id,
      `nothing to heal: ${seen.join("; ")}`,
      "A recipe is for a red check; nothing was changed.",
      notHealed,
    );
  }
  const incidents = incidentsFor(context, red, new Map(judged.map(({ name, evidence }) => [name, evidence])));
  if (incidents.kind === "failed")
    return refuse(
      cli,
      rule.id,
      `the heal log cannot be written: ${incidents.why}`,
      "Nothing was changed; run it as root.",
      exits.ioError,
    );
  host.terminal.err(`${rule.id} for ${red.join(", ")}:\n`);
  const healed = await healConfirmed(context, { red, incidents: incidents.byCheck, onApply: () => undefined, first });
  sayNotes(host, context.journal);
  return say(cli, rule, healed, failures);
};

/**
 * `dogwatch heal run RECIPE`: what a tick would do for this rule, by a person: the checks must be red, seen twice; same lock, cooldown, budget,
 * backup, proof and log. `--step` asks before each of the five steps.
 */
export const healRun = async (cli: Cli, word: string): Promise<number> => {
  const { host, paths } = cli;
  const loaded = await loadFresh(host, paths);
  if (loaded.kind === "faults") {
    printFaults(host, loaded.faults);
    return exits.config;
  }
  if (paths.install === "system" && host.uid !== 0)
    return refuse(cli, word, "it is root's", `Run: sudo dogwatch heal run ${word}`);
  const { rules } = loaded.config.heal;
  const meant = rulesFor(rules, word);
  const [rule, ...more] = meant;
  if (rule === undefined) {
    const known = rules.map(({ id }) => id).join(", ") || "none";
    return refuse(cli, word, "no rule in the config has this recipe", `Rules: ${known}`);
  }
  if (more.length > 0)
    return refuse(
      cli,
      word,
      `${meant.length} rules have this recipe`,
      `Name one: ${meant.map(({ id }) => id).join(", ")}`,
    );
  return await apply(cli, loaded, rule);
};
