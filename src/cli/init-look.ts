import type { Config } from "../config/config.ts";
import { checkDestinations } from "../config/egress.ts";
import type { Fault } from "../config/fault.ts";
import { watcher } from "../config/secret.ts";
import { lookAll, lookAsUsers } from "../looks.ts";
import type { Box } from "../presets/box.ts";
import type { Found } from "../presets/find.ts";
import type { Plan } from "../presets/plan.ts";
import { liveRules, type Remark, render } from "../presets/render.ts";
import type { Reading } from "../probes/probe.ts";
import type { Cli } from "./cli.ts";

/** What init has in hand when it writes. */
export interface Draft {
  readonly box: Box;
  readonly found: Found;
  readonly plan: Plan;
}

/** A config that validates and was green, or why there is none: a bug of ours. */
export type Settled =
  | { readonly kind: "settled"; readonly text: string; readonly config: Config; readonly remarks: Map<string, Remark> }
  | { readonly kind: "failed"; readonly why: string };

/** Long enough for what was just starting. */
const againAfterMs = 2000;
const maxRounds = 10;
/** What a look as another user says when it could not even begin. */
const blind = "cannot look as ";

type Parsed =
  | { readonly kind: "config"; readonly config: Config }
  | { readonly kind: "faults"; readonly faults: readonly Fault[] };

const parse = async ({ host, paths }: Cli, { install }: Box, text: string): Promise<Parsed> => {
  const [{ parseConfig }, { checkRules }] = await Promise.all([
    import("../config/load.ts"),
    import("../heal/check-rules.ts"),
  ]);
  const parsed = parseConfig(new TextEncoder().encode(text), paths.config, {
    hostname: host.hostname,
    owner: install === "user" ? host.userOf(host.uid) : undefined,
    accountOf: host.accountOf,
  });
  if (parsed.kind === "faults") return parsed;
  const { faults } = await checkRules(host, paths.recipes, parsed.config, parsed.faultAt);
  return faults.length > 0 ? { kind: "faults", faults } : { kind: "config", config: parsed.config };
};

/** The check in whose lines a fault stands; undefined for one of the rest of the file. */
const blockAt = (text: string, line: number): string | undefined => {
  for (const each of text.split("\n").slice(0, line).reverse()) {
    const name = /^ {2}([A-Za-z0-9._-]+):$/u.exec(each)?.[1];
    if (name !== undefined) return name;
    if (/^[a-z]/u.test(each)) return undefined;
  }
  return undefined;
};

/** What a remark on a check stands at: the check; for the unit and the process of a preset, without which the rest says nothing, the preset. */
const blockOf = ({ blocks }: Plan, check: string): string =>
  blocks.find(({ name, isPreset }) => isPreset && (check === `${name}-unit` || check === `${name}-process`))?.name ??
  check;

/** Looks as the tick will: on a system install as the watcher, or, before there is one, as nobody. */
const lookOnce = async (
  { host }: Cli,
  { install }: Box,
  config: Config,
  names: ReadonlySet<string>,
): Promise<ReadonlyMap<string, Reading>> => {
  const checks = config.checks.filter(({ name }) => names.has(name));
  const destinations = checkDestinations({ checks });
  host.http.allow(destinations);
  host.tcp.allow(destinations);
  const known = host.uidOf(watcher) === undefined ? "nobody" : watcher;
  const usual = install === "system" ? known : null;
  const options = { secret: () => ({ kind: "failed" as const, why: "init reads no secret" }), memory: () => undefined };
  return await lookAll(host, checks, options, lookAsUsers(host, usual), usual);
};

const remarkOf = (reading: Reading | undefined): Remark | undefined => {
  if (reading?.kind === "ok") return undefined;
  const evidence = reading?.evidence ?? "not looked at";
  return evidence.startsWith(blind)
    ? { kind: "note", why: `Not looked at yet: ${evidence}` }
    : { kind: "off", why: `not green when init looked: ${evidence}` };
};

