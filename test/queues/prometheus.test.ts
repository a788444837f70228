import { describe, expect, test } from "bun:test";
import type { HttpAnswer } from "../../src/host/host.ts";
import { readPrometheus } from "../../src/queues/prometheus.ts";
import type { QueueLook } from "../../src/queues/reading.ts";
import { answered, contextOf, sourceOf } from "./asked-bed.ts";

const metrics = `# HELP jobs Jobs by state.
# TYPE jobs gauge
jobs{queue="mail",state="ready"} 3
jobs{queue="sms",state="ready"} 4
jobs{queue="mail",state="running"} 1
# TYPE jobs_done_total counter
jobs_done_total 1.5e3
odd{a="x"} NaN
odd{a="y"} 1
endless +Inf
oldest_seconds{queue="mail"} 30
oldest_seconds{queue="sms"} 300
`;

const read = async (answer: HttpAnswer, ready: string): Promise<QueueLook> =>
  await readPrometheus("jobs", sourceOf("prometheus", { ready }), contextOf(answer).context);

describe("readPrometheus()", () => {
  test("adds up the series that each selector means; of ages the most counts", async () => {
    const fields = {
      ready: 'jobs{state="ready"}',
      running: 'jobs{state="running"}',
      done: "jobs_done_total",
      slots: 4,
      oldest_ready_s: "oldest_seconds",
    };
    const got = await readPrometheus("jobs", sourceOf("prometheus", fields), contextOf(answered(metrics)).context);
    expect(got).toMatchObject({
      kind: "queue",
      ready: 7,
      running: 1,
      done: 1500,
      slots: 4,
      oldestReadyS: 300,
      failed: null,
    });
  });

  const unknowns = [
    { ready: 'jobs{state="lost"}', why: 'cannot read "ready": no series matches jobs{state="lost"}' },
    { ready: "odd", why: 'cannot read "ready": odd is NaN' },
    { ready: "endless", why: 'cannot read "ready": endless is infinite' },
  ];
  for (const { ready, why } of unknowns)
    test(`reads unknown, and says why: ${ready}`, async () =>
      expect(await read(answered(metrics), ready)).toEqual({ kind: "unknown", why }));

  test("names the line that is wrong", async () =>
    expect(await read(answered("a 1\nb{ 2\n"), "a")).toEqual({
      kind: "unknown",
      why: "the answer is not Prometheus text: line 2: a label's name is wrong or missing",
    }));

  test("reads the format that the answer says it has", async () => {
    const headers = { "content-type": "application/openmetrics-text; version=1.0.0; charset=utf-8" };
    expect(await read(answered("a 1\n", { headers }), "a")).toEqual({
      kind: "unknown",
      why: "the answer is not Prometheus text: line 1: the text does not end with # EOF: it is cut",
    });
    expect(await read(answered("a 1\n# EOF\n", { headers }), "a")).toMatchObject({ ready: 1 });
  });

  const framings = [
    { headers: { "content-length": "10" }, told: "read" },
    { headers: { "transfer-encoding": "chunked" }, told: "read" },
    { headers: {}, told: "refused" },
  ];
  for (const { headers, told } of framings)
    test(`a last line without a newline is ${told} with ${JSON.stringify(headers)}`, async () =>
      expect((await read(answered("jobs 42", { headers }), "jobs")).kind).toBe(told === "read" ? "queue" : "unknown"));

  test("refuses bytes that are not UTF-8", async () =>
    expect(await read(answered('a{b="\u{FFFD}"} 1\n', { isMalformed: true }), "a")).toEqual({
      kind: "unknown",
      why: "the answer is not Prometheus text: line 1: there are bytes that are not UTF-8",
    }));

  test("asks for the older format first, unless the config asks for another", async () => {
    const { context, host } = contextOf(answered(metrics));
    await readPrometheus("jobs", sourceOf("prometheus", { ready: "jobs" }), context);
    const headers = { Accept: "application/openmetrics-text" };
    await readPrometheus("jobs", sourceOf("prometheus", { ready: "jobs" }, { headers }), context);
    expect(host.http.sent[0]?.headers["accept"]).toStartWith("text/plain;version=0.0.4,");
    expect(Object.entries(host.http.sent[1]?.headers ?? {}).at(-1)).toEqual(["Accept", "application/openmetrics-text"]);
  });
});
