import { isMap, parseJson } from "../config/json.ts";
import type { Done, Host } from "../host/host.ts";
import { type HourSums, maxHours } from "./history.ts";
import { historyPath } from "./history-file.ts";

/** More is never read of the file; a compacted one of 1,000 checks has about 30 MiB. */
const maxBytes = 96 * 1024 * 1024;
/** What a compacted file may have. */
const maxKeptBytes = 64 * 1024 * 1024;
/** Lines beyond those that are kept before the file is compacted: once a day. */
const slackHours = 24;
const mode = 0o640;

/** Whether this is an hour; its counts are looked at where they are used. */
const isHour = (value: unknown): value is HourSums =>
  isMap(value) &&
  typeof value["from"] === "string" &&
  !Number.isNaN(Date.parse(value["from"])) &&
  isMap(value["checks"]);

/** The beginning of an hour, from its line; undefined for what is none, or torn. */
const fromOf = (line: string): string | undefined =>
  line.endsWith("}}") ? /^\{"from":"([^"]{1,40})","checks":\{/u.exec(line)?.[1] : undefined;

/** The lines that are hours, oldest first. Of those about one and the same hour the last wins. */
const linesOf = (text: string): readonly string[] => {
  const byHour = new Map<string, string>();
  for (const line of text.split("\n")) {
    const from = fromOf(line);
    if (from !== undefined) byHour.set(from, line);
  }
  return [...byHour.values()];
};

/** Parses one line after the other: all hours of a thousand checks at once would fill the memory. */
const parsed = function* (lines: readonly string[]): Generator<HourSums> {
  for (const line of lines) {
    const value = parseJson(line)?.value;
    if (isHour(value)) yield value;
  }
};

const textOf = (host: Host, folder: string): { readonly text: string; readonly why?: string } => {
  const read = host.files.read(historyPath(folder), maxBytes);
  if (read.kind === "read") return { text: new TextDecoder().decode(read.bytes) };
  return read.code === "ENOENT" ? { text: "" } : { text: "", why: read.why };
};

/** The past as the file tells it. */
export interface History {
  /** Oldest line first, at most {@link maxHours}, by the clock of the time, which may have been set; to be gone through once. */
  readonly hours: Iterable<HourSums>;
  /** Why it can't be read. */
  readonly why?: string;
}

/** Reads the hours that are over; torn and foreign lines are passed over. Never throws. */
export const readHistory = (host: Host, folder: string): History => {
  const { text, why } = textOf(host, folder);
  return { hours: parsed(linesOf(text).slice(-maxHours)), ...(why === undefined ? {} : { why }) };
};

/** The newest lines that fit. */
const fitting = (lines: readonly string[]): readonly string[] => {
  let left = maxKeptBytes;
  const first = lines.findLastIndex((line) => {
    left -= line.length + 1;
    return left < 0;
  });
  return lines.slice(first + 1);
};

/**
 * Cuts the file to its newest {@link maxHours} lines where it has a day's more, and replaces it as a whole. It goes by the number of lines and not by
 * their age: a clock that was set wrong makes nobody forget. A file that is too long to be read begins anew. Never throws.
 */
export const compactHistory = (host: Host, folder: string): Done => {
  const read = host.files.read(historyPath(folder), maxBytes);
  if (read.kind === "failed" && read.code !== "EFBIG") return read.code === "ENOENT" ? { kind: "done" } : read;
  const text = read.kind === "read" ? new TextDecoder().decode(read.bytes) : "";
  const count = text.split("\n").length - 1;
  if (read.kind === "read" && count <= maxHours + slackHours && text.length <= maxKeptBytes) return { kind: "done" };
  const kept = fitting(linesOf(text).slice(-maxHours));
  return host.files.replace(historyPath(folder), kept.map((line) => `${line}\n`).join(""), mode);
};