/** What isn't green twice, two seconds apart, by the name of its block. */
const sickOnes = async (cli: Cli, box: Box, config: Config, plan: Plan): Promise<ReadonlyMap<string, Remark>> => {
  const isSick =
    (readings: ReadonlyMap<string, Reading>) =>
    ({ name }: { readonly name: string }) =>
      remarkOf(readings.get(name)) !== undefined;
  const first = await lookOnce(cli, box, config, new Set(config.checks.map(({ name }) => name)));
  const suspects = config.checks.filter(isSick(first)).map(({ name }) => name);
  if (suspects.length === 0) return new Map();
  await cli.host.clock.sleep(againAfterMs);
  const second = await lookOnce(cli, box, config, new Set(suspects));
  const sick = new Map<string, Remark>();
  for (const name of suspects) {
    const remark = remarkOf(second.get(name));
    const block = blockOf(plan, name);
    if (remark === undefined || sick.get(block)?.kind === "off") continue;
    // The host's own check stays, whatever it says: a config needs one.
    const isPlanned = plan.blocks.some((each) => block === each.name || block.startsWith(`${each.name}-`));
    sick.set(block, isPlanned ? remark : { ...remark, kind: "note" });
  }
  return sick;
};

/** The rule in whose lines a fault stands, by its place among those that are written, from 0; -1 for one elsewhere. */
const ruleAt = (text: string, line: number): number => {
  const lines = text.split("\n");
  const begin = lines.indexOf("  rules:");
  const isInside = begin >= 0 && /^ {4}/u.test(lines[line - 1] ?? "") && line - 1 > begin;
  return isInside ? lines.slice(begin, line).filter((each) => each.startsWith("    - on:")).length - 1 : -1;
};

/** A plan without what doesn't validate: its checks get a remark, its rules go; a fault beyond both costs all rules. Undefined when there were none. */
const withoutFaults = (
  plan: Plan,
  text: string,
  faults: readonly Fault[],
  remarks: Map<string, Remark>,
): Plan | undefined => {
  const before = new Map(remarks);
  const places = faults.map((fault) => ({ fault, name: blockAt(text, fault.line) ?? "" }));
  const isOurs = ({ name }: { readonly name: string }) => plan.blocks.some((block) => block.name === name);
  for (const { fault, name } of places.filter(isOurs))
    remarks.set(name, { kind: "off", why: `it doesn't validate: ${fault.message}` });
  if (places.every(isOurs)) return plan;
  const written = liveRules(plan, before);
  const wrong = faults.flatMap(({ line }) => written[ruleAt(text, line)] ?? []);
  if (wrong.length > 0) return { ...plan, rules: plan.rules.filter((rule) => !wrong.includes(rule)) };
  return plan.rules.length === 0 ? undefined : { ...plan, rules: [] };
};

const firstFault = (faults: readonly Fault[]): string =>
  faults
    .slice(0, 1)
    .map(({ line, col, message }) => `${line}:${col}: ${message}`)
    .join("");

type Valid =
  | { readonly kind: "valid"; readonly text: string; readonly config: Config; readonly plan: Plan }
  | { readonly kind: "failed"; readonly why: string };

/** Renders and parses until nothing is left that doesn't validate. */
const validate = async (cli: Cli, draft: Draft, remarks: Map<string, Remark>): Promise<Valid> => {
  let plan: Plan | undefined = draft.plan;
  for (let round = 0; round < maxRounds && plan !== undefined; round += 1) {
    const text = render(draft.box, draft.found, plan, remarks);
    const parsed = await parse(cli, draft.box, text);
    if (parsed.kind === "config") return { kind: "valid", text, config: parsed.config, plan };
    plan = withoutFaults(plan, text, parsed.faults, remarks);
    if (plan === undefined) return { kind: "failed", why: firstFault(parsed.faults) };
  }
  return { kind: "failed", why: `no valid config after ${maxRounds} rounds` };
};

/**
 * Makes the config's text, validates it, looks at it as a tick would, and leaves as comments what doesn't validate or isn't green, with the
 * reason. Never throws for expected trouble.
 */
export const settle = async (cli: Cli, draft: Draft): Promise<Settled> => {
  const remarks = new Map<string, Remark>();
  const first = await validate(cli, draft, remarks);
  if (first.kind === "failed") return first;
  for (const [name, remark] of await sickOnes(cli, draft.box, first.config, first.plan)) remarks.set(name, remark);
  const last = await validate(cli, { ...draft, plan: first.plan }, remarks);
  return last.kind === "failed" ? last : { kind: "settled", text: last.text, config: last.config, remarks };
};
