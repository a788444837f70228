import type { SeenEntry } from "../log/seen-entry.ts";
import { type Worse, worseOf } from "../log/worse.ts";

/** How ECS files an event of ours. Source: ECS 9.4.0, event.kind, event.category, event.type, event.outcome. */
export interface EcsKind {
  readonly kind: "alert" | "event";
  readonly category: readonly string[];
  readonly type: readonly string[];
  readonly outcome?: "success" | "failure" | "unknown";
  /** 1 informational, 2 low, 3 medium, 4 high: the same scale as in the OCSF export. */
  readonly severity: 1 | 2 | 3 | 4;
}

const heal = (type: "info" | "change", severity: EcsKind["severity"], outcome?: EcsKind["outcome"]): EcsKind => ({
  kind: "event",
  category: ["process"],
  type: [type],
  severity,
  ...(outcome === undefined ? {} : { outcome }),
});

const setting = (type: "change" | "creation" | "deletion", severity: EcsKind["severity"]): EcsKind => ({
  kind: "event",
  category: ["configuration"],
  type: [type],
  outcome: "success",
  severity,
});

const kinds: Readonly<Record<string, EcsKind>> = {
  "incident.opened": { kind: "alert", category: ["host"], type: ["info"], severity: 4 },
  "incident.resolved": { kind: "event", category: ["host"], type: ["info"], severity: 1 },
  "heal.archived": heal("info", 1),
  "heal.created": heal("info", 1),
  "heal.planned": heal("info", 1),
  "heal.dispatched": heal("change", 1, "unknown"),
  "heal.proved": heal("info", 1, "success"),
  "heal.failed": heal("info", 4, "failure"),
  "heal.restored": { kind: "event", category: ["file"], type: ["change"], severity: 1 },
  "heal.refused": heal("info", 3),
  "heal.indeterminate": heal("info", 4, "unknown"),
  "heal.unlatched": setting("change", 2),
  "silence.added": setting("creation", 2),
  "silence.removed": setting("deletion", 1),
  "config.changed": setting("change", 2),
  "log.torn": { kind: "event", category: ["file"], type: ["info"], severity: 2 },
  "log.rotated": { kind: "event", category: ["file"], type: ["change"], severity: 1 },
};

const later: EcsKind = { kind: "event", category: [], type: ["info"], severity: 1 };

/** What is worse than its name tells must not pass for information. */
const worse: Readonly<Record<Worse, Partial<EcsKind>>> = {
  "not-all-restored": { severity: 4, outcome: "failure" },
  "log-altered": { severity: 4 },
};

/** How ECS files an entry; one of a later version of ours has no category. Never throws. */
export const ecsKindOf = (entry: Pick<SeenEntry, "event" | "why">): EcsKind => {
  const kind = (Object.hasOwn(kinds, entry.event) ? kinds[entry.event] : undefined) ?? later;
  const how = worseOf(entry);
  return how === undefined ? kind : { ...kind, ...worse[how] };
};
