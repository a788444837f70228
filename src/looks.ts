import type { Check } from "./config/config.ts";
import type { Host } from "./host/host.ts";
import { type LookOptions, look } from "./probes/look.ts";
import type { Reading } from "./probes/probe.ts";

type Readings = ReadonlyMap<string, Reading>;

/** Looks at checks that this process can't look at itself, since another user has to. */
export type LookElsewhere = (checks: readonly Check[], options: LookOptions) => Promise<Readings>;

const isOurs = (host: Host, { as }: Check, usual: string | null): boolean => {
  const user = as ?? usual;
  return user === null || (host.uid !== 0 && host.uidOf(user) === host.uid);
};

/** Looks as the users that the checks name, one child each. `usual`: who looks where a check names nobody; null: we do. */
export const lookAsUsers =
  (host: Host, usual: string | null): LookElsewhere =>
  async (checks, options) => {
    const byUser = new Map<string, Check[]>();
    for (const check of checks) {
      const user = check.as ?? usual ?? "";
      byUser.set(user, [...(byUser.get(user) ?? []), check]);
    }
    const { lookAs } = await import("./probes/look-as.ts");
    const rounds = await Promise.all([...byUser].map(([user, mine]) => lookAs(host, user, mine, options)));
    return new Map(rounds.flatMap((round) => [...round]));
  };

/** Others hand their readings back together. */
const tellAll = async (looks: Promise<Readings>, { onReading }: LookOptions): Promise<Readings> => {
  const readings = await looks;
  if (onReading !== undefined) for (const [name, reading] of readings) onReading(name, reading);
  return readings;
};

/**
 * Looks at all checks together: those that are ours in this process, the others by `elsewhere`, at the same time. `usual` as in
 * {@link lookAsUsers}. Never throws.
 */
export const lookAll = async (
  host: Host,
  checks: readonly Check[],
  options: LookOptions,
  elsewhere: LookElsewhere,
  usual: string | null = null,
): Promise<Readings> => {
  const others = checks.filter((check) => !isOurs(host, check, usual));
  if (others.length === 0) return await look(host, checks, options);
  const ours = checks.filter((check) => isOurs(host, check, usual));
  const [mine, theirs] = await Promise.all([look(host, ours, options), tellAll(elsewhere(others, options), options)]);
  return new Map([...mine, ...theirs]);
};
