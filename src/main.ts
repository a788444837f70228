import { hostname } from "node:os";
import { resolve } from "node:path";
import { parseArgs } from "node:util";
import packageFile from "../package.json" with { type: "json" };
import type { Cli, CliCommand, Flags } from "./cli/cli.ts";
import { findPaths, type PathFlags } from "./cli/paths.ts";
import { holdSecrets } from "./config/secret.ts";
import { becomeOwner, joinGroupOf } from "./host/become.ts";
import type { Host } from "./host/host.ts";
import { createHost } from "./host/real-host.ts";
import { levels } from "./host/run-log.ts";

/** What the runtime and the libraries obey behind our back: proxies, debuggers, a switch that trusts any certificate. */
const unwelcome = [
  ...["HTTP_PROXY", "HTTPS_PROXY", "ALL_PROXY", "NO_PROXY"].flatMap((name) => [name, name.toLowerCase()]),
  "NODE_TLS_REJECT_UNAUTHORIZED",
  "NODE_OPTIONS",
  "NODE_DEBUG",
  "BUN_CONFIG_VERBOSE_FETCH",
  "BUN_OPTIONS",
  "SSLKEYLOGFILE",
];

interface Entry {
  readonly load: () => Promise<CliCommand>;
  /** Flags beyond the common ones. */
  readonly flags: readonly string[];
  /** Whether words may follow. */
  readonly hasWords: boolean;
  /** It works on the watcher's state: as root on a system install it first becomes that folder's owner. */
  readonly isWatchers?: (words: readonly string[]) => boolean;
  /** Without a look at what heals have left it would say what isn't so. */
  readonly needsSight?: (words: readonly string[], flags: Flags) => boolean;
}

const always = (): boolean => true;

const commands: Readonly<Record<string, Entry>> = {
  tick: {
    load: async () => (await import("./cli/tick.ts")).tickCommand,
    flags: ["dry-run"],
    hasWords: false,
    isWatchers: always,
    needsSight: (_, { isDryRun }) => isDryRun,
  },
  validate: {
    load: async () => (await import("./cli/validate.ts")).validateCommand,
    flags: ["expand"],
    hasWords: true,
  },
  init: { load: async () => (await import("./cli/init.ts")).initCommand, flags: ["stdout", "diff"], hasWords: false },
  status: {
    load: async () => (await import("./cli/status.ts")).statusCommand,
    flags: ["exit-code", "brief"],
    hasWords: false,
    isWatchers: always,
  },
  heal: {
    load: async () => (await import("./cli/heal.ts")).healCommand,
    flags: ["step"],
    hasWords: true,
    isWatchers: ([verb]) => verb === "plan",
    needsSight: ([verb]) => verb === "plan",
  },
  log: {
    load: async () => (await import("./cli/log-command.ts")).logEntry,
    flags: ["head", "incident", "since"],
    hasWords: true,
  },
  chat: { load: async () => (await import("./cli/chat.ts")).chatCommand, flags: [], hasWords: true },
  deadman: {
    load: async () => (await import("./cli/deadman.ts")).deadmanCommand,
    flags: [],
    hasWords: true,
  },
  silence: {
    load: async () => (await import("./cli/silence.ts")).silenceCommand,
    flags: ["for", "reason"],
    hasWords: true,
    needsSight: ([verb]) => verb === "list",
  },
  egress: {
    load: async () => (await import("./cli/egress.ts")).egressCommand,
    flags: ["systemd", "helper", "write"],
    hasWords: false,
  },
  beat: { load: async () => (await import("./cli/beat.ts")).beatCommand, flags: [], hasWords: true },
  card: { load: async () => (await import("./cli/card.ts")).cardCommand, flags: [], hasWords: true },
  demo: { load: async () => (await import("./cli/demo.ts")).demoCommand, flags: [], hasWords: true },
  daemon: {
    load: async () => (await import("./cli/daemon.ts")).daemonCommand,
    flags: ["cron"],
    hasWords: false,
    isWatchers: always,
  },
  failed: {
    load: async () => (await import("./cli/failed.ts")).failedCommand,
    flags: [],
    hasWords: false,
    isWatchers: always,
  },
  // Not for people: root's side of the wall, and its children that look, or handle a file, as another user.
  helper: { load: async () => (await import("./cli/helper.ts")).helperCommand, flags: [], hasWords: true },
  look: { load: async () => (await import("./cli/look.ts")).lookCommand, flags: [], hasWords: false },
  hand: { load: async () => (await import("./cli/hand.ts")).handCommand, flags: [], hasWords: false },
};

