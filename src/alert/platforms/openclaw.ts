import { endpoint } from "../../config/egress.ts";
import { type Dialect, type Post, post } from "./delivery.ts";
import { inertText } from "./inert.ts";
import { member, parseJson, textMember } from "./json.ts";
import type { ChatOf, Message, Platform } from "./platform.ts";
import { secretFor } from "./secret.ts";

const advise = (status: number, words: string): string => {
  if (status === 401) return "the token is not the gateway's: write that of gateway.auth into the secret";
  if (status === 403) return "the gateway's own policy blocks it: allow the message tool there";
  if (status === 404) return 'the gateway offers no "message" tool: allow it in its tools, and check "url"';
  if (/suppressed/u.test(words)) return "the gateway keeps it back, by its own rule or a hook's";
  return status === 400 ? 'check "channel", "target" and "account"' : "";
};

/** Outcomes that the `message` tool tells inside of a 200, where nothing was sent. Source: docs.openclaw.ai/cli/message, "Send"; measured on 2026.9.6. */
const unsent = /^(failed|partial_failed|suppressed|delivery_queued|dry_run|error|unknown|not_sent)$/u;

interface Outcome {
  readonly word: string;
  readonly words: string;
}

/** Why a tool's result is no delivery; undefined when nothing speaks against it. */
const shortfall = (result: unknown): Outcome | undefined => {
  const details = member(result, "details");
  const places = [result, details, member(details, "result"), member(details, "payload")];
  const words = (): string =>
    [details, result].flatMap((each) => [textMember(each, "error"), textMember(each, "message")]).find(Boolean) ?? "";
  for (const place of places) {
    const word = [textMember(place, "status"), textMember(place, "deliveryStatus")].find((each) => unsent.test(each));
    if (word !== undefined) return { word, words: words() };
    if (member(place, "ok") === false || member(place, "delivered") === false)
      return { word: "not sent", words: words() };
    if (member(place, "dryRun") === true || member(place, "isError") === true)
      return { word: "not sent", words: words() };
  }
  return undefined;
};

/**
 * 200 `{ok: true, result}` when the tool ran: whether it sent is inside. 4xx and 5xx `{ok: false, error: {type, message}}`.
 * Other paths of the gateway answer 200 with the pages of its UI. Source: docs.openclaw.ai/gateway/tools-invoke-http-api.
 */
const dialect: Dialect = {
  platform: "openclaw",
  hear: ({ status, body }) => {
    const answer = parseJson(body);
    const isOk = member(answer, "ok");
    const error = textMember(member(answer, "error"), "message");
    if (isOk === false) return { verdict: "refused", words: error };
    if (status >= 300) return { verdict: "refused", words: error || body };
    const result = member(answer, "result");
    if (isOk !== true || typeof result !== "object" || result === null) return { verdict: "unreadable", words: body };
    const short = shortfall(result);
    if (short === undefined) return { verdict: "taken", words: "" };
    const words = short.words === "" ? short.word : `${short.word}: ${short.words}`;
    return { verdict: short.word === "suppressed" ? "refused" : "later", words };
  },
  advise,
};

const bodyOf = ({ channel, target, account }: ChatOf<"openclaw">, { id, text }: Message): Post["body"] => ({
  tool: "message",
  action: "send",
  args: {
    action: "send",
    channel,
    target,
    message: inertText(text),
    ...(account === null ? {} : { accountId: account }),
    idempotencyKey: id,
  },
  idempotencyKey: id,
});

/**
 * The `message` tool of OpenClaw's gateway, invoked directly: no agent runs, no model is asked. Never `/hooks/…` nor the chat
 * completions of the same port. Source: docs.openclaw.ai/gateway/tools-invoke-http-api.
 */
export const openclaw: Platform<"openclaw"> = {
  kind: "openclaw",
  destinations: ({ api }) => [{ ...endpoint(api), methods: ["POST"], for: "chat openclaw" }],
  send: async (chat, message, context) => {
    const token = secretFor("openclaw", chat.token, /^[\x21-\x7e]+$/u, context);
    if (token.kind === "refused") return token;
    const headers = { authorization: `Bearer ${token.text}` };
    const url = `${chat.api}/tools/invoke`;
    return post(dialect, { url, headers, body: bodyOf(chat, message), secrets: [token.text] }, context);
  },
};
