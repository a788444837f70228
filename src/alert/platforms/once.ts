import type { Message, PlatformContext } from "./platform.ts";

/**
 * A name of one message: the same at every try, and of no other message of any host, so that a platform which keeps such names shows a
 * repeat once. 64 hex digits, which stand in a path without any escape. Never throws.
 */
export const onceKey = ({ host, id }: Message, { host: { hmacSha256 } }: Pick<PlatformContext, "host">): string =>
  hmacSha256(host, id);
