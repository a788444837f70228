import { printFault } from "../config/fault.ts";
import type { Host } from "../host/host.ts";
import { loadFresh } from "../load.ts";
import { type Cli, exits } from "./cli.ts";

/** A user who may not look into the credentials folder can still check the rest. */
const areCredentialsInSight = (host: Host, folder: string): boolean => {
  const names = host.files.list(folder);
  return !("kind" in names) || names.code === "ENOENT";
};

/** `dogwatch validate [FILE]`: every fault of the config and its recipes at its place, then the warnings. */
export const validateCommand = async ({ host, paths, flags }: Cli): Promise<number> => {
  const loaded = await loadFresh(host, paths, areCredentialsInSight(host, paths.credentials.path));
  const faults = loaded.kind === "faults" ? loaded.faults : [];
  const warnings = loaded.kind === "config" ? loaded.warnings : [];
  if (flags.isJson) {
    host.terminal.out(`${JSON.stringify({ file: paths.config, ok: faults.length === 0, faults, warnings })}\n`);
    return faults.length === 0 ? exits.done : exits.config;
  }
  for (const fault of faults) host.terminal.err(`${printFault(fault)}\n`);
  for (const warning of warnings)
    host.terminal.err(`${printFault({ ...warning, message: `warning: ${warning.message}` })}\n`);
  if (loaded.kind === "faults") {
    const count = faults.length === 1 ? "1 fault" : `${faults.length} faults`;
    host.terminal.err(`dogwatch: cannot use "${paths.config}": ${count}\n`);
    return exits.config;
  }
  const { checks, chat, heal } = loaded.config;
  const rules = heal.rules.length === 1 ? "1 rule" : `${heal.rules.length} rules`;
  host.terminal.out(
    `${paths.config}: valid; ${checks.length === 1 ? "1 check" : `${checks.length} checks`}, ${rules} (${heal.mode}), chat ${chat.kind}\n`,
  );
  return exits.done;
};
