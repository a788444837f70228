/** What happened, as the heal log tells it. Source: the format in docs/audit.md. */
export type LogEvent =
  | "heal.archived"
  | "heal.created"
  | "heal.planned"
  | "heal.dispatched"
  | "heal.proved"
  | "heal.failed"
  | "heal.restored"
  | "heal.refused"
  | "heal.indeterminate"
  | "heal.unlatched"
  | "incident.opened"
  | "incident.resolved"
  | "silence.added"
  | "silence.removed"
  | "config.changed"
  | "log.torn"
  | "log.rotated";

/** What a caller hands to the log; `seq`, `at`, `host`, `boot` and `prev` are added on append. Absent keys are left out of the line. */
export interface NewEntry {
  readonly event: LogEvent;
  /** `helper` (heals), `watcher` (incidents, config) or `uid:N` (a person by hand). */
  readonly by: string;
  readonly incident?: string;
  readonly check?: string;
  readonly evidence?: string;
  readonly recipe?: string;
  readonly recipe_sha256?: string;
  readonly config_sha256?: string;
  readonly binary_sha256?: string;
  readonly key?: string;
  readonly attempt?: number;
  readonly argv?: readonly string[];
  readonly target?: {
    readonly unit?: string;
    readonly user?: string;
    readonly pid?: number;
    readonly started?: string;
  };
  readonly backup?: readonly { readonly path: string; readonly sha256: string }[];
  readonly exit?: number | string;
  readonly proof?: string;
  readonly why?: string;
  readonly budget_left?: number;
}

/** One line of the log. `prev` is the lower-case hex SHA-256 of the previous line's bytes without its newline; 64 zeros for the first. */
export interface Entry extends NewEntry {
  /** The line's number, from 1. */
  readonly seq: number;
  /** RFC 3339, UTC, milliseconds. */
  readonly at: string;
  readonly host: string;
  readonly boot: string;
  readonly prev: string;
}

/** Sequence and hash of the log's last line. `sha256` is 64 zeros and `seq` 0 when there is no line yet. */
export interface Head {
  readonly seq: number;
  readonly sha256: string;
}
