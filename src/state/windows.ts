import type { Host } from "../host/host.ts";
import { readSealed, writeSealed } from "./sealed.ts";
import type { Silence } from "./silence.ts";

/** One time that a window of `maintenance` is open. Times: ISO 8601 UTC. */
export interface Window {
  /** Its place in the config, from 0. */
  readonly item: number;
  readonly checks: readonly string[];
  readonly from: string;
  readonly until: string;
  /** Empty where the config gives none. */
  readonly reason: string;
  readonly cron: string;
  /** IANA name. */
  readonly timezone: string;
}

/** Windows that were computed ahead: good from `from` until `refreshAt`, for this config on a host in this time zone. */
export interface KeptWindows {
  readonly version: 1;
  readonly configSha256: string;
  readonly zone: string;
  readonly from: string;
  readonly refreshAt: string;
  readonly windows: readonly Window[];
}

const isRecord = (value: unknown): value is Record<string, unknown> => typeof value === "object" && value !== null;

/** Root's `silence list` reads what the watcher's side wrote: its shape is asked for whole. */
const isWindow = (value: unknown): value is Window =>
  isRecord(value) &&
  typeof value["item"] === "number" &&
  Array.isArray(value["checks"]) &&
  [...value["checks"], ...["from", "until", "reason", "cron", "timezone"].map((key) => value[key])].every(
    (each) => typeof each === "string",
  );

const isKept = (value: unknown): value is KeptWindows =>
  isRecord(value) && value["version"] === 1 && Array.isArray(value["windows"]) && value["windows"].every(isWindow);

const path = (folder: string): string => `${folder}/maintenance.json`;

/** The windows that the last look ahead found; undefined where there is no such file, or a broken one. Never throws. */
export const readKeptWindows = (host: Host, folder: string): KeptWindows | undefined => {
  const read = readSealed(host, path(folder), isKept, false);
  return read.kind === "read" ? read.value : undefined;
};

/** Keeps them for the ticks to come, and for `status`. One that can't be kept is computed again. Never throws. */
export const keepWindows = (host: Host, folder: string, kept: KeptWindows): void =>
  void writeSealed(host, path(folder), kept, 0o640);

/** What each window of the config is next, as the last tick knows it: open, or to open within `withinMs` of `at`. Empty where it was computed for another config. Pure. */
export const soonOf = (
  kept: KeptWindows | undefined,
  configSha256: string,
  at: string,
  withinMs: number,
): readonly Window[] => {
  if (kept?.configSha256 !== configSha256) return [];
  const horizon = new Date(Date.parse(at) + withinMs).toISOString();
  const seen = new Set<number>();
  return kept.windows.filter(({ item, from, until }) => {
    const isNext = until > at && from < horizon && !seen.has(item);
    if (isNext) seen.add(item);
    return isNext;
  });
};

/** Whether a window is open at a moment, ISO 8601 UTC. Pure. */
export const isOpen = ({ from, until }: Window, at: string): boolean => from <= at && at < until;

/** What an open window means for its checks. Pure. */
export const silencesOf = ({ checks, from, until, reason }: Window): readonly Silence[] =>
  checks.map((check) => ({ check, from, until, reason, by: "config" }));
