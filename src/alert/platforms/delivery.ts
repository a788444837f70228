import type { ChatConfig } from "../../config/config.ts";
import type { HttpAnswer } from "../../host/host.ts";
import { cleanEvidence, quote } from "../../probes/evidence.ts";
import type { Delivery, PlatformContext } from "./platform.ts";

type Answer = Extract<HttpAnswer, { kind: "answer" }>;

/** What a platform's answer says in the platform's own way. */
interface Heard {
  /**
   * Of a 2xx answer: taken, refused for good, try later, had before (passed on or not), a sign that an agent runs, or not the
   * platform's language at all.
   */
  readonly verdict: "taken" | "refused" | "later" | "seen" | "latching" | "unreadable";
  /** The platform's own words, as they came. */
  readonly words: string;
  readonly retryAfterS?: number | undefined;
}

/** How to speak with one platform. */
export interface Dialect {
  readonly platform: ChatConfig["kind"];
  hear(answer: Answer): Heard;
  /** What a person does about it, or the empty text. */
  advise(status: number, words: string): string;
}

/** A wait that a platform may ask for; more would mute the chat. */
const maxRetryAfterMs = 24 * 3_600_000;
/** An answer is small; what lies beyond is not read. */
const maxAnswerBytes = 64 * 1024;
const maxWords = 200;

/** Seconds from now until when the header says, as a number or as a date. Source: RFC 9110, 10.2.3. */
const retryAfterHeaderS = (answer: Answer, nowMs: number): number | undefined => {
  const value = answer.headers["retry-after"]?.trim() ?? "";
  if (/^\d+(\.\d+)?$/u.test(value)) return Number(value);
  const atMs = Date.parse(value);
  return Number.isNaN(atMs) ? undefined : (atMs - nowMs) / 1000;
};

const boundedMs = (seconds: number): number => Math.ceil(Math.min(Math.max(0, seconds * 1000), maxRetryAfterMs));

const later = (why: string, retryAfterS: number | undefined): Delivery =>
  retryAfterS === undefined ? { kind: "later", why } : { kind: "later", why, retryAfterMs: boundedMs(retryAfterS) };

const isRedirect = (status: number): boolean => status >= 300 && status < 400;
/**
 * 408: the server gave up waiting for us, which says nothing about the message. 501: the server doesn't do such a thing at all (Mattermost's
 * webhooks when they are switched off). Source: RFC 9110, 15.5.9 and 15.6.2.
 */
const isPassing = (status: number): boolean => status === 429 || status === 408 || (status >= 500 && status !== 501);

const judge = (dialect: Dialect, answer: Answer, nowMs: number): Delivery => {
  const { platform } = dialect;
  const { status } = answer;
  const heard = dialect.hear(answer);
  const words = cleanEvidence(heard.words, maxWords);
  const said = `${platform} answered ${status}${words === "" ? "" : ` ${quote(heard.words, maxWords)}`}`;
  const retryAfterS = heard.retryAfterS ?? retryAfterHeaderS(answer, nowMs);
  if (isPassing(status)) return later(said, retryAfterS);
  if (isRedirect(status)) {
    return {
      kind: "refused",
      why: `${platform} answered ${status}, a redirect that is not followed: set the final address`,
    };
  }
  const advice = dialect.advise(status, words);
  const refused: Delivery = { kind: "refused", why: advice === "" ? said : `${said}: ${advice}` };
  if (status >= 400) return refused;
  switch (heard.verdict) {
    case "taken":
      return { kind: "delivered", answer: said };
    case "refused":
      return refused;
    case "later":
      return later(said, retryAfterS);
    case "seen":
      return { kind: "later", why: said, isSeen: true };
    case "latching":
      return { ...refused, isLatching: true };
    case "unreadable":
      return later(`${said}, which is not an answer of ${platform}`, retryAfterS);
  }
};

/** Codes of the HTTP door that no later try can cure: not in the egress list, or a request that can't be made. */
const isFinal = (code: string): boolean => code === "REFUSED" || code === "EINVAL";

/** What the answer means for the outbox. Expects an answer whose secrets are already out. Never throws. */
export const deliveryOf = (dialect: Dialect, answer: HttpAnswer, nowMs: number): Delivery => {
  if (answer.kind === "answer") return judge(dialect, answer, nowMs);
  const why = `${dialect.platform}: ${answer.why}`;
  return isFinal(answer.code) ? { kind: "refused", why } : { kind: "later", why };
};

/** One JSON message to a platform. `secrets` are kept out of whatever comes back. */
export interface Post {
  /** POST where nothing is said. */
  readonly method?: "POST" | "PUT";
  readonly url: string;
  readonly headers?: Readonly<Record<string, string>>;
  readonly body: Readonly<Record<string, unknown>> | readonly unknown[];
  /** Headers that depend on the very text of the body. */
  sign?(text: string): Readonly<Record<string, string>>;
  readonly secrets: readonly string[];
}

/** Posts once and says what became of it. Never throws. */
export const post = async (
  dialect: Dialect,
  { method = "POST", url, headers, body, sign, secrets }: Post,
  context: PlatformContext,
): Promise<Delivery> => {
  const { http, clock } = context.host;
  const text = JSON.stringify(body);
  const answer = await http.request({
    for: `chat ${dialect.platform}`,
    method,
    url,
    headers: { ...headers, ...sign?.(text), "content-type": "application/json; charset=utf-8" },
    body: text,
    timeoutMs: context.timeoutMs,
    maxBodyBytes: maxAnswerBytes,
    secrets,
  });
  return deliveryOf(dialect, answer, clock.nowMs());
};
