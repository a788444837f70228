import type { Ask, QueueField } from "../../src/config/config.ts";
import type { HttpAnswer } from "../../src/host/host.ts";
import { type ProbeContext, systemBeats } from "../../src/probes/probe.ts";
import type { AskedSource } from "../../src/queues/fields.ts";
import { createFakeHost, type FakeHost } from "../fake-host.ts";

/** A source of this kind at a place of its own. */
export const sourceOf = (
  kind: AskedSource["kind"],
  fields: Partial<Record<QueueField, string | number>>,
  ask: Partial<Ask> = {},
): AskedSource => ({
  kind,
  ask: { url: "http://127.0.0.1:9000/stats", socket: null, timeoutMs: 5000, headers: {}, ...ask },
  fields,
});

/** An answer with this body. */
export const answered = (body: string, more: Partial<Extract<HttpAnswer, { kind: "answer" }>> = {}): HttpAnswer => ({
  kind: "answer",
  status: 200,
  headers: {},
  body,
  isBodyCut: false,
  elapsedMs: 1,
  ...more,
});

/** What a look needs, on a host whose only server answers so. */
export const contextOf = (
  answer: HttpAnswer,
  secret: ProbeContext["secret"] = () => ({ kind: "failed", why: "no secrets here" }),
): { readonly context: ProbeContext; readonly host: FakeHost } => {
  const host = createFakeHost();
  host.http.script = () => answer;
  host.http.allow([{ host: "127.0.0.1", port: 9000, methods: ["GET"], for: "check jobs" }]);
  const shared: ProbeContext["shared"] = {
    processes: async () => ({ kind: "failed", code: "ENOENT", why: "no processes here" }),
    unit: async () => ({ kind: "failed", why: "no units here" }),
  };
  return { context: { host, shared, memory: undefined, maxMs: 50_000, beats: systemBeats, secret }, host };
};
