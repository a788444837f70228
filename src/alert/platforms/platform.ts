import type { ChatConfig, SecretRef } from "../../config/config.ts";
import type { Destination, Host } from "../../host/host.ts";

/** One message to the operator: plain text, first line complete in itself. */
export interface Message {
  /** Stable over tries, so that a platform that can may drop a repeat. */
  readonly id: string;
  readonly kind: AlertKind;
  readonly text: string;
  readonly host: string;
  /** The incident it is about; null for a test. */
  readonly incident: string | null;
  readonly check: string | null;
  /** ISO 8601 UTC, when it was composed. */
  readonly at: string;
  /** ISO 8601 UTC, since when it is so; absent in what an older dogwatch wrote. */
  readonly since?: string;
  /** The card for a person, where there is one. */
  readonly card?: string;
}

export type AlertKind = "red" | "healed" | "heal-failed" | "reminder" | "recovered" | "flapping" | "unknown" | "test";

/**
 * Something that a platform which holds state in place of messages is told about. `red`: an open incident; `unknown`: a check that can't
 * be measured; `flapping`: one that comes and goes; `ended`: one that was over before the platform heard of it.
 */
export interface Standing {
  readonly name: "red" | "unknown" | "flapping" | "ended";
  readonly check: string;
  readonly incident: string | null;
  /** ISO 8601 UTC. */
  readonly since: string;
  /** ISO 8601 UTC; null while it stands. */
  readonly endsAt: string | null;
  /** How often its end is still to be said. */
  readonly again: number;
  /** The message that told it last: its first line complete in itself, its last the log's head. */
  readonly text: string;
  readonly card?: string;
}

/** All that a platform which holds state is told at once. Times are ISO 8601 UTC. */
export interface Holding {
  readonly host: string;
  readonly standings: readonly Standing[];
  /** What stands ends by itself then, if we fall silent. */
  readonly until: string;
}

/**
 * The platform's answer. `later`: try again on a later tick, not before `retryAfterMs`. `refused`: it will never take this.
 * `isSeen`: it has had a message of this id before, which doesn't say that it passed it on. `isLatching`: what was posted woke an
 * agent, or may have: nothing more may be posted there. `via`: it went by the way for when the gateway is down; `refusal`: what the
 * gateway itself said, where that won't pass. `missing`: members of a cluster that did not take it, and why. Texts hold no secret.
 */
export type Delivery =
  | {
      readonly kind: "delivered";
      readonly answer: string;
      readonly via?: string;
      readonly refusal?: string;
      readonly missing?: string;
    }
  | { readonly kind: "later"; readonly why: string; readonly retryAfterMs?: number; readonly isSeen?: true }
  | { readonly kind: "refused"; readonly why: string; readonly isLatching?: true };

export interface PlatformContext {
  readonly host: Pick<Host, "http" | "clock" | "terminal" | "hmacSha256">;
  readonly timeoutMs: number;
  /** Text of a secret, or why it can't be had. */
  secret(
    ref: SecretRef,
  ): { readonly kind: "secret"; readonly text: string } | { readonly kind: "failed"; readonly why: string };
}

/** Closes a chat that runs an agent at our messages, until a person has mended it. */
export interface Latch {
  /** Why nothing may be posted; undefined while something may. */
  reason(): string | undefined;
  close(why: string): void;
}

/** What a whole chat needs beyond its platforms. */
export interface ChatContext extends PlatformContext {
  readonly latch: Latch;
}

export type ChatOf<Kind extends ChatConfig["kind"]> = Extract<ChatConfig, { kind: Kind }>;

/**
 * The seam: a new chat platform is one file with this shape, one line in `index.ts`, and its test; its keys are one file in `config/schema`, one line in
 * the list there, and its shape in `config.ts`.
 */
export interface Platform<Kind extends ChatConfig["kind"]> {
  readonly kind: Kind;
  /** What it will contact, from the config alone, no secret read. */
  destinations(chat: ChatOf<Kind>): readonly Destination[];
  /** Sends one message once. Never throws. */
  send(chat: ChatOf<Kind>, message: Message, context: PlatformContext): Promise<Delivery>;
  /** Only of a platform that holds state in place of messages: tells it all of it at once. Never throws. */
  hold?(chat: ChatOf<Kind>, holding: Holding, context: PlatformContext): Promise<Delivery>;
}

/** One way to the operator: a platform together with its config. */
export interface Way {
  readonly kind: ChatConfig["kind"];
  destinations(): readonly Destination[];
  send(message: Message, context: PlatformContext): Promise<Delivery>;
  /** Where its platform holds state. */
  hold?(holding: Holding, context: PlatformContext): Promise<Delivery>;
}
