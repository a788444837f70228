import type { Check, Config } from "../config/config.ts";
import { printFault } from "../config/fault.ts";
import { readTrusted } from "../config/trust.ts";
import type { Manager } from "../host/host.ts";
import { loadFresh } from "../load.ts";
import { type Added, addedTo, closedPorts, type Gone, type Known, mentionsIn } from "../presets/compare.ts";
import { wrap } from "../presets/yaml-text.ts";
import { type Cli, exits } from "./cli.ts";
import type { Draft } from "./init-look.ts";

const showMs = 10_000;
/** Nothing changed, or something did: as diff(1). */
const changed = 1;

type UnitCheck = Extract<Check, { readonly kind: "unit" }>;

const isUnit = (check: Check): check is UnitCheck => check.kind === "unit";

const managerOf = ({ unit, as }: UnitCheck): Manager => ({
  scope: unit.scope,
  ...(unit.scope === "system" || as === null ? {} : { user: as }),
});

/** Checks of units that their manager doesn't know any more, or that don't run. A oneshot that rests is no change. */
const goneUnits = async ({ host }: Cli, { checks }: Config): Promise<readonly Gone[]> => {
  const gone = checks.filter(isUnit).map(async (check): Promise<readonly Gone[]> => {
    const shown = await host.systemd.show(managerOf(check), [check.unit.name], showMs);
    const facts = shown.kind === "shown" ? shown.units[0] : undefined;
    if (facts?.loadState === "not-found") return [{ check: check.name, why: `there is no unit ${check.unit.name}` }];
    if (facts === undefined || facts.serviceType === "oneshot") return [];
    const isDown = facts.activeState === "inactive" || facts.activeState === "failed";
    return isDown ? [{ check: check.name, why: `unit ${check.unit.name} is ${facts.activeState}` }] : [];
  });
  return (await Promise.all(gone)).flat();
};

const fileOf = (check: Check): string | undefined =>
  check.kind === "queue" && "file" in check.queue ? check.queue.file : undefined;

const goneFiles = ({ host }: Cli, { checks }: Config): readonly Gone[] =>
  checks.flatMap((check) => {
    const path = fileOf(check);
    const stat = path === undefined ? undefined : host.files.stat(path);
    return stat !== undefined && "kind" in stat && stat.code === "ENOENT"
      ? [{ check: check.name, why: `there is no file ${path}` }]
      : [];
  });

const knownOf = async (cli: Cli): Promise<Known | number> => {
  const { host, paths } = cli;
  const loaded = await loadFresh(host, paths);
  const read = readTrusted(host, paths.config);
  if (loaded.kind === "faults" || read.kind === "faults") {
    for (const fault of loaded.kind === "faults" ? loaded.faults : []) host.terminal.err(`${printFault(fault)}\n`);
    host.terminal.err("dogwatch: cannot compare without a valid config\n  Run: dogwatch init, or dogwatch validate\n");
    return exits.config;
  }
  return { config: loaded.config, mentions: mentionsIn(new TextDecoder().decode(read.bytes)) };
};

const entry = (sign: string, text: string): string => {
  const lines = wrap(text, 78);
  return lines.map((line, at) => `${at === 0 ? sign : " "} ${line}\n`).join("");
};

const textOf = ({ paths }: Cli, draft: Draft, added: readonly Added[], gone: readonly Gone[]): string => {
  const count = added.length + gone.length;
  if (count === 0) return `${paths.config} fits what runs on ${draft.box.hostname}: nothing new, nothing gone.\n`;
  return [
    `${paths.config} beside what runs on ${draft.box.hostname} now:\n`,
    ...added.map(({ what, seen }) => entry("+", `${what}: ${seen}`)),
    ...gone.map(({ check, why }) => entry("-", `check ${check}: ${why}`)),
    added.length === 0
      ? ""
      : `For the lines to add: ${draft.box.install === "system" ? "sudo " : ""}dogwatch init --stdout.\nWhat you don't want watched, name in a comment: then it is known.\n`,
  ].join("");
};

/** `dogwatch init --diff`: what is recognised on the box and not in the config, and which checks point to what is gone. Exit 0 no change, 1 changes, 78 no valid config. */
export const diff = async (cli: Cli, draft: Draft): Promise<number> => {
  const known = await knownOf(cli);
  if (typeof known === "number") return known;
  const added = addedTo(known, draft.box, draft.found);
  const gone = [
    ...(await goneUnits(cli, known.config)),
    ...closedPorts(known, draft.box),
    ...goneFiles(cli, known.config),
  ];
  const text = cli.flags.isJson
    ? `${JSON.stringify({ config: cli.paths.config, added, gone })}\n`
    : textOf(cli, draft, added, gone);
  cli.host.terminal.out(text);
  return added.length + gone.length === 0 ? exits.done : changed;
};
