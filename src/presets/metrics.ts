import type { Answered, DoorAnswers } from "./box.ts";
import { metricsPath } from "./health.ts";

/** Series that tell a queue, as selectors of a `prometheus` source. */
export interface QueueSeries {
  /** Whose they are, for a person. */
  readonly of: string;
  readonly ready: string;
  readonly running: string;
  readonly done?: string;
  readonly failed?: string;
}

/** A door that serves metrics; `families`: how many names. */
export interface Metrics {
  readonly answered: Answered;
  readonly families: number;
  readonly queues: readonly QueueSeries[];
}

/** Sources: rabbitmq.com/docs/prometheus; docs.bullmq.io/guide/metrics/prometheus; github.com/UpHabit/bull_exporter; github.com/danihodovic/celery-exporter; github.com/strech/sidekiq-prometheus-exporter. */
const known: readonly QueueSeries[] = [
  { of: "RabbitMQ", ready: "rabbitmq_queue_messages_ready", running: "rabbitmq_queue_messages_unacked" },
  {
    of: "BullMQ",
    ready: 'bullmq_job_count{state="waiting"}',
    running: 'bullmq_job_count{state="active"}',
    done: 'bullmq_job_count{state="completed"}',
    failed: 'bullmq_job_count{state="failed"}',
  },
  {
    of: "Bull",
    ready: "bull_queue_waiting",
    running: "bull_queue_active",
    done: "bull_queue_completed",
    failed: "bull_queue_failed",
  },
  { of: "Celery", ready: "celery_queue_length", running: "celery_worker_tasks_active" },
  {
    of: "Sidekiq",
    ready: "sidekiq_enqueued_jobs",
    running: "sidekiq_busy_workers",
    done: "sidekiq_processed_jobs_total",
  },
];

const maxNames = 20_000;
const maxQueues = 3;
const waiting = /^([a-z][a-z0-9_]*_)?(ready|waiting|pending|queued)$/u;
const isQueueish = /queue|job|task|message|work/u;
const after = {
  running: ["running", "active", "processing", "in_progress", "inflight", "unacked"],
  done: ["completed_total", "done_total", "processed_total", "completed", "done"],
  failed: ["failed_total", "failed", "dead"],
} as const;

const seriesIn = (body: string): ReadonlyMap<string, readonly string[]> => {
  const series = new Map<string, string[]>();
  for (const [, name = "", labels = ""] of body.matchAll(
    /^([a-zA-Z_:][a-zA-Z0-9_:]{0,199})(\{[^\n]{0,1000}?\})?[ \t]/gmu,
  )) {
    if (series.size >= maxNames) break;
    const sets = series.get(name) ?? [];
    if (sets.length < 100) series.set(name, [...sets, labels]);
  }
  return series;
};

const isThere = (series: ReturnType<typeof seriesIn>, selector: string): boolean => {
  const [, name = "", label = ""] = /^([^{]+)(?:\{(.+)\})?$/u.exec(selector) ?? [];
  return series.get(name)?.some((labels) => labels.includes(label)) ?? false;
};

const present = (
  series: ReturnType<typeof seriesIn>,
  { of, ready, running, done, failed }: QueueSeries,
): QueueSeries => ({
  of,
  ready,
  running,
  ...(done !== undefined && isThere(series, done) ? { done } : {}),
  ...(failed !== undefined && isThere(series, failed) ? { failed } : {}),
});

/** `my_queue_waiting` beside `my_queue_active`: names of one stem. */
const generic = (series: ReturnType<typeof seriesIn>): readonly QueueSeries[] =>
  [...series.keys()].flatMap((name) => {
    const stem = waiting.exec(name)?.[1];
    if (stem === undefined || !isQueueish.test(stem)) return [];
    const find = (ends: readonly string[]): string | undefined =>
      ends.map((end) => `${stem}${end}`).find((each) => series.has(each));
    const [running, done, failed] = [find(after.running), find(after.done), find(after.failed)];
    if (running === undefined) return [];
    return [
      {
        of: stem.replace(/_$/u, ""),
        ready: name,
        running,
        ...(done === undefined ? {} : { done }),
        ...(failed === undefined ? {} : { failed }),
      },
    ];
  });

const isExposition = ({ status, body }: Answered): boolean =>
  status === 200 && /^# (TYPE|HELP) [a-zA-Z_:]/mu.test(body);

/** The metrics of a door, and the queues in them, at most three; undefined when it serves none. Names are of the exposition's own alphabet. Pure, never throws. */
export const metricsOf = ({ tried }: DoorAnswers): Metrics | undefined => {
  const answered = tried.find((each) => each.path === metricsPath && isExposition(each));
  if (answered === undefined) return undefined;
  const series = seriesIn(answered.body);
  const queues = known.filter(({ ready, running }) => isThere(series, ready) && isThere(series, running));
  const found = queues.length > 0 ? queues.map((each) => present(series, each)) : generic(series);
  return { answered, families: series.size, queues: found.slice(0, maxQueues) };
};