const options = {
  config: { type: "string" },
  "state-dir": { type: "string" },
  "logs-dir": { type: "string" },
  "log-level": { type: "string" },
  "log-format": { type: "string" },
  json: { type: "boolean" },
  help: { type: "boolean", short: "h" },
  version: { type: "boolean", short: "V" },
  "dry-run": { type: "boolean" },
  "exit-code": { type: "boolean" },
  brief: { type: "boolean" },
  expand: { type: "boolean" },
  head: { type: "string" },
  incident: { type: "string" },
  since: { type: "string" },
  step: { type: "boolean" },
  for: { type: "string" },
  reason: { type: "string" },
  systemd: { type: "boolean" },
  helper: { type: "boolean" },
  write: { type: "boolean" },
  stdout: { type: "boolean" },
  diff: { type: "boolean" },
  cron: { type: "string" },
} as const;

const common = ["config", "state-dir", "logs-dir", "log-level", "log-format", "json", "help", "version"];

const machine = (uid: number): Host =>
  createHost({
    env: { ...process.env },
    uid,
    binary: process.execPath,
    hostname: hostname().split(".")[0] ?? "localhost",
  });

const parse = (argv: readonly string[]) =>
  parseArgs({ args: [...argv], options, strict: true, allowPositionals: true, tokens: true });

type Parsed = ReturnType<typeof parse>;

const usage = (host: Host, what: string): number => {
  host.terminal.err(`dogwatch: ${what}\n  Run: dogwatch --help\n`);
  return 64;
};

const flagsOf = ({ values }: Parsed): Flags | string => {
  const level = values["log-level"] ?? "info";
  const format = values["log-format"] ?? "text";
  const isLevel = (word: string): word is Flags["logLevel"] => Object.hasOwn(levels, word);
  if (!isLevel(level)) return `--log-level is one of ${Object.keys(levels).join(", ")}, not "${level}"`;
  if (format !== "text" && format !== "json") return `--log-format is text or json, not "${format}"`;
  return {
    isJson: values.json ?? false,
    isDryRun: values["dry-run"] ?? false,
    hasExitCode: values["exit-code"] ?? false,
    isBrief: values.brief,
    isStepped: values.step ?? false,
    forText: values.for,
    reason: values.reason,
    logLevel: level,
    logFormat: format,
    head: values.head,
    incident: values.incident,
    since: values.since,
    isExpanded: values.expand ?? false,
    isSystemd: values.systemd ?? false,
    isHelper: values.helper ?? false,
    isWritten: values.write ?? false,
    isPrinted: values.stdout ?? false,
    isDiff: values.diff ?? false,
    cron: values.cron,
  };
};

const surplus = ({ tokens }: Parsed, entry: Entry): string | undefined =>
  tokens.flatMap((token) =>
    token.kind === "option" && ![...common, ...entry.flags].includes(token.name) ? [token.rawName] : [],
  )[0];

/** A script's variable that was never set: without this it would mean the folder that we happen to stand in. */
const emptyPath = ({ values }: Parsed): string | undefined =>
  (["config", "state-dir", "logs-dir"] as const).find((name) => values[name] === "");

const absolute = (path: string | undefined): string | undefined => (path === undefined ? undefined : resolve(path));

const sayVersion = (host: Host): number => {
  host.terminal.out(`dogwatch ${packageFile.version}\n`);
  return 0;
};

/** Help that was asked for is done (0); help for want of a command is a wrong call (64). */
const help = async (host: Host, { values, positionals: [command, topic] }: Parsed): Promise<number> => {
  const { printHelp } = await import("./cli/help.ts");
  printHelp(host, command === "help" ? topic : command);
  return values.help || command === "help" ? 0 : 64;
};

/**
 * Settles who we are. Root on a system install doesn't touch the watcher's files: it becomes their owner for good, with the credentials in hand that
 * only root can read. What root writes beside the heal log belongs to that folder's group.
 */
