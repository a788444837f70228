/** The config as the rest of the program sees it: checked, defaults filled in, durations in ms. Plain JSON, so that it can be kept. */

import type { Maintenance } from "./maintenance.ts";
import type { queueFields, queueFindings } from "./queue-words.ts";

/** The worst that a check may turn; amber tells a person and never heals. */
export type Severity = "red" | "amber";

/** A count of processes: both ends included. */
export interface CountRange {
  readonly min: number;
  readonly max: number | null;
}

/** `{credential}` names a file in the credentials folder, `{file}` an absolute path. */
export type SecretRef = { readonly credential: string } | { readonly file: string };
/** A header's or address's value: plain text, or a secret with an optional prefix such as `Bearer `. */
export type TextOrSecret = string | (SecretRef & { readonly prefix?: string });

/** What every check has. `redAfter`: bad ticks in a row until it is red. `graceMs`: how long bad is only amber after boot, or after the start of what it `needs`. */
export interface CheckCommon {
  readonly name: string;
  readonly redAfter: number;
  readonly needs: readonly string[];
  readonly graceMs: number;
  readonly severity: Severity;
  readonly card: string | null;
  /** Look as this user; see SPEC "as". */
  readonly as: string | null;
}

/** Counts the processes that fit all of what is given (null: any). `forbidEnv`: patterns for names of variables that none of them may carry. */
export interface ProcessCheck extends CheckCommon {
  readonly kind: "process";
  readonly process: {
    readonly name: string | null;
    /** Source text of a regular expression, matched against argv joined by spaces. */
    readonly command: string | null;
    readonly user: string | null;
    readonly unit: string | null;
    readonly pidfile: string | null;
  };
  readonly count: CountRange;
  /** Lock files of the program, `*` and `?` allowed in the last name: who holds one must be among the processes. Null: none is looked at. */
  readonly lock: string | null;
  readonly forbidEnv: readonly string[];
}

/** `eq`, or a comparison of numbers, or `~` with a regular expression's source text. */
export interface Condition {
  readonly op: "==" | "!=" | ">" | ">=" | "<" | "<=" | "~";
  readonly value: string | number | boolean | null;
}

/** What a check asks over HTTP. */
export interface Ask {
  readonly url: string;
  /** Path of a Unix socket to ask through. */
  readonly socket: string | null;
  readonly timeoutMs: number;
  readonly headers: Readonly<Record<string, TextOrSecret>>;
}

/** Asks an address and holds the answer against all of `expect`. */
export interface HttpCheck extends CheckCommon {
  readonly kind: "http";
  readonly http: Ask & { readonly method: "GET" | "HEAD" };
  readonly expect: {
    readonly status: readonly { readonly min: number; readonly max: number }[];
    /** RFC 6901 pointer and what must stand there. */
    readonly json: readonly { readonly pointer: string; readonly condition: Condition }[];
    /** Regular expression's source text that the body must match. */
    readonly body: string | null;
    readonly latency: { readonly op: "<" | "<="; readonly ms: number } | null;
  };
}

/** Asks a service manager about one unit: the system's, or with scope `user` that of the user in `as`. */
export interface UnitCheck extends CheckCommon {
  readonly kind: "unit";
  readonly unit: { readonly name: string; readonly scope: "system" | "user" };
  /** NRestarts since the last tick that are too many. */
  readonly maxRestarts: number;
}

/** Connects and hangs up: somebody must listen within `timeoutMs`. */
export interface TcpCheck extends CheckCommon {
  readonly kind: "tcp";
  readonly tcp: { readonly host: string; readonly port: number; readonly timeoutMs: number };
}

/** A number of a queue that a source may tell. */
export type QueueField = (typeof queueFields)[number];

/** Where a queue's numbers come from. `fields`: a JSON pointer or a metric selector, or the number itself. */
export type QueueSource =
  | {
      readonly kind: "http" | "prometheus";
      readonly ask: Ask;
      readonly fields: Readonly<Partial<Record<QueueField, string | number>>>;
    }
  | { readonly kind: "hermes" | "openclaw"; readonly file: string };

