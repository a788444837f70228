import { printDuration } from "../duration.ts";
import type { HermesParams, OpenclawParams, PresetParams } from "../schema/preset.ts";
import { usualFolder } from "./places.ts";

/** A map as a config's file has it, before the schema. */
export type Raw = Readonly<Record<string, unknown>>;

/** What a preset makes, in the file's own syntax. */
export interface Made {
  /** Checks by their whole name. */
  readonly checks: Readonly<Record<string, Raw>>;
  /** Names of those that its rule heals. */
  readonly heals: readonly string[];
  /** What the rule's recipe is given. */
  readonly with: Raw;
  /** What it leaves out, in a sentence; undefined when it is whole. */
  readonly warning: string | undefined;
}

/** The user of a gateway. */
export interface Owner {
  readonly name: string;
  /** Undefined where that isn't known on this host. */
  readonly uid: number | undefined;
  /** The home folder. */
  readonly home: string;
}

/** Where a preset's gateway lives, as far as config and host tell. */
export interface Place {
  readonly prefix: string;
  readonly unit: string;
  readonly scope: "system" | "user";
  /** Whose it is, where that is known: of the preset's `as`, or of the user's own install. */
  readonly user: Owner | undefined;
  /** No other gateway of this sort is looked at for this user: then every process of it counts. */
  readonly isAlone: boolean;
}

/** `as`, where the preset has one. Pure. */
export const asOf = ({ as }: PresetParams): Raw => (as === null ? {} : { as });

/**
 * The check of the gateway's process. With another gateway of the same user only the unit tells them apart; else every one counts, so that a
 * second, which fights for the same bot, is seen. `lock`: who holds it is the gateway, whatever it is called. Pure.
 */
export const processCheck = (params: PresetParams, place: Place, command: string, lock: string | undefined): Raw => ({
  process: {
    command,
    ...(place.user === undefined ? {} : { user: place.user.name }),
    ...(place.isAlone ? {} : { unit: place.unit }),
  },
  ...asOf(params),
  count: 1,
  ...(lock === undefined ? {} : { lock }),
  needs: [`${place.prefix}-unit`],
  ...graceOf(params),
});

/** The check of the gateway's unit. Pure. */
export const unitCheck = (params: PresetParams, { unit, scope }: Place): Raw => ({
  unit: scope === "user" ? { name: unit, scope } : { name: unit },
  ...asOf(params),
  max_restarts: 3,
});

/** The folder of the gateway's state; undefined where nobody knows whose it is. Pure. */
export const homeOf = ({ preset, home, profile }: OpenclawParams | HermesParams, { user }: Place): string | undefined =>
  home ?? (user === undefined ? undefined : usualFolder(preset, user.home, profile));

/** `grace`, as the preset has it. Pure. */
export const graceOf = ({ graceMs }: PresetParams): Raw => (graceMs === 0 ? {} : { grace: printDuration(graceMs) });

/** What `restart-unit` needs for the gateway's unit. Pure. */
export const restartOf = ({ as }: PresetParams, { unit, scope }: Place): Raw => ({
  unit,
  ...(scope === "user" ? { scope, ...(as === null ? {} : { user: as }) } : {}),
});

/** Names of checks with the preset's prefix. Pure. */
export const named = (prefix: string, parts: Readonly<Record<string, Raw | undefined>>): Made["checks"] =>
  Object.fromEntries(
    Object.entries(parts).flatMap(([part, check]) => (check === undefined ? [] : [[`${prefix}-${part}`, check]])),
  );
