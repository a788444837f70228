import type { Message, PlatformContext } from "./platform.ts";

/**
 * A name of one message as it is told: the same at every try, and of no other message of any host, so that a platform which keeps such names
 * shows a repeat once. A message that is told anew under its id, with more in its text, has another one: else that would never be shown.
 * 64 hex digits, which stand in a path without any escape. Never throws.
 */
export const onceKey = ({ host, id, text }: Message, { host: { hmacSha256 } }: Pick<PlatformContext, "host">): string =>
  hmacSha256(host, `${id}\n${text}`);
