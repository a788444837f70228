import type { Done, Host } from "../host/host.ts";
import type { HourSums } from "./history.ts";

const mode = 0o640;
/** Of the file's end, what is looked at before a line is appended: longer than the hour of 1,000 checks. */
const tailBytes = 524_288;

/** The file with the hours that are over, a line of JSON each, as {@link HourSums}. */
export const historyPath = (folder: string): string => `${folder}/history.jsonl`;

const lineOf = (hour: HourSums): string => `${JSON.stringify(hour)}\n`;

/** How the file ends; empty where there is none. */
const tailOf = ({ files }: Host, path: string): string => {
  const stat = files.stat(path);
  if ("kind" in stat || !stat.isFile) return "";
  const read = files.readAt(path, Math.max(0, stat.sizeBytes - tailBytes), tailBytes);
  return read.kind === "read" ? new TextDecoder().decode(read.bytes) : "";
};

/**
 * Appends hours that are over; on disk when it answers. What a kill let us write before, and not forget, isn't written again, and a line that it cut
 * is closed. Never throws.
 */
export const appendHours = (host: Host, folder: string, hours: readonly HourSums[]): Done => {
  const path = historyPath(folder);
  const tail = tailOf(host, path);
  const lines = hours.map(lineOf).filter((line) => !`\n${tail}`.includes(`\n${line}`));
  if (lines.length === 0) return { kind: "done" };
  const isClosed = tail === "" || tail.endsWith("\n");
  return host.files.append(path, `${isClosed ? "" : "\n"}${lines.join("")}`, mode);
};
