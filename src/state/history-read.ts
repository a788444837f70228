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

interface Line {
  readonly text: string;
  readonly hour: HourSums;
}

/** Whether this is an hour; its counts are looked at where they are used. */
const isHour = (value: unknown): value is HourSums =>
  isMap(value) &&
  typeof value["from"] === "string" &&
  !Number.isNaN(Date.parse(value["from"])) &&
  isMap(value["checks"]);

/** The lines that can be used, oldest first. Of those about one and the same hour the last wins. */
const parse = (text: string): readonly Line[] => {
  const lines = text.split("\n").flatMap((each): Line[] => {
    const value = each === "" ? undefined : parseJson(each)?.value;
    return isHour(value) ? [{ text: each, hour: value }] : [];
  });
  return [...new Map(lines.map((line) => [line.hour.from, line])).values()];
};

const textOf = (host: Host, folder: string): { readonly text: string; readonly why?: string } => {
  const read = host.files.read(historyPath(folder), maxBytes);
  if (read.kind === "read") return { text: new TextDecoder().decode(read.bytes) };
  return read.code === "ENOENT" ? { text: "" } : { text: "", why: read.why };
};

/** The past as the file tells it. */
export interface History {
  /** Oldest line first, at most {@link maxHours}; by the clock of the time, which may have been set. */
  readonly hours: readonly HourSums[];
  /** Why it can't be read. */
  readonly why?: string;
}

/** Reads the hours that are over; torn and foreign lines are passed over. Never throws. */
export const readHistory = (host: Host, folder: string): History => {
  const { text, why } = textOf(host, folder);
  const hours = parse(text)
    .slice(-maxHours)
    .map(({ hour }) => hour);
  return { hours, ...(why === undefined ? {} : { why }) };
};

/** The newest lines that fit. */
const fitting = (lines: readonly Line[]): readonly Line[] => {
  let left = maxKeptBytes;
  const first = lines.findLastIndex(({ text }) => {
    left -= text.length + 1;
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
  const kept = fitting(parse(text).slice(-maxHours));
  return host.files.replace(historyPath(folder), kept.map((line) => `${line.text}\n`).join(""), mode);
};
