import { isMap, parseJson } from "../../../src/config/json.ts";
import type { Received, Reply } from "./bed.ts";

/** Servers that take no more than the platform's documents promise, and say what is wrong with the rest. */
interface Strict {
  /** Texts of what was taken, in order. */
  readonly posts: readonly string[];
  readonly reply: (request: Received) => Reply;
}

const bytes = (text: string): number => Buffer.byteLength(text);
const json = (status: number, body: unknown): Reply => ({ status, body: JSON.stringify(body) });
const bodyOf = ({ body }: Received): Readonly<Record<string, unknown>> => {
  const value = parseJson(body)?.value;
  return isMap(value) ? value : {};
};
const hasStrangers = (body: Readonly<Record<string, unknown>>, known: readonly string[]): boolean =>
  Object.keys(body).some((key) => !known.includes(key));
/** What is answered to the first thing that is wrong. */
const firstOf = (...checks: readonly (readonly [isWrong: boolean, answer: Reply])[]): Reply | undefined =>
  checks.find(([isWrong]) => isWrong)?.[1];
const textOf = (value: unknown): string => (typeof value === "string" ? value : "");

/** What of a Markdown text is no code, blanks left out. */
export const outsideCode = (text: string): string =>
  text
    .replace(/^```\n(?:(?!```).*\n)*```$/gmu, "")
    .replace(/`[^`\n]+`/gu, "")
    .trim();

/** Source: developers.mattermost.com/integrate/webhooks/incoming; api/v4/posts. A longer text would be cut into several posts. */
export const strictMattermost = (given: { path: string; token: string; channel: string }): Strict => {
  const posts: string[] = [];
  const error = (why: string): Reply => json(400, { id: "strict", message: why, status_code: 400 });
  const take = (text: string, answer: Reply): Reply => {
    if (text === "" || [...text].length > 16_383) return error("No text specified, or too much of it.");
    posts.push(text);
    return answer;
  };
  const ofHook = (body: Readonly<Record<string, unknown>>): Reply =>
    firstOf([hasStrangers(body, ["text"]), error("a key that nobody knows")]) ??
    take(textOf(body["text"]), { status: 200, body: "ok" });
  const ofBot = (body: Readonly<Record<string, unknown>>): Reply =>
    firstOf(
      [body["channel_id"] !== given.channel, error("Invalid or missing channel_id in request body.")],
      [hasStrangers(body, ["channel_id", "root_id", "message"]), error("a key that nobody knows")],
    ) ?? take(textOf(body["message"]), json(201, { id: "a".repeat(26) }));
  const reply = (request: Received): Reply => {
    if (request.path === given.path) return ofHook(bodyOf(request));
    const isBot = request.path === "/api/v4/posts" && request.headers.authorization === `Bearer ${given.token}`;
    return isBot ? ofBot(bodyOf(request)) : error("Invalid webhook.");
  };
  return { posts, reply };
};

/** A homeserver: one event a transaction id and token. Source: spec.matrix.org, client-server API, "Sending events to a room". */
export const strictMatrix = (given: { room: string; token: string }): Strict => {
  const posts: string[] = [];
  const sent = new Map<string, string>();
  const error = (status: number, errcode: string, why: string): Reply => json(status, { errcode, error: why });
  const path = /^\/_matrix\/client\/v3\/rooms\/([^/]+)\/send\/m\.room\.message\/([A-Za-z0-9._~-]+)$/u;
  const reply = (request: Received): Reply => {
    const [, room = "", transaction = ""] = path.exec(request.path) ?? [];
    const body = bodyOf(request);
    const wrong = firstOf(
      [transaction === "" || request.method !== "PUT", error(404, "M_UNRECOGNIZED", "Unrecognized request")],
      [request.headers.authorization !== `Bearer ${given.token}`, error(401, "M_UNKNOWN_TOKEN", "Unknown token")],
      [decodeURIComponent(room) !== given.room, error(403, "M_FORBIDDEN", "Not in the room")],
      [hasStrangers(body, ["msgtype", "body", "m.mentions", "m.relates_to"]), error(400, "M_BAD_JSON", "Bad event")],
      [textOf(body["msgtype"]) === "", error(400, "M_BAD_JSON", "Bad event")],
      [bytes(request.body) > 60_000, error(413, "M_TOO_LARGE", "event too large")],
    );
    if (wrong !== undefined) return wrong;
    const before = sent.get(transaction);
    const id = before ?? `$event${sent.size}`;
    if (before === undefined) posts.push(textOf(body["body"]));
    sent.set(transaction, id);
    return json(200, { event_id: id });
  };
  return { posts, reply };
};