/** What can be wrong with a queue; only the first two may be healed. */
export type QueueFinding = (typeof queueFindings)[number];

/** Judges how jobs flow, from look to look. `backlogAfter`: so many ticks in a row with more ready jobs. */
export interface QueueCheck extends CheckCommon {
  readonly kind: "queue";
  readonly queue: QueueSource;
  /** Ready jobs, a free slot, and nothing claimed or finished for so long: stuck. */
  readonly stuckAfterMs: number;
  /** A running job that hasn't beaten for so long: stale. */
  readonly staleAfterMs: number;
  readonly backlogAfter: number;
  /** Source text of a regular expression that a worker's command line matches; its first group is the job's id. Null: what the source knows. */
  readonly workers: string | null;
  /** What is judged. */
  readonly findings: readonly QueueFinding[];
}

/** A sign of life that something leaves in time: a beat by `dogwatch beat`, or any file. Exactly one of `beat` and `file`. */
export interface HeartbeatCheck extends CheckCommon {
  readonly kind: "heartbeat";
  readonly heartbeat: {
    readonly beat: string | null;
    /** The user that the beat's file must belong to. */
    readonly by: string | null;
    readonly file: string | null;
    /** The file's time of change, or the epoch seconds that it holds. */
    readonly content: "modified" | "epoch";
    /** RFC 6901 pointer to the epoch in a JSON file. */
    readonly at: string | null;
    readonly maxAgeMs: number;
  };
}

/** What is documented, held against what runs. `at`: RFC 6901 pointer; for an environment file, the variable's name behind a slash. */
export interface DriftCheck extends CheckCommon {
  readonly kind: "drift";
  readonly drift: {
    readonly source:
      | { readonly kind: "file"; readonly file: string; readonly format: "yaml" | "json" | "toml" | "env" }
      | { readonly kind: "http"; readonly ask: Ask }
      /** Source text of a regular expression on a command line; its first group is the value. */
      | { readonly kind: "process"; readonly command: string };
    readonly at: string | null;
    readonly want: Condition;
  };
}

/** Somebody else's program by the monitoring-plugins protocol. Source: Monitoring Plugins Development Guidelines. */
export interface PluginCheck extends CheckCommon {
  readonly kind: "plugin";
  readonly plugin: { readonly command: readonly string[]; readonly timeoutMs: number };
}

/** A check of any kind; `kind` tells which. */
export type Check =
  | ProcessCheck
  | HttpCheck
  | UnitCheck
  | TcpCheck
  | QueueCheck
  | HeartbeatCheck
  | DriftCheck
  | PluginCheck;
/** The check of one kind, for the probe of that kind. */
export type CheckOf<Kind extends Check["kind"]> = Extract<Check, { kind: Kind }>;

