import type { Host } from "../host/host.ts";
import { readSealed, writeSealed } from "./sealed.ts";
import type { Moment } from "./state.ts";

/** What ailed the watchdog itself when a command of its unit ended with a status other than 0. */
export interface Illness {
  readonly exit: number;
  readonly why: string;
}

/** What was told on the terminals, and when. */
export interface ToldIllness {
  readonly version: 1;
  readonly cause: string;
  readonly moment: Moment;
}

const isIllness = (value: unknown): value is Illness & { readonly version: 1 } =>
  typeof value === "object" && value !== null && "exit" in value && "why" in value;
const isTold = (value: unknown): value is ToldIllness =>
  typeof value === "object" && value !== null && "cause" in value && "moment" in value;

const path = (folder: string): string => `${folder}/illness.json`;
const toldPath = (folder: string): string => `${folder}/illness-told.json`;

/** Leaves the reason for the unit that tells it; where even that can't be written, the exit status has to do. Never throws. */
export const writeIllness = (host: Host, folder: string, illness: Illness): void => {
  writeSealed(host, path(folder), { version: 1, ...illness }, 0o640);
};

/** Forgets the reason: a tick has reached its end in good health. Never throws. */
export const clearIllness = (host: Host, folder: string): void => {
  if (!("kind" in host.files.stat(path(folder)))) host.files.remove(path(folder));
};

/** The last reason left behind; undefined when there is none that can be read. Never throws. */
export const readIllness = (host: Host, folder: string): Illness | undefined => {
  const read = readSealed(host, path(folder), isIllness, false);
  return read.kind === "read" ? read.value : undefined;
};

/** What was last told on the terminals. Never throws. */
export const readToldIllness = (host: Host, folder: string): ToldIllness | undefined => {
  const read = readSealed(host, toldPath(folder), isTold, false);
  return read.kind === "read" ? read.value : undefined;
};

/** Remembers what was told on the terminals. Never throws. */
export const writeToldIllness = (host: Host, folder: string, told: ToldIllness): void => {
  writeSealed(host, toldPath(folder), told, 0o640);
};