const settle = (host: Host, given: PathFlags, isWatchers: boolean): Pick<Cli, "host" | "paths"> | number => {
  const paths = findPaths(host, given);
  const isWhole = host.uid === 0 && paths.install === "system" && paths.helper !== paths.state;
  if (!isWhole) return { host, paths };
  if (!isWatchers) {
    joinGroupOf(paths.helper);
    return { host, paths };
  }
  const credentials = holdSecrets(host, paths.credentials);
  const became = becomeOwner(paths.state);
  if (became.kind === "failed") {
    host.terminal.err(
      `dogwatch: cannot become the owner of "${paths.state}": ${became.why}\n  Run: ls -ld ${paths.state}\n`,
    );
    return 73;
  }
  const mine = machine(became.uid);
  return { host: mine, paths: { ...findPaths(mine, { ...given, install: "system" }), credentials } };
};

/** Says that this user may not look into the folder of heals, and what to do about it; undefined where he may, or there is none. */
const sayBlind = ({ host, paths }: Pick<Cli, "host" | "paths">, command: string): number | undefined => {
  const seen = host.files.list(paths.helper);
  if (!("kind" in seen) || seen.code !== "EACCES") return undefined;
  host.terminal.err(
    `dogwatch: cannot read "${paths.helper}": ${seen.why}\n  Run: sudo dogwatch ${command}, or join the group "dogwatch".\n`,
  );
  return 74;
};

const runCommand = async (host: Host, parsed: Parsed, command: string, words: readonly string[]): Promise<number> => {
  const entry = Object.hasOwn(commands, command) ? commands[command] : undefined;
  if (entry === undefined) return usage(host, `there is no command "${command}"`);
  const extra = surplus(parsed, entry);
  if (extra !== undefined) return usage(host, `"${command}" takes no ${extra}`);
  if (words.length > 0 && !entry.hasWords) return usage(host, `"${command}" takes no "${words[0]}"`);
  const empty = emptyPath(parsed);
  if (empty !== undefined) return usage(host, `--${empty} names no path`);
  const flags = flagsOf(parsed);
  if (typeof flags === "string") return usage(host, flags);
  const { values } = parsed;
  const file = command === "validate" ? words[0] : undefined;
  const given = {
    config: absolute(file ?? values.config),
    stateDir: absolute(values["state-dir"]),
    logsDir: absolute(values["logs-dir"]),
  };
  const settled = settle(host, given, entry.isWatchers?.(words) ?? false);
  if (typeof settled === "number") return settled;
  const blind =
    entry.needsSight?.(words, flags) === true
      ? sayBlind(settled, [command, ...words, ...(flags.isDryRun ? ["--dry-run"] : [])].join(" "))
      : undefined;
  if (blind !== undefined) return blind;
  const cli: Cli = { ...settled, flags, words };
  return await (await entry.load())(cli);
};

const run = async (host: Host, parsed: Parsed): Promise<number> => {
  const [command, ...words] = parsed.positionals;
  if (parsed.values.version) return sayVersion(host);
  if (parsed.values.help || command === undefined || command === "help") return await help(host, parsed);
  return await runCommand(host, parsed, command, words);
};

const parseOrSay = (host: Host): Parsed | number => {
  try {
    return parse(process.argv.slice(2));
  } catch (error) {
    if (error instanceof TypeError && "code" in error)
      return usage(host, error.message.split(". ")[0] ?? "cannot read the command line");
    throw error;
  }
};

/** Runs one command. The only place that catches what nobody expected: a stack on stderr, and exit status 70. */
const main = async (): Promise<number> => {
  for (const name of unwelcome) delete process.env[name];
  process.umask(0o027);
  const host = machine(process.geteuid?.() ?? 0);
  try {
    const parsed = parseOrSay(host);
    return typeof parsed === "number" ? parsed : await run(host, parsed);
  } catch (error) {
    const text = error instanceof Error ? (error.stack ?? error.message) : String(error);
    host.terminal.err(`dogwatch: this is a bug, please report it: ${text}\n`);
    return 70;
  }
};

process.exitCode = await main();
process.exit();
