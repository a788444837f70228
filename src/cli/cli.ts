import { type Fault, printFault } from "../config/fault.ts";
import type { Host } from "../host/host.ts";
import type { Level } from "../host/run-log.ts";
import type { Paths } from "../paths.ts";

/** Flags of the command line, all of them optional; `main.ts` refuses those that a command doesn't take. */
export interface Flags {
  readonly isJson: boolean;
  readonly isDryRun: boolean;
  readonly hasExitCode: boolean;
  /** How long a silence lasts, as typed, and why. */
  readonly forText: string | undefined;
  readonly reason: string | undefined;
  /** Ask before each step of a heal by hand. */
  readonly isStepped: boolean;
  readonly logLevel: Level;
  readonly logFormat: "text" | "json";
  /** `log verify` alone: heads of the log that were kept elsewhere, as typed. */
  readonly heads?: readonly string[] | undefined;
  /** `log` alone: which entries, in what form, held against which key, as typed: `--since 2h`. */
  readonly logWords?: readonly string[];
  /** `status` alone: one line, and only while something is wrong. */
  readonly isBrief?: boolean | undefined;
  /** `validate` alone: print the config with its presets written out. */
  readonly isExpanded?: boolean;
  /** `egress` alone: print a drop-in, the helper's one, write both. */
  readonly isSystemd?: boolean;
  readonly isHelper?: boolean;
  readonly isWritten?: boolean;
  /** `init` alone: print the config, or what changed on the box since. */
  readonly isPrinted?: boolean;
  readonly isDiff?: boolean;
  /** `daemon` alone: when to tick, as cron fields. */
  readonly cron?: string | undefined;
  /** `status` alone: draw it over and over. */
  readonly isWatching?: boolean;
  /** `report` alone: the file to write, absolute; and to link the config's `report` to the page of the ticks. */
  readonly output?: string | undefined;
  readonly isLink?: boolean;
}

/** What a command works with: the machine, the places, what was typed. */
export interface Cli {
  readonly host: Host;
  readonly paths: Paths;
  readonly flags: Flags;
  /** The words after the command. */
  readonly words: readonly string[];
}

/** The present moment of wall time, ISO 8601 UTC: to show and to keep, never to measure. */
export const isoNow = ({ clock }: Pick<Host, "clock">): string => new Date(clock.nowMs()).toISOString();

/** A command does its work and gives its exit status. Source of the statuses: sysexits(3) and docs/operating.md. */
export type CliCommand = (cli: Cli) => Promise<number>;

/** Exit statuses. */
export const exits = { done: 0, usage: 64, bug: 70, cannotCreate: 73, ioError: 74, stuck: 75, config: 78 } as const;

/** Says what could not be done, one line and a hint, on stderr. */
export const complain = (host: Host, what: string, hint: string): void => {
  host.terminal.err(`dogwatch: ${what}\n  ${hint}\n`);
};

/** Says each fault of a config at its place, on stderr. */
export const printFaults = (host: Host, faults: readonly Fault[]): void => {
  for (const fault of faults) host.terminal.err(`${printFault(fault)}\n`);
};
