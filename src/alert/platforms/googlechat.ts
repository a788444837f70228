import { endpoint } from "../../config/egress.ts";
import { parseJson } from "../../config/json.ts";
import { type Dialect, post } from "./delivery.ts";
import { member, textMember } from "./json.ts";
import type { Platform } from "./platform.ts";
import { cannotSend, secretFor } from "./secret.ts";
import { messageText } from "./text.ts";
import { webhookUrl } from "./webhook-url.ts";

const dialect: Dialect = {
  platform: "googlechat",
  hear: ({ status, body }) => {
    const answer = parseJson(body)?.value;
    return status < 300 && textMember(answer, "name") !== ""
      ? { verdict: "taken", words: "" }
      : { verdict: "unreadable", words: textMember(member(answer, "error"), "message") || body };
  },
  advise: () => "",
};

/** A webhook of a Google Chat space. Source: developers.google.com/workspace/chat/quickstart/webhooks. */
export const googlechat: Platform<"googlechat"> = {
  kind: "googlechat",
  destinations: ({ api }) => [{ ...endpoint(api), methods: ["POST"], for: "chat googlechat" }],
  send: async (chat, message, context) => {
    const secret = secretFor("googlechat", chat.webhook, /^[\x21-\x7e]+$/u, context);
    if (secret.kind === "refused") return secret;
    const found = webhookUrl({ secret: secret.text, api: chat.api, origins: ["https://chat.googleapis.com"] });
    if (found.kind === "refused") return cannotSend("googlechat", found.why);
    const body = { text: `\`\`\`\n${messageText(message.text).replace(/`(?=`)/gu, "`\u2060")}\n\`\`\`` };
    return post(dialect, { url: found.url.href, body, secrets: found.secrets }, context);
  },
};
