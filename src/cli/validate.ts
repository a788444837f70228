import { printFault } from "../config/fault.ts";
import { loadFresh } from "../load.ts";
import { type Cli, exits } from "./cli.ts";

/** `dogwatch validate [FILE]`: every fault of the config and its recipes at its place, then the warnings. */
export const validateCommand = async ({ host, paths, flags }: Cli): Promise<number> => {
  const loaded = await loadFresh(host, paths);
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
  host.terminal.out(`${paths.config}: valid; ${checks.length} checks, ${rules} (${heal.mode}), chat ${chat.kind}\n`);
  return exits.done;
};
