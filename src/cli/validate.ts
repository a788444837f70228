import { type Fault, printFault, wholeFileFault } from "../config/fault.ts";
import type { Written } from "../config/load.ts";
import type { Host } from "../host/host.ts";
import { type Loaded, loadFresh } from "../load.ts";
import { type Cli, complain, exits, printFaults } from "./cli.ts";
import { blindChecks, blindInSystem, closedSecrets, limitsOf } from "./limits.ts";
import { beatWarnings, pluginWarnings } from "./plugins.ts";
import { pageWarnings } from "./report-tick.ts";

/** A user who may not look into the credentials folder can still check the rest. */
const areCredentialsInSight = (host: Host, folder: string): boolean => {
  const names = host.files.list(folder);
  return !("kind" in names) || names.code === "ENOENT";
};

/** What the units' IP filter makes of this config. With a file named, it is that file which is judged, not this install. */
const filterWarningsOf = async ({ host, paths, words }: Cli, loaded: Loaded): Promise<readonly Fault[]> => {
  if (loaded.kind === "faults" || words.length > 0 || paths.install !== "system") return [];
  const { filterWarnings } = await import("./egress-filter.ts");
  return (await filterWarnings(host, paths, loaded.config)).map((words) => wholeFileFault(paths.config, words));
};

/** What this install can't hold of what dogwatch promises. With a file named, it is that file which is judged, not this install. */
const limitWarnings = (cli: Cli, loaded: Loaded): readonly Fault[] => {
  if (loaded.kind === "faults") return [];
  const { config } = loaded;
  const here = [
    ...limitsOf(cli),
    ...blindChecks(cli, config),
    ...closedSecrets(cli, config),
    ...pluginWarnings(cli.host, config),
    ...beatWarnings(cli.host, config),
    ...pageWarnings(cli, config),
  ];
  const all = cli.words.length > 0 ? blindInSystem(config) : here;
  return all.map((words) => wholeFileFault(cli.paths.config, words));
};

/** The config with its presets written out; undefined where nobody asked, or it has faults. */
const expansionOf = (loaded: Loaded, flags: Cli["flags"]): Written | undefined =>
  flags.isExpanded === true && loaded.kind === "config" ? loaded.written : undefined;

const validateFile = async (cli: Cli): Promise<number> => {
  const { host, paths, flags } = cli;
  const loaded = await loadFresh(host, paths, areCredentialsInSight(host, paths.credentials.path));
  const faults = loaded.kind === "faults" ? loaded.faults : [];
  const warnings = [
    ...(loaded.kind === "config" ? loaded.warnings : []),
    ...limitWarnings(cli, loaded),
    ...(await filterWarningsOf(cli, loaded)),
  ];
  const written = expansionOf(loaded, flags);
  if (flags.isJson) {
    const expanded = written === undefined ? {} : { expanded: written.value };
    host.terminal.out(
      `${JSON.stringify({ file: paths.config, ok: faults.length === 0, faults, warnings, ...expanded })}\n`,
    );
    return faults.length === 0 ? exits.done : exits.config;
  }
  printFaults(host, faults);
  for (const warning of warnings)
    host.terminal.err(`${printFault({ ...warning, message: `warning: ${warning.message}` })}\n`);
  if (loaded.kind === "faults") {
    const count = faults.length === 1 ? "1 fault" : `${faults.length} faults`;
    host.terminal.err(`dogwatch: cannot use "${paths.config}": ${count}\n`);
    return exits.config;
  }
  if (written !== undefined) {
    const { printWritten } = await import("../config/presets/print.ts");
    host.terminal.out(printWritten(written));
    return exits.done;
  }
  const { checks, chat, heal } = loaded.config;
  const rules = heal.rules.length === 1 ? "1 rule" : `${heal.rules.length} rules`;
  host.terminal.out(
    `${paths.config}: valid; ${checks.length === 1 ? "1 check" : `${checks.length} checks`}, ${rules} (${heal.mode}), chat ${chat.kind}\n`,
  );
  return exits.done;
};

/** `dogwatch validate [FILE] [--expand]`: every fault of the config and its recipes at its place, then the warnings. */
export const validateCommand = async (cli: Cli): Promise<number> => {
  const [, second] = cli.words;
  if (second === undefined) return await validateFile(cli);
  complain(cli.host, `cannot check "${second}" too: one file at a time`, "Run: dogwatch validate FILE, once for each");
  return exits.usage;
};
