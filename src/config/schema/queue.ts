import * as v from "valibot";
import type { QueueCheck, QueueSource } from "../config.ts";
import { queueFindings } from "../queue-words.ts";
import { type Block, choice, duration, list, maybe, need, path, pattern, whole, withDefault } from "./blocks.ts";
import { commonEntries, toCommon } from "./common.ts";
import { httpSource, prometheusSource } from "./queue-asked.ts";
import { type About, exactlyOne, shape } from "./shape.ts";

const dayMs = 86_400_000;

const target: Block<QueueSource> = v.pipe(
  exactlyOne(
    shape(
      {
        what: "a map that says where the queue's numbers come from, such as { hermes: /home/agents/.hermes/kanban.db }",
      },
      {
        http: maybe(
          httpSource,
          "Numbers out of a JSON answer; `*` in a pointer stands for every element, and adds up.",
          {
            url: "http://127.0.0.1:9000/stats",
            ready: "/ready",
          },
        ),
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
        list(choice(queueFindings), "a list of findings", 1),
        [...queueFindings],
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
