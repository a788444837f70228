import { describe, expect, test } from "bun:test";
import { metricsOf, type QueueSeries } from "../../src/presets/metrics.ts";
import { answered, doorAnswers } from "./box-bed.ts";

const of = (...lines: readonly string[]): string => `# TYPE x gauge\n${lines.join("\n")}\n`;

interface Case {
  readonly name: string;
  readonly given: string;
  readonly want: readonly QueueSeries[];
}

const cases: readonly Case[] = [
  {
    name: "RabbitMQ's, summed over its queues",
    given: of("rabbitmq_queue_messages_ready 0", "rabbitmq_queue_messages_unacked 1"),
    want: [{ of: "RabbitMQ", ready: "rabbitmq_queue_messages_ready", running: "rabbitmq_queue_messages_unacked" }],
  },
  {
    name: "BullMQ's, by label, with what is there of done and failed",
    given: of(
      'bullmq_job_count{queue="mail",state="waiting"} 3',
      'bullmq_job_count{queue="mail",state="active"} 1',
      'bullmq_job_count{queue="mail",state="completed"} 9',
    ),
    want: [
      {
        of: "BullMQ",
        ready: 'bullmq_job_count{state="waiting"}',
        running: 'bullmq_job_count{state="active"}',
        done: 'bullmq_job_count{state="completed"}',
      },
    ],
  },
  {
    name: "Celery's",
    given: of('celery_queue_length{queue_name="celery"} 0', 'celery_worker_tasks_active{hostname="w"} 0'),
    want: [{ of: "Celery", ready: "celery_queue_length", running: "celery_worker_tasks_active" }],
  },
  {
    name: "those of one stem",
    given: of("shop_jobs_waiting 2", "shop_jobs_active 1", "shop_jobs_completed_total 7"),
    want: [
      { of: "shop_jobs", ready: "shop_jobs_waiting", running: "shop_jobs_active", done: "shop_jobs_completed_total" },
    ],
  },
  { name: "none where only the waiting are told", given: of("shop_jobs_waiting 2"), want: [] },
  { name: "none in what isn't about jobs", given: of("http_ready 1", "http_active 1"), want: [] },
];

describe("metricsOf()", () => {
  for (const { name, given, want } of cases)
    test(`metricsOf() finds queues: ${name}`, () => {
      expect(metricsOf(doorAnswers(9, [answered("/metrics", given)]))?.queues).toEqual([...want]);
    });

  test("metricsOf() takes no page and no error for metrics", () => {
    expect(metricsOf(doorAnswers(9, [answered("/metrics", "<html># TYPE x")]))).toBeUndefined();
    expect(metricsOf(doorAnswers(9, [answered("/metrics", of("a 1"), { status: 500 })]))).toBeUndefined();
  });
});
