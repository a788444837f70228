import type { ChatConfig } from "../config/config.ts";
import type { Done, Host } from "../host/host.ts";
import { clearChatLatch, readChatLatch, writeChatLatch } from "../state/chat-latch.ts";
import type { Tried } from "./deliver.ts";
import type { Latch } from "./platforms/platform.ts";

/** Where the latch is kept, and whose it is. `onWritten`: what became of writing it. */
export interface LatchParts {
  readonly host: Host;
  /** The state folder. */
  readonly folder: string;
  readonly chat: ChatConfig;
  /** A tick forgets the latch of a chat that is no longer in the config; a dry run leaves all as it is. */
  readonly by: "tick" | "dry-run" | "test";
  readonly onWritten: (done: Done) => void;
}

/** A chat's part of the config, with a webhook's secret under the name that 0.3 kept it by: a latch must outlive an upgrade. */
const textOf = (chat: ChatConfig): string => JSON.stringify(chat).replaceAll('"webhook":{', '"url":{');

/**
 * The chat's latch: closed by an answer that an agent runs, kept over ticks, and open again when the chat's part of the config is
 * another, or a test message was delivered. Never throws.
 */
export const openLatch = ({ host, folder, chat, by, onWritten }: LatchParts): Latch => {
  const key = host.sha256(textOf(chat));
  const kept = readChatLatch(host, folder);
  if (kept !== undefined && kept.chat !== key && by === "tick") clearChatLatch(host, folder);
  let why = kept?.chat === key ? kept.why : undefined;
  return {
    reason: () => why,
    close: (said) => {
      why = said;
      if (by !== "dry-run")
        onWritten(
          writeChatLatch(host, folder, { chat: key, why: said, at: new Date(host.clock.nowMs()).toISOString() }),
        );
    },
  };
};

/** What ails the one chat though nothing may be waiting: it is latched, or refuses what then went by when_down. Pure. */
export const chatNotes = (latch: Latch, tried: readonly Tried[]): readonly string[] => {
  const refusals = new Set(tried.flatMap(({ refusal }) => (refusal === undefined ? [] : [refusal])));
  const closed = latch.reason();
  if (closed !== undefined) return [`nothing more is posted to the chat: ${closed}`];
  return [...refusals].map((refusal) => `the chat was told by when_down alone: ${refusal}`);
};
