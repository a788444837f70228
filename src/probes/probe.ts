import type { Check, CheckOf, SecretRef } from "../config/config.ts";
import type { Host, Manager, ProcessList, UnitFacts } from "../host/host.ts";

/** What a probe keeps for its own next look, in the state file. Plain JSON, small. */
export type Memory = Readonly<Record<string, string | number | boolean | null>>;

/**
 * What the probe saw. `evidence` is one line for a person, bounded and stripped of control characters by the runner.
 * `startedUptimeS`: when the youngest process or the unit it looked at started, for start grace; seconds of host uptime.
 */
export interface Reading {
  readonly kind: "ok" | "bad" | "unknown";
  readonly evidence: string;
  readonly durationMs: number;
  readonly startedUptimeS?: number;
  /** Bad, but never more than amber: it tells a person and never heals. */
  readonly isAdvisory?: true;
  /** Bad, and a person's decision: told red, and no recipe touches it. */
  readonly isAlertOnly?: true;
  /** Words of what is wrong that stay the same from look to look, such as `stuck`: a red check that gets a new one is told again. */
  readonly findings?: readonly string[];
  /** Well now, and on its way to red by time alone: whoever heals should look too, so as to remember it as well. */
  readonly isStanding?: true;
  /** Of a queue: jobs that wait, and that run; null: the source doesn't tell. */
  readonly depth?: { readonly ready: number; readonly running: number | null };
  readonly memory?: Memory;
}

/** A reading before the runner has timed and cleaned it. */
export type Seen = Omit<Reading, "durationMs">;

/** What all probes of one tick share, each asked of the machine at most once. */
export interface Shared {
  processes(): Promise<ProcessList>;
  unit(manager: Manager, unit: string): Promise<UnitFacts | { readonly kind: "failed"; readonly why: string }>;
}

/** Where beats lie, and whose count where a check names nobody: root's on a system install, else one's own. */
export interface Beats {
  readonly folder: string;
  readonly uid: number;
}

/** The beats of a system install. */
export const systemBeats: Beats = { folder: "/var/lib/dogwatch-beat", uid: 0 };

export interface ProbeContext {
  readonly host: Host;
  readonly shared: Shared;
  readonly beats: Beats;
  /** What this check's last look left; undefined at the first. */
  readonly memory: Memory | undefined;
  /** Milliseconds that this look may take at most: what is left of its round. */
  readonly maxMs: number;
  /** Text of a credential or secret file, or why it can't be had. */
  secret(ref: SecretRef): Secret;
}

/** A secret's text, or why it can't be had. */
export type Secret =
  | { readonly kind: "secret"; readonly text: string }
  | { readonly kind: "failed"; readonly why: string };

/** The seam: a new kind of check is one file with this shape, one line in `index.ts`, and its test. */
export interface Probe<Kind extends Check["kind"]> {
  readonly kind: Kind;
  /** Looks once. May reject or hang: the runner turns both into an `unknown` or `bad` reading at its deadline. */
  look(check: CheckOf<Kind>, context: ProbeContext): Promise<Seen>;
  /** Units that the shared `systemctl show` must fetch for this check. */
  units?(check: CheckOf<Kind>): readonly { readonly manager: Manager; readonly unit: string }[];
  /** What the shared process list must hold for this check; absent or undefined: no list is read for it. */
  processes?(check: CheckOf<Kind>): { readonly argv: boolean; readonly uid: boolean } | undefined;
  /** Milliseconds after which the runner gives the look up. */
  deadlineMs(check: CheckOf<Kind>): number;
}
