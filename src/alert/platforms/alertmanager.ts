import type { SecretRef } from "../../config/config.ts";
import { endpoint } from "../../config/egress.ts";
import { type FilledHeaders, fillHeaders } from "../../config/fill-headers.ts";
import { type Dialect, post } from "./delivery.ts";
import { broken } from "./inert.ts";
import type { AlertKind, ChatOf, Delivery, Holding, Message, Platform, PlatformContext, Standing } from "./platform.ts";
import { oneLine, secretFor } from "./secret.ts";
import { messageText } from "./text.ts";

type Chat = ChatOf<"alertmanager">;

/** 400 says which alerts were not valid; the others of the same request have been taken. Source: alertmanager api/v2/api.go, postAlertsHandler. */
const dialect: Dialect = {
  platform: "alertmanager",
  hear: ({ status, body }) =>
    status === 200 ? { verdict: "taken", words: "" } : { verdict: "unreadable", words: body },
  advise: (status) => {
    if (status === 401 || status === 403) return 'check "headers" and the secret in them';
    return status === 404 ? 'check "url": "/api/v2/alerts" is added to it' : "";
  },
};

const secretIn =
  (context: PlatformContext) =>
  (ref: SecretRef): ReturnType<PlatformContext["secret"]> => {
    const secret = secretFor("alertmanager", ref, oneLine, context);
    return secret.kind === "refused" ? { kind: "failed", why: secret.why } : secret;
  };

/** What every alert is called and how much it matters: what routes, inhibitions and silences are written against. */
const labelsOf = {
  red: { alertname: "DogwatchRed", severity: "critical" },
  unknown: { alertname: "DogwatchUnknown", severity: "warning" },
  flapping: { alertname: "DogwatchFlapping", severity: "warning" },
  ended: { alertname: "DogwatchEnded", severity: "info" },
  test: { alertname: "DogwatchTest", severity: "info" },
} as const;

type Name = keyof typeof labelsOf;
type Alert = Omit<Standing, "name" | "again"> & { readonly name: Name };

/** Annotations are shown by whatever the Alertmanager tells: what is markup, a mention or a link there is made inert. */
const annotationsOf = ({ text, incident, card }: Alert): Readonly<Record<string, string>> => {
  const [summary = "", ...rest] = broken(messageText(text)).split("\n");
  const all = {
    summary,
    description: rest.slice(0, -1).join("\n"),
    card: card ?? "",
    incident: incident ?? "",
    log: rest.at(-1) ?? "",
  };
  return Object.fromEntries(Object.entries(all).filter(([, value]) => value !== ""));
};

/** One alert of API v2. Its start never lies after its end: a clock that was set back would have it refused. Source: openapi.yaml, postableAlert. */
const alertOf = (chat: Chat, host: string, alert: Alert, until: string, shiftMs: number): Record<string, unknown> => {
  const endMs = Date.parse(alert.endsAt ?? until);
  const startMs = Math.min(Date.parse(alert.since) || endMs, endMs);
  return {
    labels: { ...chat.labels, ...labelsOf[alert.name], host, check: alert.check },
    annotations: annotationsOf(alert),
    startsAt: new Date(startMs + shiftMs).toISOString(),
    endsAt: new Date(endMs + shiftMs).toISOString(),
  };
};

/** Difference between two clocks that is left alone, in milliseconds. */
const maxShiftMs = 60_000;
/** A clock that is further ahead is none: its years have no place in RFC 3339, and none in our calendar in the end. */
const lastYearMs = Date.UTC(9000, 0, 1);

/** Notes how far the other side's clock is ahead of ours, by its answers. Source: RFC 9110, 6.6.1. */
const clockWatch = (context: PlatformContext): { readonly context: PlatformContext; shiftMs(): number } => {
  const { http, clock } = context.host;
  let shiftMs = 0;
  const request: typeof http.request = async (given) => {
    const answer = await http.request(given);
    const atMs = answer.kind === "answer" ? Date.parse(answer.headers["date"] ?? "") : Number.NaN;
    const aheadMs = atMs - clock.nowMs();
    const isClock = atMs >= 0 && atMs < lastYearMs;
    shiftMs = isClock && Math.abs(aheadMs) > maxShiftMs ? aheadMs : 0;
    return answer;
  };
  return { context: { ...context, host: { ...context.host, http: { ...http, request } } }, shiftMs: () => shiftMs };
};

