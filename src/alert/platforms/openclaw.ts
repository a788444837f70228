import { endpoint } from "../../config/egress.ts";
import { parseJson } from "../../config/json.ts";
import { type Dialect, type Post, post } from "./delivery.ts";
import { inertText } from "./inert.ts";
import { member, textMember } from "./json.ts";
import type { ChatOf, Message, Platform } from "./platform.ts";
import { oneWord, secretFor } from "./secret.ts";

const advise = (status: number, words: string): string => {
  if (status === 401) return "the token is not the gateway's: write that of gateway.auth into the secret";
  if (status === 403) return "the gateway's own policy blocks it: allow the message tool there";
  if (status === 404) return 'the gateway offers no "message" tool: allow it in its tools, and check "url"';
  if (/suppressed/u.test(words)) return "the gateway keeps it back, by its own rule or a hook's";
  return status === 400 ? 'check "channel", "target" and "account"' : "";
};

/** Words of the `message` tool for what was sent; whatever else it says inside of a 200 (suppressed, failed, queued) wasn't, or not yet. Measured on 2026.9.6. */
const sentWords = /^(sent|ok|delivered|success)$/iu;

/** Why a tool's result is no delivery, in its own words; undefined when nothing in it speaks against one. */
const shortfall = (result: unknown): readonly string[] | undefined => {
  const details = member(result, "details");
  const places = [result, details, member(details, "result"), member(details, "payload")];
  const words = places
    .flatMap((place) => [textMember(place, "status"), textMember(place, "deliveryStatus")])
    .filter((word) => word !== "");
  const isDenied = places.some(
    (place) =>
      member(place, "ok") === false ||
      member(place, "delivered") === false ||
      member(place, "dryRun") === true ||
      member(place, "isError") === true,
  );
  const unsent = words.filter((word) => !sentWords.test(word));
  if (unsent.length === 0 && !isDenied) return undefined;
  const why = ["reason", "error", "message"].map((name) => textMember(details, name)).filter((word) => word !== "");
  return [unsent[0] ?? "not sent", ...why.slice(0, 1)];
};

/**
 * 200 `{ok: true, result}` when the tool ran: whether it sent is inside. 4xx and 5xx `{ok: false, error: {type, message}}`.
 * Other paths of the gateway answer 200 with the pages of its UI. Source: docs.openclaw.ai/gateway/tools-invoke-http-api.
 */
const dialect: Dialect = {
  platform: "openclaw",
  hear: ({ status, body }) => {
    const answer = parseJson(body)?.value;
    const isOk = member(answer, "ok");
    const error = textMember(member(answer, "error"), "message");
    if (isOk === false) return { verdict: "refused", words: error };
    if (status >= 300) return { verdict: "refused", words: error || body };
    const result = member(answer, "result");
    if (isOk !== true || typeof result !== "object" || result === null) return { verdict: "unreadable", words: body };
    const short = shortfall(result);
    if (short === undefined) return { verdict: "taken", words: "" };
    return { verdict: short[0] === "suppressed" ? "refused" : "later", words: short.join(": ") };
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
    const token = secretFor("openclaw", chat.token, oneWord, context);
    if (token.kind === "refused") return token;
    const headers = { authorization: `Bearer ${token.text}` };
    const url = `${chat.api}/tools/invoke`;
    return post(dialect, { url, headers, body: bodyOf(chat, message), secrets: [token.text] }, context);
  },
};
