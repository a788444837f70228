import { endpoint } from "../../config/egress.ts";
import { type Dialect, post } from "./delivery.ts";
import type { Platform } from "./platform.ts";
import { cannotSend, secretFor } from "./secret.ts";
import { messageText } from "./text.ts";
import { webhookUrl } from "./webhook-url.ts";

const dialect: Dialect = {
  platform: "teams",
  hear: ({ status, body }) =>
    status === 202 || status === 200 ? { verdict: "taken", words: "" } : { verdict: "unreadable", words: body },
  advise: () => "",
};

/** A workflow of Microsoft Teams, as an Adaptive Card of text runs, which know no markup. */
export const teams: Platform<"teams"> = {
  kind: "teams",
  destinations: ({ api }) => [{ ...endpoint(api), methods: ["POST"], for: "chat teams" }],
  send: async (chat, message, context) => {
    const secret = secretFor("teams", chat.webhook, /^[\x21-\x7e]+$/u, context);
    if (secret.kind === "refused") return secret;
    const found = webhookUrl({ secret: secret.text, api: chat.api, origins: [] });
    if (found.kind === "refused") return cannotSend("teams", found.why);
    const lines = messageText(message.text).split("\n");
    const content = {
      type: "AdaptiveCard",
      version: "1.4",
      body: lines.map((text) => ({ type: "RichTextBlock", inlines: [{ type: "TextRun", text }] })),
    };
    const body = {
      type: "message",
      attachments: [{ contentType: "application/vnd.microsoft.card.adaptive", content }],
    };
    return post(dialect, { url: found.url.href, body, secrets: found.secrets }, context);
  },
};
