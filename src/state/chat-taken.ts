import type { Host } from "../host/host.ts";
import { readSealed, writeSealed } from "./sealed.ts";
import { type Moment, momentOf } from "./state.ts";

/** When the chat took a test by a person's hand. */
interface ChatTaken {
  readonly version: 1;
  readonly moment: Moment;
}

const isTaken = (value: unknown): value is ChatTaken =>
  typeof value === "object" && value !== null && "version" in value && value.version === 1 && "moment" in value;

/** The file; one of its own, so that `chat test` can leave it while a tick runs. */
const path = (folder: string): string => `${folder}/chat-taken.json`;

/** Notes that the chat takes messages now. Where it can't be written, the chat is left alone as long as it asked. Never throws. */
export const noteChatTaken = (host: Host, folder: string): void =>
  void writeSealed(host, path(folder), { version: 1, moment: momentOf(host) } satisfies ChatTaken, 0o640);

/** Whether the chat took a test after it had asked to wait, at `from`. Never throws. */
export const hasTakenSince = (host: Host, folder: string, from: Moment): boolean => {
  const read = readSealed(host, path(folder), isTaken, false);
  if (read.kind !== "read") return false;
  const { bootId, uptimeS } = read.value.moment;
  return bootId === from.bootId ? uptimeS >= from.uptimeS : bootId === host.clock.bootId();
};
