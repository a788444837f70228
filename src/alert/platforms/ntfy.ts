import type { SecretRef } from "../../config/config.ts";
import { endpoint } from "../../config/egress.ts";
import { parseJson } from "../../config/json.ts";
import { type Dialect, post } from "./delivery.ts";
import { textMember } from "./json.ts";
import type { Platform, PlatformContext } from "./platform.ts";
import { secretFor } from "./secret.ts";
import { messageText } from "./text.ts";

const dialect: Dialect = {
  platform: "ntfy",
  hear: ({ status, body }) => {
    const answer = parseJson(body)?.value;
    return status < 300 && textMember(answer, "id") !== ""
      ? { verdict: "taken", words: "" }
      : { verdict: "unreadable", words: textMember(answer, "error") || body };
  },
  advise: () => "",
};

const topicOf = (topic: string | SecretRef, context: PlatformContext): ReturnType<typeof secretFor> =>
  typeof topic === "string" ? { kind: "secret", text: topic } : secretFor("ntfy", topic, /^[\w-]{1,64}$/u, context);

/** A message to a topic of an ntfy server. Source: docs.ntfy.sh/publish, "Publish as JSON". */
export const ntfy: Platform<"ntfy"> = {
  kind: "ntfy",
  destinations: ({ api }) => [{ ...endpoint(api), methods: ["POST"], for: "chat ntfy" }],
  send: async (chat, message, context) => {
    const topic = topicOf(chat.topic, context);
    if (topic.kind === "refused") return topic;
    const token = chat.token === null ? null : secretFor("ntfy", chat.token, /^[\x21-\x7e]+$/u, context);
    if (token?.kind === "refused") return token;
    const [title = "", ...rest] = messageText(message.text).split("\n");
    const request = {
      url: `${chat.api}/`,
      headers: token === null ? {} : { authorization: `Bearer ${token.text}` },
      body: { topic: topic.text, title, message: rest.join("\n"), priority: chat.priority },
      secrets: [...(typeof chat.topic === "string" ? [] : [topic.text]), ...(token === null ? [] : [token.text])],
    };
    return post(dialect, request, context);
  },
};
