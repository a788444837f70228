import type { SecretRef } from "../../config/config.ts";
import { endpoint } from "../../config/egress.ts";
import { parseJson } from "../../config/json.ts";
import { type Dialect, post } from "./delivery.ts";
import { unlinked } from "./inert.ts";
import { isContent, textMember } from "./json.ts";
import { onceKey } from "./once.ts";
import type { AlertKind, Platform, PlatformContext } from "./platform.ts";
import { oneWord, secretFor } from "./secret.ts";
import { fitRendered, maxText, messageText } from "./text.ts";

const advise = (status: number): string => {
  if (status === 401) return "the token is wrong or expired: make a new one and write it into the secret";
  if (status === 403) return 'the topic is closed: give the user of "token" write access to it';
  if (status === 404) return 'there is no ntfy server at "api"';
  return "";
};

/** Answers with the message, which has an id; errors have a sentence. Source: docs.ntfy.sh/publish, "Limitations"; ntfy's `server/errors.go`. */
const dialect: Dialect = {
  platform: "ntfy",
  hear: ({ status, body }) => {
    const answer = parseJson(body)?.value;
    return status < 300 && isContent(answer, "error")
      ? { verdict: "taken", words: "" }
      : { verdict: "unreadable", words: textMember(answer, "error") || body };
  },
  advise,
};

/** Shown before the title as an emoji. Source: docs.ntfy.sh/emojis. */
const tags: Partial<Record<AlertKind, string>> = {
  healed: "white_check_mark",
  recovered: "white_check_mark",
  flapping: "repeat",
  unknown: "grey_question",
  test: "bell",
};
const warning = "rotating_light";

/** Nobody must get up for these. */
const calm: ReadonlySet<AlertKind> = new Set(["healed", "recovered", "test"]);
const calmPriority = 3;

/** Of a message in bytes: a longer one becomes a file to download. Source: docs.ntfy.sh/publish, "Limitations". */
const maxBytes = 4096;
const maxTitle = 200;

const bytesOf = (text: string): number => new TextEncoder().encode(text).length;

/** Shorter texts are tried where writing takes three bytes a character. */
const fitted = (text: string): string =>
  fitRendered(text, unlinked, (each) => bytesOf(each) <= maxBytes, [maxText, 1300, 1000]);

/**
 * A phone shows one line of a title, and all of a short message: word, host and check stand in the title, what and since when begin the
 * message. A first line of another form stays whole.
 */
const partsOf = (text: string): { readonly title?: string; readonly message: string } => {
  const at = (text.split("\n")[0] ?? "").indexOf(": ");
  if (at < 1 || at > maxTitle) return { message: fitted(text) };
  return { title: unlinked(text.slice(0, at)), message: fitted(text.slice(at + 2)) };
};

const topicOf = (topic: string | SecretRef, context: PlatformContext): ReturnType<typeof secretFor> =>
  typeof topic === "string" ? { kind: "secret", text: topic } : secretFor("ntfy", topic, /^[\w-]{1,64}$/u, context);

/**
 * A message to a topic of an ntfy server. The topic stands in the body, so that no address holds it. Plain text: Markdown is only read when
 * asked for. A repeat has the same `sequence_id`, by which newer servers and apps show it once. Source: docs.ntfy.sh/publish, "Publish as JSON",
 * "Updating + deleting notifications".
 */
export const ntfy: Platform<"ntfy"> = {
  kind: "ntfy",
  destinations: ({ api }) => [{ ...endpoint(api), methods: ["POST"], for: "chat ntfy" }],
  send: async (chat, message, context) => {
    const topic = topicOf(chat.topic, context);
    if (topic.kind === "refused") return topic;
    const token = chat.token === null ? null : secretFor("ntfy", chat.token, oneWord, context);
    if (token?.kind === "refused") return token;
    const request = {
      url: `${chat.api}/`,
      headers: token === null ? {} : { authorization: `Bearer ${token.text}` },
      body: {
        topic: topic.text,
        ...partsOf(messageText(message.text)),
        priority: calm.has(message.kind) ? Math.min(calmPriority, chat.priority) : chat.priority,
        tags: [tags[message.kind] ?? warning],
        sequence_id: onceKey(message, context),
      },
      secrets: [...(typeof chat.topic === "string" ? [] : [topic.text]), ...(token === null ? [] : [token.text])],
    };
    return post(dialect, request, context);
  },
};
