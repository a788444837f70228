import { describe, expect, test } from "bun:test";
import type { QueueField } from "../../src/config/config.ts";
import type { HttpAnswer } from "../../src/host/host.ts";
import { readJson } from "../../src/queues/json.ts";
import type { QueueLook } from "../../src/queues/reading.ts";
import { answered, contextOf, sourceOf } from "./asked-bed.ts";

type Fields = Partial<Record<QueueField, string | number>>;

const readFrom = async (answer: HttpAnswer, fields: Fields): Promise<QueueLook> =>
  await readJson("jobs", sourceOf("http", fields), contextOf(answer).context);

const read = async (document: unknown, fields: Fields): Promise<QueueLook> =>
  await readFrom(answered(JSON.stringify(document)), fields);

describe("readJson()", () => {
  test("reads every field, takes a number for itself, and leaves the rest untold", async () => {
    const document = { ready: 3, run: { now: 2.5 }, b: 0, "a/b": 7, "c~d": [1] };
    expect(
      await read(document, {
        ready: "/ready",
        running: "/run/now",
        blocked: "/b",
        done: "/a~1b",
        failed: "/c~0d/0",
        slots: 4,
      }),
    ).toEqual({
      kind: "queue",
      ready: 3,
      running: 2.5,
      blocked: 0,
      done: 7,
      failed: 1,
      slots: 4,
      oldestReadyS: null,
      movedS: null,
      jobs: null,
      jobsLeftOut: 0,
      uncleanStarts: null,
      workers: null,
    });
    expect(await read({ n: 1 }, { ready: "/n" })).toMatchObject({ ready: 1, running: null, slots: null });
  });

  const stars: readonly {
    readonly name: string;
    readonly given: unknown;
    readonly ready: string;
    readonly want: number;
  }[] = [
    { name: "a list", given: [{ n: 1 }, { n: 2 }], ready: "/*/n", want: 3 },
    { name: "a list of numbers", given: { all: [1, 2, 4] }, ready: "/all/*", want: 7 },
    { name: "a map", given: { q: { mail: { n: 1 }, sms: { n: 5 } } }, ready: "/q/*/n", want: 6 },
    { name: "lists in lists", given: [{ p: [{ n: 1 }, { n: 2 }] }, { p: [{ n: 4 }] }], ready: "/*/p/*/n", want: 7 },
    { name: "no list, where a key is named so", given: { "*": { n: 9 }, a: { n: 1 } }, ready: "/*/n", want: 9 },
  ];
  for (const { name, given, ready, want } of stars)
    test(`adds up over the elements of ${name}`, async () =>
      expect(await read(given, { ready })).toMatchObject({ ready: want }));

  const nowS = 1_795_658_400;
  const ages: readonly {
    readonly name: string;
    readonly given: unknown;
    readonly fields: Fields;
    readonly want: number | null;
  }[] = [
    { name: "seconds", given: { a: 90 }, fields: { oldest_ready_s: "/a" }, want: 90 },
    { name: "the most of several", given: [{ a: 90 }, { a: 5 }], fields: { oldest_ready_s: "/*/a" }, want: 90 },
    { name: "nothing waits", given: { a: null }, fields: { oldest_ready_s: "/a" }, want: null },
    { name: "an epoch", given: { a: nowS - 60 }, fields: { oldest_ready_at: "/a" }, want: 60 },
    { name: "an epoch in milliseconds", given: { a: (nowS - 60) * 1000 }, fields: { oldest_ready_at: "/a" }, want: 60 },
    { name: "the earliest of several", given: [nowS - 60, nowS - 600], fields: { oldest_ready_at: "/*" }, want: 600 },
    { name: "a moment to come", given: { a: nowS + 60 }, fields: { oldest_ready_at: "/a" }, want: 0 },
    {
      name: "RFC 3339",
      given: { a: new Date((nowS - 60) * 1000).toISOString() },
      fields: { oldest_ready_at: "/a" },
      want: 60,
    },
  ];
  for (const { name, given, fields, want } of ages)
    test(`reads the age of the oldest: ${name}`, async () => {
      const { context, host } = contextOf(answered(JSON.stringify(given)));
      host.clock.setWall(nowS * 1000);
      expect(await readJson("jobs", sourceOf("http", { ready: 1, ...fields }), context)).toMatchObject({
        kind: "queue",
        oldestReadyS: want,
      });
    });

  const unknowns: readonly {
    readonly name: string;
    readonly given: unknown;
    readonly ready: string;
    readonly why: string;
  }[] = [
    { name: "nothing there", given: { a: 1 }, ready: "/ready", why: 'cannot read "ready": the answer has no /ready' },
    {
      name: "nothing deeper",
      given: { q: { a: 1 } },
      ready: "/q/n/m",
      why: 'cannot read "ready": the answer has no /q/n',
    },
    {
      name: "one element without it",
      given: [{ n: 1 }, {}],
      ready: "/*/n",
      why: 'cannot read "ready": the answer has no "/1/n"',
    },
    {
      name: "an empty list",
      given: { q: [] },
      ready: "/q/*/n",
      why: 'cannot read "ready": there is no element at /q/*',
    },
    {
      name: "a star below a number",
      given: { q: 3 },
      ready: "/q/*",
      why: 'cannot read "ready": there is no element at /q/*',
    },
    { name: "text", given: { n: "12" }, ready: "/n", why: 'cannot read "ready": /n is text, "12", and not a number' },
    { name: "null", given: { n: null }, ready: "/n", why: 'cannot read "ready": /n is null, and not a number' },
    { name: "a map", given: { n: {} }, ready: "/n", why: 'cannot read "ready": /n is a map, and not a number' },
    { name: "below zero", given: { n: -1 }, ready: "/n", why: 'cannot read "ready": /n is -1, below zero' },
    {
      name: "a key that every object inherits",
      given: {},
      ready: "/constructor",
      why: 'cannot read "ready": the answer has no /constructor',
    },
  ];
  for (const { name, given, ready, why } of unknowns)
    test(`reads unknown, and says why: ${name}`, async () =>
      expect(await read(given, { ready })).toEqual({ kind: "unknown", why }));

  const answers: readonly { readonly name: string; readonly given: HttpAnswer; readonly why: string }[] = [
    {
      name: "nobody listens",
      given: { kind: "failed", code: "ECONNREFUSED", why: "connection to 127.0.0.1:9000 refused", elapsedMs: 1 },
      why: "connection to 127.0.0.1:9000 refused",
    },
    { name: "a refused token", given: answered("{}", { status: 401 }), why: "status 401 Unauthorized, want 2xx" },
    {
      name: "a redirect",
      given: answered("", { status: 302, headers: { location: "/login" } }),
      why: 'status 302, a redirect to "/login" that is not followed, want 2xx',
    },
    { name: "a page", given: answered("<html>hi</html>"), why: 'the answer is not JSON: "<html>hi</html>"' },
    { name: "an endless answer", given: answered("{", { isBodyCut: true }), why: "the answer is longer than 4 MiB" },
    { name: "an endless number", given: answered('{"ready":1e999}'), why: 'cannot read "ready": /ready is infinite' },
    {
      name: "JSON nested deeper than the stack",
      given: answered("[".repeat(500_000)),
      why: `the answer is not JSON: "${"[".repeat(59)}…"`,
    },
  ];
  for (const { name, given, why } of answers)
    test(`reads unknown, and never bad: ${name}`, async () =>
      expect(await readFrom(given, { ready: "/ready" })).toEqual({ kind: "unknown", why }));

  test("sends its headers with their secrets, and nothing when one can't be had", async () => {
    const headers = { Authorization: { credential: "rabbit", prefix: "Basic " }, "X-A": "b" };
    const source = sourceOf("http", { ready: "/ready" }, { headers });
    const { context, host } = contextOf(answered('{"ready":1}'), () => ({ kind: "secret", text: "hush" }));
    expect(await readJson("jobs", source, context)).toMatchObject({ ready: 1 });
    expect(host.http.sent).toMatchObject([
      {
        method: "GET",
        headers: { accept: "application/json", Authorization: "Basic hush", "X-A": "b" },
        secrets: ["hush"],
      },
    ]);
    const without = contextOf(answered('{"ready":1}'));
    expect(await readJson("jobs", source, without.context)).toEqual({
      kind: "unknown",
      why: 'cannot fill the header "Authorization": no secrets here',
    });
    expect(without.host.http.sent).toEqual([]);
  });

  test("never waits longer than its round", async () => {
    const { context, host } = contextOf(answered('{"ready":1}'));
    await readJson("jobs", sourceOf("http", { ready: "/ready" }), { ...context, maxMs: 700 });
    expect(host.http.sent).toMatchObject([{ timeoutMs: 700 }]);
  });
});
