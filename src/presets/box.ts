import type { ProcessFacts } from "../host/host.ts";
import type { Listener } from "../host/survey.ts";

/** An address of this host's loopback where a service answers; `port` and `host` as in a URL, without brackets. */
export interface Door {
  readonly host: string;
  readonly port: number;
}

/** One answer to a GET, or none. Everything in it was said by the probed program. */
export interface Answered {
  readonly path: string;
  /** undefined: no answer, and `body` says why. */
  readonly status: number | undefined;
  readonly body: string;
  readonly elapsedMs: number;
}

/** What a door said: to a path that can't exist, and to those that were tried. */
export interface DoorAnswers {
  readonly door: Door;
  readonly nonsense: Answered;
  readonly tried: readonly Answered[];
}

/** The processes of one service unit, or, without `unit`, a known gateway that runs outside of any. */
export interface Service {
  readonly unit: string | undefined;
  readonly scope: "system" | "user";
  /** With scope `user`: whose manager keeps it. */
  readonly manager: string | undefined;
  /** Who its main process runs as; undefined for a uid without a name. */
  readonly user: string | undefined;
  readonly home: string | undefined;
  readonly main: ProcessFacts;
  readonly processes: readonly ProcessFacts[];
  readonly listeners: readonly Listener[];
  /** Names of the variables that its processes were started with; undefined when they can't be read. */
  readonly environKeys: readonly string[] | undefined;
  /** HERMES_HOME, OPENCLAW_STATE_DIR of its main process, where set. */
  readonly paths: Readonly<Record<string, string>>;
}

/** A file whose place tells what it is. */
export interface KnownFile {
  readonly kind: "hermes" | "openclaw";
  /** `ticker` and `heartbeat`: what Hermes writes while it lives, older and newer. */
  readonly part: "board" | "state" | "ticker" | "heartbeat";
  readonly path: string;
  /** Whose home it lies in. */
  readonly user: string;
}

/** What was read of a running machine: facts, no judgement. */
export interface Box {
  readonly install: "system" | "user";
  readonly hostname: string;
  /** ISO 8601 UTC. */
  readonly at: string;
  readonly uptimeS: number;
  readonly isSystemd: boolean;
  /** PID 1 by its kernel name. */
  readonly first: string;
  /** Every port that anybody listens on. */
  readonly ports: readonly number[];
  readonly services: readonly Service[];
  readonly files: readonly KnownFile[];
  readonly doors: readonly DoorAnswers[];
}

/** The same door of the same service. Never throws. */
export const isSameDoor = (one: Door, other: Door): boolean => one.host === other.host && one.port === other.port;
