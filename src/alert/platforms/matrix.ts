import { endpoint } from "../../config/egress.ts";
import { parseJson } from "../../config/json.ts";
import { type Dialect, post } from "./delivery.ts";
import { unlinked, wordJoiner } from "./inert.ts";
import { isContent, numberMember, textMembers } from "./json.ts";
import { onceKey } from "./once.ts";
import type { ChatOf, Platform } from "./platform.ts";
import { oneWord, secretFor } from "./secret.ts";
import { messageText } from "./text.ts";

const advice: readonly (readonly [RegExp, string])[] = [
  [/M_UNKNOWN_TOKEN|M_MISSING_TOKEN/u, "the token is wrong or logged out: log the user in again and write the new one"],
  [/M_USER_DEACTIVATED|M_USER_LOCKED|M_USER_SUSPENDED/u, "the user is locked or gone: take another one"],
  [/M_FORBIDDEN/u, "the user is not in the room, or may not write there: invite it, and let it join"],
  [/M_NOT_FOUND|M_UNRECOGNIZED/u, 'check "room", and that "api" is the homeserver'],
];

const advise = (status: number, words: string): string => {
  const found = advice.find(([error]) => error.test(words))?.[1];
  if (found !== undefined || ![401, 403, 404].includes(status)) return found ?? "";
  return '"api" is not a homeserver: set it to the address that its clients use';
};

/** Source: spec.matrix.org, client-server API, "Standard error response", "Rate limiting" (`retry_after_ms` is the older form of Retry-After). */
const dialect: Dialect = {
  platform: "matrix",
  hear: ({ status, body }) => {
    const answer = parseJson(body)?.value;
    if (status < 300 && isContent(answer, "errcode", "error")) return { verdict: "taken", words: "" };
    const words = textMembers(answer, "errcode", "error");
    const waitMs = numberMember(answer, "retry_after_ms");
    const retryAfterS = waitMs === undefined ? undefined : waitMs / 1000;
    return { verdict: "unreadable", words: words || body, retryAfterS };
  },
  advise,
};

/** A thread's message; the reply in it is for clients that know no threads. Source: spec.matrix.org, "Threading", "Fallback for unthreaded clients". */
const threadOf = ({ threadId }: ChatOf<"matrix">): object =>
  threadId === null
    ? {}
    : {
        "m.relates_to": {
          rel_type: "m.thread",
          event_id: threadId,
          is_falling_back: true,
          "m.in_reply_to": { event_id: threadId },
        },
      };

/**
 * A plain message to a Matrix room, without encryption. `m.text`, since by default no phone rings at `m.notice`; no `formatted_body`, so no
 * markup; an empty `m.mentions`, so no word of it is a mention. The transaction id is the message's: the homeserver takes a repeat for the
 * same. Source: spec.matrix.org, client-server API, "Sending events to a room", "User and room mentions", `.m.rule.suppress_notices`.
 */
export const matrix: Platform<"matrix"> = {
  kind: "matrix",
  destinations: ({ api }) => [{ ...endpoint(api), methods: ["PUT"], for: "chat matrix" }],
  send: async (chat, message, context) => {
    const token = secretFor("matrix", chat.token, oneWord, context);
    if (token.kind === "refused") return token;
    const path = `rooms/${encodeURIComponent(chat.room)}/send/m.room.message/${onceKey(message, context)}`;
    const text = unlinked(messageText(message.text)).replace(/[#!](?=[\w.-]+:)/gu, `$&${wordJoiner}`);
    const request = {
      method: "PUT" as const,
      url: `${chat.api}/_matrix/client/v3/${path}`,
      headers: { authorization: `Bearer ${token.text}` },
      body: { msgtype: "m.text", body: text, "m.mentions": {}, ...threadOf(chat) },
      secrets: [token.text],
    };
    return post(dialect, request, context);
  },
};
