import type { Done, Host } from "../host/host.ts";
import { readSealed, writeSealed } from "./sealed.ts";

/** A check, or `all`, that neither heals nor alerts until then. Times: ISO 8601 UTC, since a person says "until six o'clock". */
export interface Silence {
  readonly check: string;
  readonly from: string;
  readonly until: string;
  readonly reason: string;
  /** `uid:N`. */
  readonly by: string;
}

interface Kept {
  readonly version: 1;
  readonly silences: readonly Silence[];
}

const isKept = (value: unknown): value is Kept =>
  typeof value === "object" && value !== null && "version" in value && value.version === 1 && "silences" in value;

const path = (folder: string): string => `${folder}/silences.json`;

/** The silences that were set and have not been removed; those that are over are left out. `at`: ISO 8601 UTC. A broken file silences nothing. Never throws. */
export const readSilences = (host: Host, folder: string, at: string): readonly Silence[] => {
  const read = readSealed(host, path(folder), isKept, false);
  return read.kind === "read" ? read.value.silences.filter(({ until }) => until > at) : [];
};

/** Replaces the silences as a whole. Never throws. */
export const writeSilences = (host: Host, folder: string, silences: readonly Silence[]): Done =>
  writeSealed(host, path(folder), { version: 1, silences }, 0o640);

/** The silence that a check is under, if any. Pure. */
export const silenceOf = (silences: readonly Silence[], check: string): Silence | undefined =>
  silences.find((each) => each.check === check || each.check === "all");

/** How a silence is told: until when, by whom, why. Pure. */
export const silenceText = ({ check, until, by, reason }: Silence): string =>
  `"${check}" is silenced until ${until.slice(0, 16).replace("T", " ")} UTC by ${by}: ${reason}`;
