import packageFile from "../../package.json" with { type: "json" };
import { didYouMean, oneOf } from "../config/near.ts";
import type { Format } from "../export/format.ts";
import type { Host } from "../host/host.ts";
import { hashLine } from "../log/chain.ts";
import type { Wanted } from "../log/wanted.ts";
import { complain, exits } from "./cli.ts";
import type { LogPaths } from "./log.ts";
import { filterNames, isFilterFault, wantedOf } from "./log-filters.ts";
import { createOutflow } from "./log-outflow.ts";
import { foreignText, type LogRead, readWanted } from "./log-read.ts";
import { refuseFile, refuseWords, sortWords } from "./log-words.ts";

/** Something of the log could not be exported: the same status as that of a log that doesn't verify. */
const incomplete = 1;

/** The forms, each loaded only when it is the one. */
const formats: Readonly<Record<string, () => Promise<Format>>> = {
  json: async () => (await import("../export/json.ts")).json,
  csv: async () => (await import("../export/csv.ts")).csv,
  ocsf: async () => (await import("../export/ocsf.ts")).ocsf(packageFile.version),
  ecs: async () => (await import("../export/ecs.ts")).ecs(packageFile.version),
};

const names: readonly string[] = Object.keys(formats);

/** What a person must know of an export, on stderr; and its exit status. */
const conclude = (host: Host, read: LogRead, wanted: Wanted, logFile: string): number => {
  const { scanned, found, foreign } = read;
  const { terminal } = host;
  if (scanned.kind === "failed" && scanned.code !== "ENOENT") return refuseFile(host, scanned.path, scanned);
  if (!read.isThere) terminal.err(`note: no log yet: "${logFile}" does not exist\n`);
  const missing = found === 0 && scanned.lines > 0 ? read.names.missing(wanted) : undefined;
  if (missing !== undefined) terminal.err(`note: no entries: ${missing}\n`);
  const text = foreignText(foreign);
  if (foreign.broken > 0) {
    complain(host, `cannot export the whole log: ${text}`, "Run: dogwatch log verify");
    return incomplete;
  }
  if (text !== undefined) terminal.err(`note: ${text}, and is not exported\n`);
  return exits.done;
};

const write = async (host: Host, paths: LogPaths, wanted: Wanted, format: Format): Promise<number> => {
  const out = createOutflow(host.terminal);
  let isFirst = true;
  out.write(format.begin);
  const read = await readWanted(host, paths, wanted, {
    entry(entry, bytes): void {
      out.write(format.one({ entry, line: new TextDecoder().decode(bytes), sha256: hashLine(bytes) }, isFirst));
      isFirst = false;
    },
  });
  if (read.scanned.kind === "scanned" || read.scanned.code === "ENOENT") out.write(format.end);
  out.flush();
  return conclude(host, read, wanted, paths.logFile);
};

/**
 * `dogwatch log export --format json|csv|ocsf|ecs`, with the filters of `log show`, to stdout. Exit 0, 1 when a line could not be exported, 64
 * usage, 74 unreadable. Never rejects.
 */
export const exportCommand = async (
  host: Host,
  args: readonly string[],
  paths: LogPaths,
  isJson: boolean,
): Promise<number> => {
  const sorted = sortWords(args, ["format", ...filterNames]);
  if (typeof sorted === "string") return refuseWords(host, "export", sorted, "Run: dogwatch log --help");
  const [surplus] = sorted.words;
  if (surplus !== undefined)
    return refuseWords(host, "export", `it takes no "${surplus}"`, "Name a log with --logs-dir.");
  const name = sorted.options.get("format") ?? (isJson ? "json" : undefined);
  const hint = `--format takes ${oneOf(names)}.`;
  if (name === undefined) return refuseWords(host, "export", "it needs a format", hint);
  const load = Object.hasOwn(formats, name) ? formats[name] : undefined;
  if (load === undefined)
    return refuseWords(host, "export", `there is no format "${name}"${didYouMean(name, names)}`, hint);
  const wanted = wantedOf(sorted.options, host.clock.nowMs());
  if (isFilterFault(wanted)) return refuseWords(host, "export", wanted.why, wanted.hint);
  return await write(host, paths, wanted, await load());
};
