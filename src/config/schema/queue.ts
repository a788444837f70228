import * as v from "valibot";
import type { QueueCheck, QueueField, QueueFinding, QueueSource } from "../config.ts";
import { type Block, choice, duration, list, maybe, need, path, pattern, text, whole, withDefault } from "./blocks.ts";
import { commonEntries, toCommon } from "./common.ts";
import { askEntries, toAsk } from "./http.ts";
import { type About, exactlyOne, picked, shape } from "./shape.ts";

const dayMs = 86_400_000;

/** All that can be found wrong with a queue, the healable first. */
const findings: readonly QueueFinding[] = [
  ...(["stuck", "stale-claim", "re-blocked", "gave-up", "double-spawn", "ghost", "crash-loop", "backlog"] as const),
];

type Asked = Extract<QueueSource, { readonly fields: unknown }>;

const amount: Block<number> = v.pipe(
  v.number(),
  v.minValue(0, "expected a number of 0 or more"),
  v.finite(),
  v.metadata({ "x-type": "number" }),
);

/** A pointer or a selector (`what` in words), or the number itself. */
const field = (what: string, form: RegExp): Block<string | number> => {
  const where = text(what, form);
  return v.pipe(
    picked<string | number>([where, amount], (input) => (typeof input === "number" ? amount : where)),
    v.metadata({ "x-type": "text or number" }),
  );
};

const fieldNames: readonly QueueField[] = ["ready", "running", "blocked", "done", "failed", "slots", "oldest_ready_s"];

const toFields = (raw: Readonly<Partial<Record<QueueField, string | number | undefined>>>): Asked["fields"] =>
  Object.fromEntries(
    fieldNames.flatMap((name) => {
      const given = raw[name];
      return given === undefined ? [] : [[name, given]];
    }),
  );

/** A source that is asked over HTTP. */
const asked = (kind: Asked["kind"], what: string, form: RegExp, url: string, example: string): Block<Asked> => {
  const one = field(what, form);
  return v.pipe(
    shape(
      { what: `a map with url and ready, such as { url: "${url}", ready: ${JSON.stringify(example)} }` },
      {
        ...askEntries(url),
        ready: need(one, "Jobs that wait for a worker.", example),
        running: maybe(one, "Jobs that a worker has.", example),
        blocked: maybe(one, "Jobs that wait for a person.", example),
        done: maybe(one, "Jobs that ended well, counted up.", example),
        failed: maybe(one, "Jobs that failed, counted up.", example),
        slots: maybe(one, "Jobs that can run at once; a plain number where nobody tells it.", 4),
        oldest_ready_s: maybe(one, "Seconds that the oldest ready job has waited.", example),
      },
    ),
    v.transform((raw) => ({ kind, ask: toAsk(raw), fields: toFields(raw) })),
  );
};

const httpSource = asked(
  "http",
  'a JSON pointer such as "/ready", or a number',
  /^(\/([^/~]|~[01])*)+$/u,
  "http://127.0.0.1:9000/stats",
  "/ready",
);

const prometheusSource = asked(
  "prometheus",
  "a metric, with labels in braces where they matter, or a number",
  /^[a-zA-Z_:][a-zA-Z0-9_:]*\s*(\{.*\})?$/su,
  "http://127.0.0.1:9419/metrics",
  'jobs{state="ready"}',
);

const target: Block<QueueSource> = v.pipe(
  exactlyOne(
    shape(
      {
        what: "a map that says where the queue's numbers come from, such as { hermes: /home/agents/.hermes/kanban.db }",
      },
      {
        http: maybe(httpSource, "Numbers out of a JSON answer.", {
          url: "http://127.0.0.1:9000/stats",
          ready: "/ready",
        }),
        prometheus: maybe(
          prometheusSource,
          "Numbers out of Prometheus or OpenMetrics text, summed over what matches.",
          {
            url: "http://127.0.0.1:9419/metrics",
            ready: 'jobs{state="ready"}',
          },
        ),
        hermes: maybe(path(), "The board of Hermes Agent, a SQLite file.", "/home/agents/.hermes/kanban.db"),
        openclaw: maybe(
          path(),
          "The state of OpenClaw, a SQLite file.",
          "/home/agents/.openclaw/state/openclaw.sqlite",
        ),
      },
    ),
    ["http", "prometheus", "hermes", "openclaw"],
    { none: 'the queue has no source: add "http", "prometheus", "hermes" or "openclaw"', more: "two sources" },
  ),
  v.transform((raw): QueueSource => {
    if (raw.hermes !== undefined) return { kind: "hermes", file: raw.hermes };
    if (raw.openclaw !== undefined) return { kind: "openclaw", file: raw.openclaw };
    return raw.http ?? raw.prometheus ?? { kind: "hermes", file: "" };
  }),
);

/** A check of kind `queue`, before it has its name. */
export const queueCheck = (about: About): Block<Omit<QueueCheck, "name">> =>
  v.pipe(
    shape(about, {
      queue: need(target, "How jobs flow: where the numbers come from.", { hermes: "/home/agents/.hermes/kanban.db" }),
      stuck_after: withDefault(
        duration(1000, 7 * dayMs),
        "30m",
        "Jobs are ready, a slot is free, and for so long nothing was claimed or finished: stuck.",
      ),
      stale_after: withDefault(
        duration(1000, 30 * dayMs),
        "1h",
        "A running job whose worker hasn't beaten for so long is a stale claim.",
      ),
      backlog_after: withDefault(
        whole(2, 10_000),
        12,
        "So many ticks in a row with more ready jobs than before are a backlog, which is amber.",
        6,
      ),
      workers: maybe(
        pattern(),
        "Matches a worker's command line; its first group is the job's id. Default: what the source knows of its workers.",
        "kanban task (t_[0-9a-f]+)",
      ),
      findings: withDefault(
        list(choice(findings), "a list of findings", 1),
        [...findings],
        "What is judged; the rest is left to another check.",
        ["stuck", "stale-claim"],
      ),
      ...commonEntries(1),
    }),
    v.transform((raw) => ({
      kind: "queue" as const,
      ...toCommon(raw),
      queue: raw.queue,
      stuckAfterMs: raw.stuck_after,
      staleAfterMs: raw.stale_after,
      backlogAfter: raw.backlog_after,
      workers: raw.workers ?? null,
      findings: raw.findings,
    })),
  );
