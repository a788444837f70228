import { endpoint } from "../../config/egress.ts";
import { parseJson } from "../../config/json.ts";
import { type Dialect, post } from "./delivery.ts";
import { inertText } from "./inert.ts";
import { isContent, member, textMembers } from "./json.ts";
import { onceKey } from "./once.ts";
import type { Platform } from "./platform.ts";
import { webhookFor } from "./secret.ts";

const advise = (status: number, words: string): string => {
  if (status === 400 && /api key|token/iu.test(words)) return "the URL in the secret is not whole: copy it anew";
  if (status === 401 || status === 403)
    return "the webhook is gone, or the administrator forbids it: make a new one, or ask for apps to be allowed";
  if (status === 404) return "the space is gone, or the webhook: make a new one";
  return "";
};

/** Answers with the message, which has a name. Source: developers.google.com/workspace/chat/api/reference/rest/v1/spaces.messages/create; google.rpc.Status. */
const dialect: Dialect = {
  platform: "googlechat",
  hear: ({ status, body }) => {
    const answer = parseJson(body)?.value;
    if (status < 300 && isContent(answer, "error")) return { verdict: "taken", words: "" };
    return { verdict: "unreadable", words: textMembers(member(answer, "error"), "status", "message") || body };
  },
  advise,
};

/**
 * A webhook of a Google Chat space. It reads its own markup in every text (`*bold*`, `<users/all>`, `<url|text>`), so the text stands in
 * code, with each `<` broken. `requestId`: a repeat is taken for the same message. Source: developers.google.com/workspace/chat/format-messages,
 * workspace/chat/quickstart/webhooks, workspace/chat/api/reference/rest/v1/spaces.messages/create.
 */
export const googlechat: Platform<"googlechat"> = {
  kind: "googlechat",
  destinations: ({ api }) => [{ ...endpoint(api), methods: ["POST"], for: "chat googlechat" }],
  send: async (chat, message, context) => {
    const found = webhookFor(chat, ["https://chat.googleapis.com"], context);
    if (found.kind === "refused") return found;
    const { searchParams } = found.url;
    searchParams.set("requestId", onceKey(message, context));
    if (chat.threadKey !== null) searchParams.set("messageReplyOption", "REPLY_MESSAGE_FALLBACK_TO_NEW_THREAD");
    const thread = chat.threadKey === null ? {} : { thread: { threadKey: chat.threadKey } };
    const body = { text: inertText(message.text), ...thread };
    return post(dialect, { url: found.url.href, body, secrets: found.secrets }, context);
  },
};
