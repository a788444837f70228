import type { Failure } from "../host/host.ts";
import type { Head } from "../log/entry.ts";
import type { Reading } from "../probes/probe.ts";
import type { Incident } from "../state/state.ts";
import type { Judged } from "../verdict/judge.ts";
import type { Healed } from "./healed.ts";

/** What the watcher wants to have written down. The helper checks each against what it knows itself; a repeat changes nothing. */
export type WatcherEvent =
  | { readonly event: "incident.opened"; readonly incident: string; readonly check: string; readonly evidence: string }
  | { readonly event: "incident.resolved"; readonly incident: string; readonly check: string; readonly why: string }
  | { readonly event: "config.changed" };

/** What a tick asks to have healed, if the helper finds the same. */
export interface HealRequest {
  readonly judged: readonly Judged[];
  /** Open incidents by check. */
  readonly incidents: Readonly<Record<string, Incident>>;
  readonly isDryRun: boolean;
  /** Called when a recipe is about to be applied. */
  readonly onApply: (healed: Healed) => void;
}

/** Incidents that are open in the log, by check. `openedAt`: RFC 3339 UTC. */
export type LoggedIncidents = Readonly<Record<string, { readonly id: string; readonly openedAt: string }>>;

/**
 * The side that may change things and writes the log, as a tick sees it: in the same process, or root's behind a socket. No method throws
 * for expected trouble.
 */
export interface Helper {
  /** The log's head; null when it can't be read. */
  head(): Promise<Head | null>;
  /** The head as last heard of. */
  lastHead(): Head | null;
  /** The head after what this process itself has written; undefined where that is nothing. */
  grownTo(): Head | undefined;
  incidents(): Promise<LoggedIncidents>;
  /** Looks at checks that we can't look at ourselves; a check that can't be looked at reads `unknown`. */
  look(checks: readonly string[]): Promise<ReadonlyMap<string, Reading>>;
  /** Says which checks may turn red, so that the helper can take its first reading while we wait for our second. */
  suspect(checks: readonly string[]): void;
  /** Writes what happened into the log. */
  enter(events: readonly WatcherEvent[]): Promise<{ readonly kind: "appended"; readonly head: Head } | Failure>;
  heal(request: HealRequest): Promise<Healed>;
  /** Keeps copies of what runs green now, of the files that recipes may put back. `judged`: what the tick found. */
  keep(judged: readonly Judged[]): Promise<void>;
  /** Has the log sealed for this day; gives the newest seal's number. */
  seal(): Promise<{ readonly kind: "sealed"; readonly seal: number } | Failure>;
  /** Forgets what no longer counts. `notGreen`: names of checks that aren't well. */
  tidy(notGreen: readonly string[]): Promise<void>;
  /** Why the log or the heal state can't be written, once that was seen. */
  trouble(): Failure | undefined;
  /** Sentences for the operator: a broken file that was set aside. */
  notes(): readonly string[];
  /** Nothing more is asked. */
  close(): void;
}
