/** Types of units whose processes systemd keeps in a control group of their own. Source: systemd.unit(5). */
const unitPattern = /^[A-Za-z0-9:_.\\@-]+\.(?:service|scope|socket|mount|swap)$/;
const userManagerPattern = /^user@.+\.service$/;

const belowSlices = (parts: readonly string[]): readonly string[] => {
  const first = parts.findIndex((part) => !part.endsWith(".slice"));
  return first < 0 ? [] : parts.slice(first);
};

/** systemd puts `_` before a name that could be taken for a file of the cgroup file system. Source: cg_escape. */
const nameOf = (part: string | undefined): string | undefined => {
  const name = part?.startsWith("_") === true ? part.slice(1) : part;
  return name !== undefined && unitPattern.test(name) ? name : undefined;
};

/** The unit of a process, and whose manager keeps it: the uid of a user's, or none for the system's. */
export interface Place {
  readonly unit: string;
  readonly managerUid?: number;
}

const placeOfPath = (path: string | undefined): Place | undefined => {
  // The kernel marks the group of a zombie like this once the group itself is gone.
  const parts = path?.replace(/ \(deleted\)$/, "").split("/") ?? [];
  const below = belowSlices(parts.filter((part) => part !== ""));
  const unit = nameOf(below[0]);
  if (unit === undefined || !userManagerPattern.test(unit)) return unit === undefined ? undefined : { unit };
  const inside = nameOf(belowSlices(below.slice(1))[0]);
  // The manager itself sits in an init.scope of its own, a name that says less than its unit's.
  if (inside === undefined || inside === "init.scope") return { unit };
  const uid = /^user@(\d+)\.service$/.exec(unit)?.[1];
  return uid === undefined ? { unit: inside } : { unit: inside, managerUid: Number(uid) };
};

/**
 * The systemd unit in the text of /proc/PID/cgroup: below the manager of a user the user's own unit, else the system's;
 * undefined when it is in none. The name is as `systemctl` shows it: escapes such as `\x2d` are part of it. Pure, never
 * throws.
 * Source: cgroups(7), systemd's cg_path_get_unit and cg_path_get_user_unit (src/basic/cgroup-util.c).
 */
export const placeOfCgroup = (text: string): Place | undefined => {
  // systemd's own hierarchy is name=systemd where it uses version 1, the unnamed one of version 2 elsewhere; the other
  // may be there too, at its root.
  const paths = [/^\d+:name=systemd:(.+)$/m.exec(text)?.[1], /^0::(.+)$/m.exec(text)?.[1]];
  return placeOfPath(paths[0]) ?? placeOfPath(paths[1]);
};

/** The unit alone: see {@link placeOfCgroup}. */
export const unitOfCgroup = (text: string): string | undefined => placeOfCgroup(text)?.unit;
