import type { Done, Host } from "../host/host.ts";
import { readSealed, writeSealed } from "./sealed.ts";

/** A chat that ran an agent at one of our messages. */
export interface ChatLatch {
  /** Which chat: SHA-256 of its part of the config. */
  readonly chat: string;
  /** What it answered. */
  readonly why: string;
  /** ISO 8601 UTC. */
  readonly at: string;
}

const isLatch = (value: unknown): value is ChatLatch & { readonly version: 1 } =>
  typeof value === "object" && value !== null && "chat" in value && "why" in value;

/** The file; one of its own, so that `chat test` can open the latch while a tick runs, and an older dogwatch doesn't miss it. */
const path = (folder: string): string => `${folder}/chat-latch.json`;

/** The latch that was closed and not opened since; undefined when there is none that can be read. Never throws. */
export const readChatLatch = (host: Host, folder: string): ChatLatch | undefined => {
  const read = readSealed(host, path(folder), isLatch, false);
  return read.kind === "read" ? read.value : undefined;
};

/** Closes the latch, on disk when it answers. Never throws. */
export const writeChatLatch = (host: Host, folder: string, latch: ChatLatch): Done =>
  writeSealed(host, path(folder), { version: 1, ...latch }, 0o640);

/** Opens the latch. Never throws. */
export const clearChatLatch = (host: Host, folder: string): void => {
  if (!("kind" in host.files.stat(path(folder)))) host.files.remove(path(folder));
};
