import { endpoint } from "../../config/egress.ts";
import { parseJson } from "../../config/json.ts";
import { type Dialect, post } from "./delivery.ts";
import { numberMember, textMember } from "./json.ts";
import type { Platform } from "./platform.ts";
import { secretFor } from "./secret.ts";
import { messageText } from "./text.ts";

const dialect: Dialect = {
  platform: "matrix",
  hear: ({ status, body }) => {
    const answer = parseJson(body)?.value;
    if (status < 300 && textMember(answer, "event_id") !== "") return { verdict: "taken", words: "" };
    const words = [textMember(answer, "errcode"), textMember(answer, "error")].filter((each) => each !== "").join(": ");
    const waitMs = numberMember(answer, "retry_after_ms");
    return {
      verdict: "unreadable",
      words: words || body,
      ...(waitMs === undefined ? {} : { retryAfterS: waitMs / 1000 }),
    };
  },
  advise: () => "",
};

/** A plain message to a Matrix room; the transaction id makes a repeat harmless. Source: spec.matrix.org, "Sending events to a room". */
export const matrix: Platform<"matrix"> = {
  kind: "matrix",
  destinations: ({ api }) => [{ ...endpoint(api), methods: ["PUT"], for: "chat matrix" }],
  send: async (chat, message, context) => {
    const token = secretFor("matrix", chat.token, /^[\x21-\x7e]+$/u, context);
    if (token.kind === "refused") return token;
    const path = `rooms/${encodeURIComponent(chat.room)}/send/m.room.message/${encodeURIComponent(message.id)}`;
    const thread = chat.threadId === null ? {} : { "m.relates_to": { rel_type: "m.thread", event_id: chat.threadId } };
    const request = {
      method: "PUT" as const,
      url: `${chat.api}/_matrix/client/v3/${path}`,
      headers: { authorization: `Bearer ${token.text}` },
      body: { msgtype: "m.text", body: messageText(message.text), "m.mentions": {}, ...thread },
      secrets: [token.text],
    };
    return post(dialect, request, context);
  },
};
