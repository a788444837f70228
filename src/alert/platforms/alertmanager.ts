import type { SecretRef } from "../../config/config.ts";
import { endpoint } from "../../config/egress.ts";
import { fillHeaders } from "../../config/fill-headers.ts";
import { type Dialect, post } from "./delivery.ts";
import type { Platform, PlatformContext } from "./platform.ts";
import { secretFor } from "./secret.ts";
import { messageText } from "./text.ts";

const dialect: Dialect = {
  platform: "alertmanager",
  hear: ({ status, body }) =>
    status === 200 ? { verdict: "taken", words: "" } : { verdict: "unreadable", words: body },
  advise: (status) => (status === 401 || status === 403 ? 'check "headers" and the secret in them' : ""),
};

const secretIn =
  (context: PlatformContext) =>
  (ref: SecretRef): ReturnType<PlatformContext["secret"]> => {
    const secret = secretFor("alertmanager", ref, /^[\x20-\x7e]+$/u, context);
    return secret.kind === "refused" ? { kind: "failed", why: secret.why } : secret;
  };

/** One alert a message by API v2; its end is set for what is well again. Source: prometheus.io/docs/alerting/latest/alerts_api. */
export const alertmanager: Platform<"alertmanager"> = {
  kind: "alertmanager",
  destinations: ({ api }) => [{ ...endpoint(api), methods: ["POST"], for: "chat alertmanager" }],
  send: async (chat, message, context) => {
    const filled = fillHeaders(chat.headers, secretIn(context));
    if (filled.kind === "failed") return { kind: "refused", why: filled.why };
    const { headers, secrets } = filled;
    const [summary = "", ...rest] = messageText(message.text).split("\n");
    const check = message.check ?? "dogwatch";
    const isWell = message.kind === "recovered" || message.kind === "healed";
    const alert = {
      labels: { ...chat.labels, alertname: check, host: message.host, check, severity: "critical" },
      annotations: { summary, description: rest.join("\n") },
      ...(isWell ? { endsAt: message.at } : {}),
    };
    return post(dialect, { url: `${chat.api}/api/v2/alerts`, headers, body: [alert], secrets }, context);
  },
};
