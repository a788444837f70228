import type { Done, Host } from "../host/host.ts";
import { emptyHealState, type HealState } from "./heal-state.ts";
import { maxSealedBytes, readSealed, type Unsealed, writeSealed } from "./sealed.ts";
import { emptyState, type Moment, type State } from "./state.ts";

/** Readable by the group, so that `status` serves operators; written by the owner alone. */
const mode = 0o640;

const hasVersion1 = (value: unknown): boolean =>
  typeof value === "object" && value !== null && "version" in value && value.version === 1;
const isState = (value: unknown): value is State => hasVersion1(value);
const isHealState = (value: unknown): value is HealState => hasVersion1(value);

/** `isLost`: there was a state and it can't be used; `note` says what happened, for the operator. */
export interface Loaded<T> {
  readonly value: T;
  readonly isLost: boolean;
  readonly isMissing: boolean;
  readonly note: string | undefined;
}

const loaded = <T>(unsealed: Unsealed<T>, path: string, empty: T, isReadOnly: boolean): Loaded<T> => {
  switch (unsealed.kind) {
    case "read":
      return { value: unsealed.value, isLost: false, isMissing: false, note: undefined };
    case "missing":
      return { value: empty, isLost: false, isMissing: true, note: undefined };
    case "broken": {
      const aside = unsealed.aside === undefined ? "" : `; kept as "${unsealed.aside}"`;
      const fate = isReadOnly ? "the next tick will replace it" : `it was replaced${aside}`;
      return {
        value: empty,
        isLost: true,
        isMissing: false,
        note: `"${path}" is broken (${unsealed.why}); ${fate}`,
      };
    }
  }
};

/** The file with what a tick hands the next. */
export const statePath = (folder: string): string => `${folder}/state.json`;
/** The file with what heals leave behind. */
export const healStatePath = (folder: string): string => `${folder}/heal.json`;

/** Reads the state; a missing one is empty, a broken one is set aside (never when read only), noted and empty. Never throws. */
export const readState = (host: Host, folder: string, isReadOnly: boolean): Loaded<State> =>
  loaded(readSealed(host, statePath(folder), isState, !isReadOnly), statePath(folder), emptyState, isReadOnly);

/** Reads the heal state; where it was lost, every rule cools down from now. Never throws. */
export const readHealState = (host: Host, folder: string, now: Moment, isReadOnly: boolean): Loaded<HealState> => {
  const read = loaded(
    readSealed(host, healStatePath(folder), isHealState, !isReadOnly),
    healStatePath(folder),
    emptyHealState,
    isReadOnly,
  );
  // A file of an older dogwatch lacks what came later.
  return { ...read, value: { ...emptyHealState, ...read.value, ...(read.isLost ? { lostAt: now } : {}) } };
};

/** Why this user may not look into the state; undefined where he may, or there is none. Never throws. */
export const stateDenial = (host: Host, folder: string): string | undefined => {
  const read = host.files.read(statePath(folder), maxSealedBytes);
  return read.kind === "failed" && read.code === "EACCES" ? read.why : undefined;
};

/** Writes the state; on disk when it answers. Never throws. */
export const writeState = (host: Host, folder: string, state: State): Done =>
  writeSealed(host, statePath(folder), state, mode);

/** Writes the heal state; on disk when it answers. Never throws. */
export const writeHealState = (host: Host, folder: string, heal: HealState): Done =>
  writeSealed(host, healStatePath(folder), heal, mode);
