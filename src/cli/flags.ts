import { levels } from "../host/run-log.ts";
import type { Flags } from "./cli.ts";

/** Every flag that some command takes, as parseArgs wants them. Source: nodejs.org/api/util.html#utilparseargsconfig. */
export const options = {
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
  head: { type: "string", multiple: true },
  key: { type: "string" },
  seals: { type: "string" },
  through: { type: "string" },
  incident: { type: "string" },
  since: { type: "string" },
  until: { type: "string" },
  check: { type: "string" },
  recipe: { type: "string" },
  outcome: { type: "string" },
  event: { type: "string" },
  by: { type: "string" },
  format: { type: "string" },
  step: { type: "boolean" },
  for: { type: "string" },
  reason: { type: "string" },
  systemd: { type: "boolean" },
  helper: { type: "boolean" },
  write: { type: "boolean" },
  stdout: { type: "boolean" },
  diff: { type: "boolean" },
  cron: { type: "string" },
  watch: { type: "boolean" },
  output: { type: "string", short: "o" },
  link: { type: "boolean" },
} as const;

/** Flags that every command takes. */
export const common: readonly string[] = [
  "config",
  "state-dir",
  "logs-dir",
  "log-level",
  "log-format",
  "json",
  "help",
  "version",
];

type Options = typeof options;

/** What a command line gave for them. */
export type Values = {
  readonly [Name in keyof Options]?:
    | (Options[Name]["type"] extends "string"
        ? Options[Name] extends { readonly multiple: true }
          ? string[]
          : string
        : boolean)
    | undefined;
};

const logOptions = [
  ...(["key", "seals", "through"] as const),
  ...(["since", "until", "incident", "check", "recipe", "outcome", "event", "by", "format"] as const),
] as const;

/** The flags as the commands want them, or what is wrong with one of them. Pure. */
export const flagsOf = (values: Values): Flags | string => {
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
    heads: values.head,
    logWords: logOptions.flatMap((name) => {
      const value = values[name];
      return value === undefined ? [] : [`--${name}`, value];
    }),
    isExpanded: values.expand ?? false,
    isSystemd: values.systemd ?? false,
    isHelper: values.helper ?? false,
    isWritten: values.write ?? false,
    isPrinted: values.stdout ?? false,
    isDiff: values.diff ?? false,
    cron: values.cron,
    isWatching: values.watch === true,
    output: values.output,
    isLink: values.link === true,
  };
};