/** The one chat. `kind` is the platform's name; `whenDown` the same bot's own platform, for when its gateway doesn't take a message. */
export type ChatConfig =
  | { readonly kind: "console" }
  | {
      readonly kind: "telegram";
      readonly chatId: string;
      readonly threadId: number | null;
      readonly token: SecretRef;
      readonly api: string;
    }
  | { readonly kind: "slack"; readonly how: "webhook"; readonly webhook: SecretRef; readonly api: string }
  | {
      readonly kind: "slack";
      readonly how: "token";
      readonly token: SecretRef;
      readonly channel: string;
      readonly threadTs: string | null;
      readonly api: string;
    }
  | { readonly kind: "discord"; readonly webhook: SecretRef; readonly threadId: string | null; readonly api: string }
  | { readonly kind: "mattermost"; readonly how: "webhook"; readonly webhook: SecretRef; readonly api: string }
  | {
      readonly kind: "mattermost";
      readonly how: "token";
      readonly token: SecretRef;
      readonly channel: string;
      /** The post that begins the thread. */
      readonly rootId: string | null;
      readonly api: string;
    }
  | {
      readonly kind: "matrix";
      readonly room: string;
      readonly token: SecretRef;
      /** The event that begins the thread. */
      readonly threadId: string | null;
      readonly api: string;
    }
  | {
      readonly kind: "ntfy";
      /** On a server without accounts whoever knows it reads along: then it is a secret. */
      readonly topic: string | SecretRef;
      /** 1 to 5, of what a person must see now. */
      readonly priority: number;
      readonly token: SecretRef | null;
      readonly api: string;
    }
  | {
      readonly kind: "googlechat";
      readonly webhook: SecretRef;
      /** Our own name of the thread that all messages go to; null: each is a thread of its own. */
      readonly threadKey: string | null;
      readonly api: string;
    }
  | { readonly kind: "teams"; readonly webhook: SecretRef; readonly api: string }
  | {
      readonly kind: "webhook";
      readonly url: string;
      readonly headers: Readonly<Record<string, TextOrSecret>>;
    }
  | {
      readonly kind: "alertmanager";
      readonly api: string;
      readonly headers: Readonly<Record<string, TextOrSecret>>;
      /** Base addresses of the cluster's other members. */
      readonly peers: readonly string[];
      /** Labels that every alert of this host carries besides dogwatch's own. */
      readonly labels: Readonly<Record<string, string>>;
    }
  | {
      readonly kind: "openclaw";
      readonly api: string;
      readonly token: SecretRef;
      readonly channel: string;
      readonly target: string;
      readonly account: string | null;
      readonly whenDown: BotApi | null;
    }
  | {
      readonly kind: "hermes";
      readonly api: string;
      readonly route: string;
      readonly secret: SecretRef;
      readonly whenDown: BotApi | null;
    };
/** A platform's own API, reached with a bot's token or webhook and through no gateway. */
export type BotApi = Extract<ChatConfig, { readonly kind: "telegram" | "slack" | "discord" | "mattermost" | "matrix" }>;

/** A rule of the whitelist: when one of `on` is red, `recipe` may run. `sha256`: the pin of the recipe's file, in lower case. */
export interface Rule {
  /** Recipe and what it is given: `restart-unit:gateway.service`. Names the rule in state, log and `heal unlatch`. */
  readonly id: string;
  readonly on: readonly string[];
  readonly recipe: string;
  readonly with: Readonly<Record<string, string | number>>;
  readonly sha256: string | null;
  readonly healCleanExit: boolean;
}

/**
 * Who worries when no tick ends: a server of the healthchecks.io protocol. `url`: the ping address of one check; `api`: the only place
 * that it may lead to; `timeoutMs`: what its pings may delay a tick by.
 */
export interface DeadmanConfig {
  readonly url: string | SecretRef;
  readonly api: string;
  readonly timeoutMs: number;
}

/** The whole config. `confirmMs`: how long after a red the checks are probed again, 0 for no second look. `heal.mode` `observe` plans and tells, and changes nothing. */
export interface Config {
  readonly host: string;
  readonly confirmMs: number;
  readonly chat: ChatConfig;
  /** Null: nobody outside is told that ticks end. */
  readonly deadman: DeadmanConfig | null;
  readonly checks: readonly Check[];
  readonly heal: { readonly mode: "apply" | "observe"; readonly rules: readonly Rule[] };
  readonly remindEveryMs: number;
  readonly maintenance: readonly Maintenance[];
  /** The longest silence by hand, in milliseconds. */
  readonly silenceMaxMs: number;
  /** When the heal log goes on in a new file, and how long the old ones are kept; `keepMs` 0: for ever. */
  readonly log: { readonly rotateBytes: number; readonly rotateEveryMs: number; readonly keepMs: number };
  /** Where each tick leaves its page, an absolute path; null: none is made. */
  readonly report: string | null;
}