type Given = Omit<Holding, "standings"> & { readonly alerts: readonly Alert[] };

/**
 * Posts all to one member; a second time, on its own clock, when ours is another: it takes what ends before its own now for over, and
 * nobody would hear of it.
 */
const postTo = async (
  api: string,
  chat: Chat,
  { host, alerts, until }: Given,
  { headers, secrets }: FilledHeaders,
  context: PlatformContext,
): Promise<Delivery> => {
  const watch = clockWatch(context);
  const postAt = (shiftMs: number): Promise<Delivery> => {
    const body = alerts.map((each) => alertOf(chat, host, each, until, shiftMs));
    return post(dialect, { url: `${api}/api/v2/alerts`, headers, secrets, body }, watch.context);
  };
  const first = await postAt(0);
  const shiftMs = watch.shiftMs();
  return first.kind !== "delivered" || shiftMs === 0 ? first : await postAt(shiftMs);
};

type Undelivered = Exclude<Delivery, { kind: "delivered" }>;

/** Of many that didn't take it: what may pass comes before what won't, and the shortest wait. */
const hope = (all: readonly Undelivered[]): Undelivered => {
  const why = [...new Set(all.map((each) => each.why))].join("; ");
  const later = all.filter((each) => each.kind === "later");
  if (later.length === 0) return { kind: "refused", why };
  const retryAfterMs = Math.min(...later.map((each) => each.retryAfterMs ?? 0));
  return retryAfterMs > 0 ? { kind: "later", why, retryAfterMs } : { kind: "later", why };
};

/** Posts to every member of the cluster at once. They share silences and what was notified, not alerts. Source: alertmanager docs/high_availability.md. */
const postAll = async (chat: Chat, given: Given, context: PlatformContext): Promise<Delivery> => {
  const filled = fillHeaders(chat.headers, secretIn(context));
  if (filled.kind === "failed") return { kind: "refused", why: filled.why };
  const members = [chat.api, ...chat.peers];
  const sent = await Promise.all(members.map((api) => postTo(api, chat, given, filled, context)));
  const taken = sent.find((each) => each.kind === "delivered");
  const others = sent.filter((each) => each.kind !== "delivered");
  if (taken === undefined) return hope(others);
  if (others.length === 0) return taken;
  const missing = `${others.length} of ${members.length} members: ${hope(others).why}`;
  return { ...taken, answer: `${taken.answer}, but not told to ${missing}`, missing };
};

const nameOf: Readonly<Record<AlertKind, Name>> = {
  red: "red",
  reminder: "red",
  "heal-failed": "red",
  healed: "red",
  recovered: "red",
  flapping: "flapping",
  unknown: "unknown",
  test: "test",
};

/** Long enough for a group_wait, so that a test, which ends by itself, is passed on. */
const testMs = 60_000;
const usualMs = 15 * 60_000;

const alertOfMessage = ({ kind, check, incident, at, since = at, text, card }: Message, nowMs: number): Alert => {
  const name = kind === "recovered" && incident === null ? "unknown" : nameOf[kind];
  const isOver = kind === "recovered" || kind === "healed";
  const endsAt = isOver ? at : kind === "test" ? new Date(nowMs + testMs).toISOString() : null;
  return { name, check: check ?? "dogwatch", incident, since, endsAt, text, ...(card === undefined ? {} : { card }) };
};

/**
 * Alertmanager's API v2. It holds state, not messages: each tick tells it all that stands, with an end a few ticks ahead, so that what
 * is told no more ends by itself; what is well again ends at once. Source: prometheus.io/docs/alerting/latest/alerts_api.
 */
export const alertmanager: Platform<"alertmanager"> = {
  kind: "alertmanager",
  destinations: ({ api, peers }) =>
    [api, ...peers].map((each) => ({ ...endpoint(each), methods: ["POST"], for: "chat alertmanager" })),
  send: async (chat, message, context) => {
    const nowMs = context.host.clock.nowMs();
    const alerts = [alertOfMessage(message, nowMs)];
    return await postAll(chat, { host: message.host, alerts, until: new Date(nowMs + usualMs).toISOString() }, context);
  },
  hold: async (chat, { host, standings, until }, context) =>
    await postAll(chat, { host, alerts: standings, until }, context),
};
