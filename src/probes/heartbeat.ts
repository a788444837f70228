import { pointerGet } from "../config/conditions.ts";
import type { HeartbeatCheck } from "../config/config.ts";
import { parseJson } from "../config/json.ts";
import type { Failure, Host } from "../host/host.ts";
import { judgeAge } from "./age.ts";
import { lookAtBeat } from "./beat.ts";
import { cannotRead } from "./cannot-read.ts";
import { parseMoment } from "./epoch.ts";
import type { Probe } from "./probe.ts";

/** A file that holds a time holds little else. */
const maxBytes = 64 * 1024;
type At = { readonly kind: "at"; readonly ms: number } | Failure;

const failed = (why: string): Failure => ({ kind: "failed", code: "EINVAL", why });

/** Looked at, not opened: a log of gigabytes counts, and one that only its owner may read. A link is followed by opening. */
const modifiedAt = ({ files }: Host, path: string): At => {
  const stat = files.stat(path);
  if ("kind" in stat) return stat;
  if (stat.isFile) return { kind: "at", ms: stat.modifiedMs };
  if (!stat.isLink)
    return failed(`it is ${stat.isFolder ? "a folder" : "a device, pipe or socket"}, not a regular file`);
  const read = files.readAt(path, 0, 0);
  return read.kind === "failed" ? read : { kind: "at", ms: read.stat.modifiedMs };
};

const writtenIn = (text: string, pointer: string | null): unknown => {
  if (pointer === null) return text;
  const parsed = parseJson(text);
  const found = pointerGet(parsed?.value, pointer);
  return found.kind === "found" ? found.value : undefined;
};

const epochIn = ({ files }: Host, path: string, pointer: string | null): At => {
  const read = files.read(path, maxBytes);
  if (read.kind === "failed") return read;
  const ms = parseMoment(writtenIn(new TextDecoder().decode(read.bytes), pointer));
  if (ms !== undefined) return { kind: "at", ms };
  return failed(
    `it holds no time${pointer === null ? "" : ` at ${pointer}`} (epoch seconds or milliseconds, or RFC 3339)`,
  );
};

/** How old a beat, a file, or the time in a file is, by the wall clock. */
export const heartbeatProbe: Probe<"heartbeat"> = {
  kind: "heartbeat",
  look: async (check: HeartbeatCheck, { host, beats }) => {
    const { file, content, at, maxAgeMs } = check.heartbeat;
    if (file === null) return lookAtBeat(check, host, beats);
    const found = content === "epoch" ? epochIn(host, file, at) : modifiedAt(host, file);
    if (found.kind === "failed") return cannotRead(file, found, check.as);
    const what = content === "epoch" ? `the time in "${file}"` : `the last change of "${file}"`;
    return judgeAge(what, found.ms, host.clock.nowMs(), maxAgeMs);
  },
  deadlineMs: () => 5000,
};