/** Source: docs.ntfy.sh/publish, "Publish as JSON", "Limitations": a message over 4096 bytes would become a file, a title over 1024 is refused. */
export const strictNtfy = (given: { topic: string; token: string }): Strict => {
  const posts: string[] = [];
  const known = ["topic", "title", "message", "priority", "tags", "sequence_id"];
  const error = (status: number, code: number, why: string): Reply => json(status, { code, http: status, error: why });
  const reply = (request: Received): Reply => {
    const body = bodyOf(request);
    const [title, message] = [textOf(body["title"]), textOf(body["message"])];
    const wrong = firstOf(
      [request.path !== "/" || request.method !== "POST", error(404, 40401, "page not found")],
      [request.headers.authorization !== `Bearer ${given.token}`, error(401, 40101, "unauthorized")],
      [body["topic"] !== given.topic, error(403, 40301, "forbidden")],
      [bytes(title) > 1024, error(400, 40051, "invalid request: title too long")],
      [message === "" || bytes(message) > 4096, error(400, 40014, "invalid request: attachments not allowed")],
      [![1, 2, 3, 4, 5].some((each) => each === body["priority"]), error(400, 40007, "invalid priority parameter")],
      [!/^[\w-]{1,64}$/u.test(textOf(body["sequence_id"])), error(400, 40049, "invalid sequence ID")],
      [hasStrangers(body, known), error(400, 40017, "invalid request: request body must be message JSON")],
    );
    if (wrong !== undefined) return wrong;
    posts.push(`${title}\n${message}`);
    return json(200, { id: "xE73Iyuabi", time: 1, event: "message", topic: given.topic });
  };
  return { posts, reply };
};

/** One message a `requestId`. Source: developers.google.com/workspace/chat/api/reference/rest/v1/spaces.messages/create. */
export const strictGoogleChat = (given: { space: string; key: string; token: string }): Strict => {
  const posts: string[] = [];
  const seen = new Set<string>();
  const error = (code: number, status: string, why: string): Reply =>
    json(code, { error: { code, status, message: why } });
  const reply = (request: Received): Reply => {
    const { pathname, searchParams } = new URL(request.path, "http://127.0.0.1");
    const body = bodyOf(request);
    const text = textOf(body["text"]);
    const isKnown = searchParams.get("key") === given.key && searchParams.get("token") === given.token;
    const wrong = firstOf(
      [pathname !== `/v1/spaces/${given.space}/messages`, error(404, "NOT_FOUND", "Requested entity was not found.")],
      [!isKnown, error(401, "UNAUTHENTICATED", "Request is missing required authentication credential.")],
      [isMap(body["thread"]) !== searchParams.has("messageReplyOption"), error(400, "INVALID_ARGUMENT", "No thread.")],
      [hasStrangers(body, ["text", "thread"]), error(400, "INVALID_ARGUMENT", "Invalid JSON payload received.")],
      [text === "" || [...text].length > 4096, error(400, "INVALID_ARGUMENT", "Message is empty or too long.")],
    );
    if (wrong !== undefined) return wrong;
    const id = searchParams.get("requestId") ?? "";
    if (!seen.has(id)) posts.push(text);
    seen.add(id);
    return json(200, { name: `spaces/${given.space}/messages/${id}`, text });
  };
  return { posts, reply };
};

const listOf = (value: unknown): readonly unknown[] => (Array.isArray(value) ? value : []);
const membersOf = (value: unknown, type: string): Readonly<Record<string, unknown>> =>
  isMap(value) && value["type"] === type ? value : {};

/** Texts of a card's blocks; undefined when there is anything in it but rich text of plain runs. */
const cardTexts = (card: unknown): readonly string[] | undefined => {
  const blocks = listOf(membersOf(card, "AdaptiveCard")["body"]);
  const runs = blocks.map((block) => listOf(membersOf(block, "RichTextBlock")["inlines"]));
  const texts = runs.map((each) => each.map((run) => textOf(membersOf(run, "TextRun")["text"])));
  const isRight = texts.length > 0 && texts.every((each) => each.length > 0 && !each.includes(""));
  return isRight ? texts.map((each) => each.join("")) : undefined;
};

/** A workflow that posts the first attachment. Source: learn.microsoft.com, "Create incoming webhooks with Workflows for Microsoft Teams". */
export const strictTeams = (path: string): Strict => {
  const posts: string[] = [];
  const error = (status: number, code: string, why: string): Reply => json(status, { error: { code, message: why } });
  const reply = (request: Received): Reply => {
    const { type, attachments } = bodyOf(request);
    const first: unknown = listOf(attachments)[0];
    const isCard = isMap(first) && first["contentType"] === "application/vnd.microsoft.card.adaptive";
    const texts = isCard ? cardTexts(first["content"]) : undefined;
    const wrong = firstOf(
      [request.path !== path, error(401, "DirectApiInvalidAuthorizationScheme", "The signature is wrong.")],
      [bytes(request.body) > 28 * 1024, error(413, "RequestEntityTooLarge", "Too large.")],
      [type !== "message" || texts === undefined, error(400, "TriggerInputSchemaMismatch", "Bad card.")],
    );
    posts.push(...(wrong === undefined ? [texts?.join("\n") ?? ""] : []));
    return wrong ?? { status: 202 };
  };
  return { posts, reply };
};
