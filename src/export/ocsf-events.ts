import type { SeenEntry } from "../log/seen-entry.ts";
import { type Worse, worseOf } from "../log/worse.ts";
import {
  baseEvent,
  detectionFinding,
  entityManagement,
  eventLog,
  type OcsfClass,
  processRemediation,
  remediation,
} from "./ocsf-classes.ts";

/** A number of one of OCSF's lists, with its word. */
export type Coded = readonly [id: number, caption: string];

/** What an event of ours is in OCSF. */
export interface OcsfKind {
  readonly of: OcsfClass;
  readonly activity: Coded;
  readonly severity: Coded;
  readonly status: Coded;
}

const informational: Coded = [1, "Informational"];
const low: Coded = [2, "Low"];
const medium: Coded = [3, "Medium"];
const high: Coded = [4, "High"];

const success: Coded = [1, "Success"];
const failure: Coded = [2, "Failure"];
const unknown: Coded = [0, "Unknown"];
const other = (caption: string): Coded => [99, caption];

/** OCSF's name for putting a system back into a better state, after MITRE D3FEND. */
const restore: Coded = [3, "Restore"];

const heal = (status: Coded, severity: Coded = informational): OcsfKind => ({
  of: remediation,
  activity: restore,
  severity,
  status,
});

const entity = (activity: Coded, severity: Coded): OcsfKind => ({
  of: entityManagement,
  activity,
  severity,
  status: success,
});

const rotated = (activity: Coded): OcsfKind => ({ of: eventLog, activity, severity: informational, status: success });

const kinds: Readonly<Record<string, OcsfKind>> = {
  "incident.opened": { of: detectionFinding, activity: [1, "Create"], severity: high, status: [1, "New"] },
  "incident.resolved": {
    of: detectionFinding,
    activity: [3, "Close"],
    severity: informational,
    status: [4, "Resolved"],
  },
  "heal.archived": heal(other("Archived")),
  "heal.created": heal(other("Created")),
  "heal.planned": heal(other("Planned")),
  "heal.dispatched": heal(other("Dispatched")),
  "heal.proved": heal(success),
  "heal.failed": heal(failure, high),
  "heal.restored": heal(other("Restored")),
  "heal.refused": heal(other("Refused"), medium),
  "heal.indeterminate": heal(unknown, high),
  "heal.unlatched": entity([10, "Activate"], low),
  "silence.added": entity([12, "Suspend"], low),
  "silence.removed": entity([13, "Resume"], informational),
  "config.changed": entity([3, "Update"], low),
  "log.torn": { of: eventLog, activity: other("Torn"), severity: low, status: other("Sealed") },
  "log.rotated": rotated([5, "Rotate"]),
};

/** The helper says so when it removes a file that is older than the config keeps. */
const isRemoval = ({ event, why }: SeenEntry): boolean => event === "log.rotated" && /^removed /u.test(why ?? "");

const isOfProcess = ({ of }: OcsfKind, { target }: SeenEntry): boolean =>
  of === remediation && target?.pid !== undefined;

/** What is worse than its name tells must not be filed as a success. */
const worse: Readonly<Record<Worse, Pick<OcsfKind, "severity" | "status">>> = {
  "not-all-restored": { severity: high, status: other("Not all restored") },
  "log-altered": { severity: high, status: other("Altered") },
};

/** What an entry is in OCSF; one of a later version of ours is a base event. Never throws. */
export const kindOf = (entry: SeenEntry): OcsfKind => {
  if (isRemoval(entry)) return rotated([2, "Delete"]);
  const kind = Object.hasOwn(kinds, entry.event) ? kinds[entry.event] : undefined;
  if (kind === undefined)
    return { of: baseEvent, activity: other(entry.event), severity: informational, status: unknown };
  const how = worseOf(entry);
  const told = how === undefined ? kind : { ...kind, ...worse[how] };
  return isOfProcess(kind, entry) ? { ...told, of: processRemediation } : told;
};
