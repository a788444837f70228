import { parseJson } from "../config/json.ts";
import type { Head } from "../log/entry.ts";
import type { Reading } from "../probes/probe.ts";
import type { Healed } from "./healed.ts";
import type { LoggedIncidents, WatcherEvent } from "./helper.ts";
import type { RecentLog } from "./recent-log.ts";

/** The words on the socket between watcher and helper: one JSON object a line. A request names things that the config knows, nothing else. */

/** Of this protocol; both ends are one program, but an upgrade may come between them. */
export const wireVersion = 1;
/** A request's line; longer ones end the connection. */
export const maxRequestBytes: number = 256 * 1024;
/** An answer's line. */
export const maxAnswerBytes: number = 16 * 1024 * 1024;
/** Requests in one connection. */
export const maxRequests = 200;
/** Names, or events, in one request. */
export const maxItems = 2000;

/** A request of the watcher. */
export type Request =
  /** `dryRun`: this connection changes nothing at all, whatever it asks. */
  | { readonly do: "hello"; readonly version: number; readonly config: string; readonly dryRun?: boolean | undefined }
  | { readonly do: "incidents" | "keep" | "seal" | "story" }
  | { readonly do: "look" | "suspect"; readonly checks: readonly string[] }
  | { readonly do: "enter"; readonly events: readonly WatcherEvent[] }
  | {
      readonly do: "heal";
      /** Checks that are red and not folded. */
      readonly red: readonly string[];
      /** The watcher's open incidents. */
      readonly incidents: readonly { readonly check: string; readonly incident: string }[];
      readonly dryRun: boolean;
    }
  | { readonly do: "tidy"; readonly notGreen: readonly string[] };

/** {@link Healed} as it crosses the wire. */
export type HealedOnWire = Omit<Healed, "readings"> & { readonly readings: Readonly<Record<string, Reading>> };

/** What every answer says besides: the log's head, and what the operator should know of the helper's own state. */
export interface Besides {
  readonly head: Head | null;
  readonly notes: readonly string[];
  readonly trouble: { readonly code: string; readonly why: string } | null;
}

/** An answer of the helper. `applying` comes before the `healed` of the same request; `refused` ends the connection. */
export type Answer =
  | (Besides & { readonly is: "hello" | "entered" | "noted" })
  | (Besides & { readonly is: "sealed"; readonly seal: number })
  | (Besides & { readonly is: "incidents"; readonly incidents: LoggedIncidents })
  | (Besides & { readonly is: "story"; readonly story: RecentLog })
  | (Besides & { readonly is: "readings"; readonly readings: Readonly<Record<string, Reading>> })
  | (Besides & { readonly is: "applying" | "healed"; readonly healed: HealedOnWire })
  | (Besides & { readonly is: "failed" | "refused"; readonly code: string; readonly why: string });

const answerKinds: ReadonlySet<unknown> = new Set([
  ...["hello", "entered", "noted", "sealed", "incidents", "story", "readings", "applying", "healed"],
  ...["failed", "refused"],
]);

const isAnswer = (value: unknown): value is Answer =>
  typeof value === "object" && value !== null && "is" in value && answerKinds.has(value.is) && "head" in value;

/** Reads an answer off a line. The helper is root's own, of this same binary: what it says is believed as it stands. Never throws. */
export const parseAnswer = (text: string): Answer | undefined => {
  const value = parseJson(text)?.value;
  return isAnswer(value) ? value : undefined;
};

/** Makes a {@link Healed} fit for the wire. Pure. */
export const toWire = ({ readings, ...rest }: Healed): HealedOnWire => ({
  ...rest,
  readings: Object.fromEntries(readings),
});

/** And back. Pure. */
export const fromWire = ({ readings, ...rest }: HealedOnWire): Healed => ({
  ...rest,
  readings: new Map(Object.entries(readings)),
});
