import type { TextOrSecret } from "../../config/config.ts";
import { endpoint } from "../../config/egress.ts";
import { parseJson } from "../../config/json.ts";
import { type Dialect, type Post, post } from "./delivery.ts";
import { member, textMember } from "./json.ts";
import type { Delivery, Message, Platform, PlatformContext } from "./platform.ts";
import { secretFor } from "./secret.ts";
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

/** The documented shape; new members may be added under the same `version`, none is taken away. */
const bodyOf = ({ id, kind, host, check, incident, at, text }: Message): Post["body"] => ({
  version: 1,
  id,
  kind,
  host,
  check,
  incident,
  at,
  text: messageText(text),
});

interface Filled {
  readonly kind: "filled";
  readonly headers: Readonly<Record<string, string>>;
  readonly secrets: readonly string[];
}

const fill = (
  headers: Readonly<Record<string, TextOrSecret>>,
  context: PlatformContext,
): Filled | Extract<Delivery, { kind: "refused" }> => {
  const filled: Record<string, string> = {};
  const secrets: string[] = [];
  for (const [name, value] of Object.entries(headers)) {
    if (typeof value === "string") {
      filled[name] = value;
      continue;
    }
    const secret = secretFor("webhook", value, /^[\x20-\x7e]+$/u, context);
    if (secret.kind === "refused") return secret;
    secrets.push(secret.text);
    filled[name] = `${value.prefix ?? ""}${secret.text}`;
  }
  return { kind: "filled", headers: filled, secrets };
};

/** Any HTTP receiver: one JSON object a message; every 2xx means taken. `id` is the same over retries, so a receiver can drop a repeat. */
export const webhook: Platform<"webhook"> = {
  kind: "webhook",
  destinations: ({ url }) => [{ ...endpoint(url), methods: ["POST"], for: "chat webhook" }],
  send: async (chat, message, context) => {
    const filled = fill(chat.headers, context);
    if (filled.kind === "refused") return filled;
    const { headers, secrets } = filled;
    return post(dialect, { url: chat.url, headers, body: bodyOf(message), secrets }, context);
  },
};
