import { hostname } from "node:os";
import { resolve } from "node:path";
import { parseArgs } from "node:util";
import packageFile from "../package.json" with { type: "json" };
import type { Cli } from "./cli/cli.ts";
import { commands, type Entry } from "./cli/commands.ts";
import { common, flagsOf, options } from "./cli/flags.ts";
import { findPaths, type PathFlags } from "./cli/paths.ts";
import { holdSecrets } from "./config/secret.ts";
import { becomeOwner, joinGroupOf } from "./host/become.ts";
import type { Host } from "./host/host.ts";
import { createHost } from "./host/real-host.ts";

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

const surplus = ({ tokens }: Parsed, entry: Entry): string | undefined =>
  tokens.flatMap((token) =>
    token.kind === "option" && ![...common, ...entry.flags].includes(token.name) ? [token.rawName] : [],
  )[0];

/** A script's variable that was never set: without this it would mean the folder that we happen to stand in. */
const emptyPath = ({ values }: Parsed): string | undefined =>
  (["config", "state-dir", "logs-dir", "output"] as const).find((name) => values[name] === "");

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
  const flags = flagsOf({ ...parsed.values, output: absolute(parsed.values.output) });
  if (typeof flags === "string") return usage(host, flags);
  const { values } = parsed;
  const file = command === "validate" ? words[0] : undefined;
  const given = {
    config: absolute(file ?? values.config),
    stateDir: absolute(values["state-dir"]),
    logsDir: absolute(values["logs-dir"]),
  };
  const settled = settle(host, given, entry.isWatchers?.(words, flags) ?? false);
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
