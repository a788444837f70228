import { folderOf } from "../config/path.ts";
import type { Box } from "../presets/box.ts";
import { type Finding, find } from "../presets/find.ts";
import { plan } from "../presets/plan.ts";
import { unitWords } from "../presets/sentences.ts";
import { comment } from "../presets/yaml-text.ts";
import { type Cli, complain, exits } from "./cli.ts";
import { readBox } from "./init-box.ts";
import { type Draft, type Settled, settle } from "./init-look.ts";
import { plural } from "./paint.ts";
import { findPaths } from "./paths.ts";

type Ready = Extract<Settled, { readonly kind: "settled" }>;

const systemConfig = "/etc/dogwatch/dogwatch.yaml";

/** Root looks for the whole host; everybody else for himself alone, whatever is installed there. */
const eyesOf = ({ host, paths }: Cli): Box["install"] => (host.uid === 0 ? paths.install : "user");

const misuse = ({ host, flags, paths }: Cli): string | undefined => {
  if (flags.isPrinted === true && flags.isDiff === true) return "--stdout and --diff are two things: take one";
  const isOurs = host.uid === 0 || flags.isPrinted === true || paths.config !== systemConfig;
  return isOurs ? undefined : "the host's own config needs root: sudo dogwatch init; your own: --config FILE";
};

interface LeftOut {
  readonly name: string;
  readonly why: string;
}

/** What stands in the file as a comment, or is switched off. */
const leftOut = ({ plan: { blocks } }: Draft, { remarks }: Ready): readonly LeftOut[] => [
  ...blocks.flatMap(({ name, off }) => (off === undefined || remarks.has(name) ? [] : [{ name, why: off }])),
  ...[...remarks].flatMap(([name, { kind, why }]) => (kind === "off" ? [{ name, why }] : [])),
];

const indented = (text: string): string =>
  comment(text, "  ")
    .map((line, at) => `${at === 0 ? "  " : "    "}${line.slice(4)}\n`)
    .join("");

/** What a command needs behind it to be about the file that was written. */
const configFlag = ({ host, paths: { config, install } }: Cli): string =>
  findPaths(host, { install }).config === config ? "" : ` --config ${config}`;

const nextText = (cli: Cli, where: string): string => {
  const sudo = eyesOf(cli) === "system" ? "sudo " : "";
  const flag = cli.flags.isPrinted === true ? "" : configFlag(cli);
  return [
    "Next:",
    `  read it, mend it:      ${where}`,
    `  then:                  dogwatch validate${flag}`,
    `  what a tick would do:  ${sudo}dogwatch tick --dry-run${flag}`,
    "  whom to tell:          the chat is the console; others: docs/alerts.md",
    '  to let it heal:        "mode: apply" in it, when its rules are right',
    `  what is new, later:    ${sudo}dogwatch init --diff${flag}`,
    "",
  ].join("\n");
};

const recognised = ({ service, role }: Finding): string => {
  const what = role === "other" ? "" : ` (${role})`;
  return service.unit === undefined ? `pid ${service.main.pid}, in no unit${what}` : `${unitWords(service)}${what}`;
};

/** What was recognised and written, for the person who ran it. */
const summary = (cli: Cli, draft: Draft, ready: Ready): string => {
  const { config } = ready;
  const off = leftOut(draft, ready);
  const head = cli.flags.isPrinted === true ? "The config on stdout has" : `Wrote ${cli.paths.config}:`;
  return [
    `${head} ${plural(config.checks.length, "check")} and ${plural(config.heal.rules.length, "rule")} (${config.heal.mode}).\n`,
    draft.found.findings.length === 0 ? "Nothing was recognised on this host but the host itself.\n" : "Recognised:\n",
    ...draft.found.findings.map((finding) => indented(recognised(finding))),
    off.length === 0 ? "" : "Left out as comments, so not watched:\n",
    ...off.map(({ name, why }) => indented(`${name}: ${why}`)),
    nextText(cli, cli.flags.isPrinted === true ? "save it as dogwatch.yaml" : cli.paths.config),
  ].join("");
};

const jsonOf = ({ paths, flags }: Cli, draft: Draft, ready: Ready): string =>
  `${JSON.stringify({
    file: flags.isPrinted === true ? null : paths.config,
    checks: ready.config.checks.map(({ name, kind }) => ({ name, kind })),
    recognised: draft.found.findings.map(({ service, role }) => ({
      unit: service.unit ?? null,
      scope: service.scope,
      user: service.user ?? null,
      role,
    })),
    left_out: leftOut(draft, ready).map(({ name, why }) => ({ check: name, why })),
    ...(flags.isPrinted === true ? { config: ready.text } : {}),
  })}\n`;

const refuseExisting = ({ host, paths }: Cli): number | undefined => {
  if ("kind" in host.files.stat(paths.config)) return undefined;
  complain(
    host,
    `cannot write "${paths.config}": it exists, and init never overwrites`,
    `To compare: dogwatch init --diff. To begin anew: mv ${paths.config} ${paths.config}.before`,
  );
  return exits.cannotCreate;
};

/** Readable for the watcher on a system install, for its user alone elsewhere. */
const write = (cli: Cli, text: string): number => {
  const { host, paths } = cli;
  const isSystem = eyesOf(cli) === "system";
  const made = host.files.makeFolder(folderOf(paths.config), isSystem ? 0o755 : 0o700);
  const done = made.kind === "done" ? host.files.create(paths.config, text, isSystem ? 0o644 : 0o600) : made;
  if (done.kind === "done") return exits.done;
  complain(host, `cannot write "${paths.config}": ${done.why}`, `Run: ls -ld ${folderOf(paths.config)}`);
  return exits.cannotCreate;
};

const draftOf = (box: Box): Draft => {
  const found = find(box);
  return { box, found, plan: plan(box, found.findings) };
};

const tell = (cli: Cli, draft: Draft, ready: Ready): void => {
  const { host, flags } = cli;
  if (flags.isJson) host.terminal.out(jsonOf(cli, draft, ready));
  else if (flags.isPrinted === true) {
    host.terminal.out(ready.text);
    host.terminal.err(summary(cli, draft, ready));
  } else host.terminal.out(summary(cli, draft, ready));
};

/**
 * `dogwatch init`: reads the running box and writes a config of what it recognised, which validates and is green as the box stands; with
 * `--stdout` to there, with `--diff` only what is new or gone. Never overwrites.
 */
export const initCommand = async (cli: Cli): Promise<number> => {
  const { host, flags } = cli;
  const wrong = misuse(cli);
  if (wrong !== undefined) {
    complain(host, wrong, "Run: dogwatch init --help");
    return exits.usage;
  }
  const isWritten = flags.isPrinted !== true && flags.isDiff !== true;
  const refused = isWritten ? refuseExisting(cli) : undefined;
  if (refused !== undefined) return refused;
  const surveyed = await readBox(host, eyesOf(cli));
  if (surveyed.kind === "failed") {
    complain(host, `cannot read this host: ${surveyed.why}`, "Run: ls /proc/1");
    return exits.ioError;
  }
  const draft = draftOf(surveyed.box);
  if (flags.isDiff === true) return await (await import("./init-diff.ts")).diff(cli, draft);
  const ready = await settle(cli, draft);
  if (ready.kind === "failed") throw new Error(`init made an invalid config: ${ready.why}`);
  const status = isWritten ? write(cli, ready.text) : exits.done;
  if (status === exits.done) tell(cli, draft, ready);
  return status;
};
