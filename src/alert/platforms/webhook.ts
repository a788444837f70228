import type { SecretRef } from "../../config/config.ts";
import { endpoint } from "../../config/egress.ts";
import { fillHeaders } from "../../config/fill-headers.ts";
import { parseJson } from "../../config/json.ts";
import { type Dialect, post } from "./delivery.ts";
import { member, textMember } from "./json.ts";
import { messageJson } from "./message-json.ts";
import type { Platform, PlatformContext } from "./platform.ts";
import { oneLine, secretFor } from "./secret.ts";
import { messageText } from "./text.ts";

/**
 * Whether a gateway says that it runs an agent for what it was sent: Hermes' `accepted` with a delivery's id, OpenClaw's `ok` with a
 * run's id or a wake's mode. Source: hermes-agent.nousresearch.com/docs/user-guide/messaging/webhooks,
 * docs.openclaw.ai/automation/cron-jobs/webhooks.
 */
const isAgentAwake = (body: string): boolean => {
  const answer = parseJson(body)?.value;
  if (/^(accepted|coalesced)$/u.test(textMember(answer, "status"))) return member(answer, "delivery_id") !== undefined;
  const isWake = /^(now|next-heartbeat)$/u.test(textMember(answer, "mode"));
  return member(answer, "ok") === true && (isWake || member(answer, "runId") !== undefined);
};

const dialect: Dialect = {
  platform: "webhook",
  hear: ({ status, body }) => {
    if (status >= 300) return { verdict: "refused", words: body };
    return isAgentAwake(body) ? { verdict: "latching", words: body } : { verdict: "taken", words: "" };
  },
  advise: (status) => {
    if (status === 401 || status === 403) return 'check "headers" and the secret in them';
    return status < 300 ? "an agent runs at each message: use the chat openclaw or hermes instead" : "";
  },
};

const secretIn =
  (context: PlatformContext) =>
  (ref: SecretRef): ReturnType<PlatformContext["secret"]> => {
    const secret = secretFor("webhook", ref, oneLine, context);
    return secret.kind === "refused" ? { kind: "failed", why: secret.why } : secret;
  };

/** Any HTTP receiver: one JSON object a message; every 2xx means taken. `id` is the same over retries, so a receiver can drop a repeat. */
export const webhook: Platform<"webhook"> = {
  kind: "webhook",
  destinations: ({ url }) => [{ ...endpoint(url), methods: ["POST"], for: "chat webhook" }],
  send: async (chat, message, context) => {
    const filled = fillHeaders(chat.headers, secretIn(context));
    if (filled.kind === "failed") return { kind: "refused", why: filled.why };
    const { headers, secrets } = filled;
    const body = messageJson(message, messageText(message.text));
    return await post(dialect, { url: chat.url, headers, body, secrets }, context);
  },
};
