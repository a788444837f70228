import type { Host } from "../host/host.ts";
import { readSealed, writeSealed } from "./sealed.ts";

/** The dead-man's switch didn't hear of the last tick. */
export interface DeafSwitch {
  readonly version: 1;
  /** ISO 8601 UTC: the first tick in a row that it didn't hear of. */
  readonly since: string;
  readonly why: string;
}

const isDeaf = (value: unknown): value is DeafSwitch =>
  typeof value === "object" && value !== null && "since" in value && "why" in value;

const path = (folder: string): string => `${folder}/deadman.json`;

/** Why and since when pings fail; undefined when the last one was heard. Never throws. */
export const readDeafSwitch = (host: Host, folder: string): DeafSwitch | undefined => {
  const read = readSealed(host, path(folder), isDeaf, false);
  return read.kind === "read" ? read.value : undefined;
};

/** Notes that a ping failed, or that one was heard again (`why` undefined). Writes only when that changes something: most ticks cost one look. Never throws. */
export const noteSwitch = (host: Host, folder: string, at: string, why: string | undefined): void => {
  if (why === undefined) {
    if (!("kind" in host.files.stat(path(folder)))) host.files.remove(path(folder));
    return;
  }
  const before = readDeafSwitch(host, folder);
  if (before?.why !== why)
    writeSealed(host, path(folder), { version: 1, since: before?.since ?? at, why } satisfies DeafSwitch, 0o640);
};
