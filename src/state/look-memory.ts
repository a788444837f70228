import type { Host } from "../host/host.ts";
import type { Memory } from "../probes/probe.ts";
import { readSealed, writeSealed } from "./sealed.ts";

/** What the helper's own looks leave for its next ones, by check. */
export type LookMemory = Readonly<Record<string, Memory>>;

interface Kept {
  readonly version: 1;
  readonly memory: LookMemory;
}

const isKept = (value: unknown): value is Kept =>
  typeof value === "object" && value !== null && "version" in value && value.version === 1 && "memory" in value;

const path = (folder: string): string => `${folder}/looks.json`;

/** Reads what earlier looks left; nothing where the file is missing or broken, since a look without memory is only less sharp. Never throws. */
export const readMemory = (host: Host, folder: string): LookMemory => {
  const read = readSealed(host, path(folder), isKept, false);
  return read.kind === "read" ? read.value.memory : {};
};

/** Keeps what the looks left, where it has changed. Never throws. */
export const keepMemory = (host: Host, folder: string, memory: LookMemory): void => {
  if (JSON.stringify(readMemory(host, folder)) === JSON.stringify(memory)) return;
  writeSealed(host, path(folder), { version: 1, memory }, 0o640);
};
