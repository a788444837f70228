import { describe, expect, test } from "bun:test";
import type { Ran } from "../../src/host/host.ts";
import type { LookOptions } from "../../src/probes/look.ts";
import { lookAs, readingOf } from "../../src/probes/look-as.ts";
import { httpCheck, processCheck, queueCheck } from "../checks.ts";
import { createFakeHost, type FakeHost } from "../fake-host.ts";

const nothing: readonly unknown[] = [
  ...[undefined, null, 1, "ok", [], {}],
  { kind: "green", evidence: "" },
  { kind: "bad" },
  { kind: "bad", evidence: ["x"] },
  { kind: ["bad"], evidence: "" },
  [{ kind: "bad", evidence: "" }],
];

describe("readingOf()", () => {
  for (const value of nothing)
    test(`readingOf() is none of ${JSON.stringify(value)}`, () => expect(readingOf(value)).toBeUndefined());

  test("readingOf() keeps the marks of a reading, and its findings few and short", () => {
    const marks = { isAdvisory: true, isAlertOnly: true, isStanding: true } as const;
    const given = {
      kind: "bad",
      evidence: "",
      ...marks,
      findings: ["stuck\n", 7, "x".repeat(99), ...Array(20).fill("y")],
    };
    const seen = readingOf(given);
    expect(seen).toMatchObject(marks);
    expect(seen?.findings).toHaveLength(10);
    expect(seen?.findings?.[0]).toBe("stuck");
    expect(seen?.findings?.[1]?.length).toBeLessThanOrEqual(40);
    expect(readingOf({ kind: "bad", evidence: "", isAlertOnly: "yes", findings: "stuck" })).toEqual({
      kind: "bad",
      evidence: "",
      durationMs: 0,
    });
  });

  test("readingOf() makes evidence one short line that nothing acts on", () => {
    const evidence = `\u001b]0;evil\u0007\u001b[31m\u202e<@everyone>\n\0${"x".repeat(10_000)}`;
    const reading = readingOf({ kind: "bad", evidence });
    expect(reading?.evidence.length).toBe(300);
    expect(reading?.evidence).toMatch(/^[\x20-\x7e…]+$/u);
  });

  test("readingOf() takes numbers that are some, and no more than can be", () => {
    const numbers = (durationMs: unknown, startedUptimeS: unknown) =>
      readingOf({ kind: "ok", evidence: "", durationMs, startedUptimeS });
    expect(numbers(12, 34)).toMatchObject({ durationMs: 12, startedUptimeS: 34 });
    expect(numbers(1e300, -1)).toMatchObject({ durationMs: 55_000, startedUptimeS: 0 });
    expect(numbers("12", "34")).toEqual({ kind: "ok", evidence: "", durationMs: 0 });
    expect(numbers(Number.NaN, Number.POSITIVE_INFINITY)).toEqual({ kind: "ok", evidence: "", durationMs: 0 });
  });

  test("readingOf() keeps few, small and plain things in memory", () => {
    const many = Object.fromEntries(Array.from({ length: 1000 }, (_, at) => [`key${at}`, at]));
    const memory = (value: unknown) => readingOf({ kind: "ok", evidence: "", memory: value })?.memory;
    expect(Object.keys(memory(many) ?? {})).toHaveLength(20);
    expect(memory({ long: "x".repeat(9999), deep: { a: [1] }, list: [1], no: null, yes: true })).toEqual({
      long: "x".repeat(300),
      no: null,
      yes: true,
    });
    expect(memory({ ["k".repeat(10_000)]: 1, k: 2 })).toEqual({ k: 2 });
    expect(memory([1])).toBeUndefined();
    expect(memory(JSON.parse('{"__proto__":{"polluted":true},"a":1}'))).toEqual({ a: 1 });
    expect(Object.hasOwn(Object.prototype, "polluted")).toBe(false);
  });

  test("readingOf() drops what it doesn't know", () =>
    expect(readingOf({ kind: "ok", evidence: "up", argv: ["/bin/sh"], incident: "x" })).toEqual({
      kind: "ok",
      evidence: "up",
      durationMs: 0,
    }));
});

const options: LookOptions = {
  secret: (ref) => ({ kind: "secret", text: `secret of ${JSON.stringify(ref)}` }),
  memory: () => ({ seen: 1 }),
};
const check = processCheck({ name: "gateway", as: "agents" });
const hostThat = (ran: Ran, uid = 0): FakeHost => {
  const host = createFakeHost({ uid, users: { agents: 1001, root: 0, toor: 0 } });
  host.exec.script = () => ran;
  return host;
};
const said = (stdout: string, status = 0): Ran => ({ kind: "exited", status, stdout, stderr: "" });
const lookOne = async (host: FakeHost, user = "agents"): Promise<string> => {
  const reading = (await lookAs(host, user, [check], options)).get("gateway");
  return `${reading?.kind}: ${reading?.evidence}`;
};

describe("lookAs()", () => {
  test("lookAs() hands the checks to a child that is that user, and takes its readings", async () => {
    const host = hostThat(said('{"gateway":{"kind":"ok","evidence":"1 process","durationMs":3}}'));
    expect(await lookOne(host)).toBe("ok: 1 process");
    const [command] = host.exec.ran;
    expect(command).toMatchObject({ argv: ["/usr/bin/dogwatch", "look"], user: "agents", timeoutMs: 55_000 });
    expect(JSON.parse(command?.stdin ?? "")).toMatchObject({
      version: 1,
      checks: [check],
      memory: { gateway: { seen: 1 } },
      credentials: {},
    });
    expect(command?.stdin?.trimEnd()).not.toContain("\n");
  });

  test("lookAs() hands over the credentials that these checks need, and no other", async () => {
    const host = hostThat(said("{}"));
    const web = httpCheck({ http: { headers: { authorization: { credential: "web" }, "x-file": { file: "/x" } } } });
    const ask = { url: "http://h/", socket: null, timeoutMs: 1, headers: { authorization: { credential: "rabbit" } } };
    const jobs = queueCheck({ name: "jobs", queue: { kind: "prometheus", ask, fields: { ready: "jobs" } } });
    await lookAs(host, "agents", [web, jobs, queueCheck({ name: "board" })], options);
    expect(Object.keys(JSON.parse(host.exec.ran[0]?.stdin ?? "").credentials)).toEqual(["web", "rabbit"]);
  });

  for (const user of ["root", "toor"])
    test(`lookAs() never looks as "${user}", whose uid is 0`, async () => {
      const host = hostThat(said('{"gateway":{"kind":"ok","evidence":""}}'));
      expect(await lookOne(host, user)).toBe(`unknown: cannot look as "${user}": dogwatch never looks as root`);
      expect(host.exec.ran).toEqual([]);
    });

  test("lookAs() starts nothing for a user that isn't there, nor without root", async () => {
    const host = hostThat(said("{}"));
    expect(await lookOne(host, "nobody-here")).toContain("there is no such user");
    expect(host.exec.ran).toEqual([]);
    const other = hostThat(said("{}"), 1000);
    expect(await lookOne(other)).toContain("only root can become another user");
    expect(other.exec.ran).toEqual([]);
  });

  const trouble: readonly { readonly name: string; readonly ran: Ran; readonly told: RegExp }[] = [
    { name: "hangs", ran: { kind: "timed-out", stdout: "{}", stderr: "" }, told: /did not end within 55 s$/u },
    { name: "is killed", ran: { kind: "signalled", signal: "SIGKILL", stdout: "{}", stderr: "" }, told: /SIGKILL$/u },
    { name: "can't start", ran: { kind: "failed", code: "EPERM", why: "not permitted" }, told: /not permitted$/u },
    {
      name: "fails",
      ran: { kind: "exited", status: 70, stdout: "{}", stderr: "a\n\u001b[1mb" },
      told: /ended with 70: "a b"$/u,
    },
    { name: "says nothing", ran: said(""), told: /ended with 0$/u },
    { name: "is cut off", ran: said('{"gateway":{"kind":"ok"'), told: /ended with 0$/u },
    { name: "says a list", ran: said("[]"), told: /ended with 0$/u },
    { name: "nests deeply", ran: said(`${"[".repeat(200_000)}${"]".repeat(200_000)}`), told: /ended with 0$/u },
    { name: "forgets the check", ran: said('{"other":{"kind":"ok","evidence":""}}'), told: /gave no reading$/u },
    { name: "lies in its shape", ran: said('{"gateway":"ok"}'), told: /gave no reading$/u },
    {
      name: "gives it a prototype",
      ran: said('{"__proto__":{"gateway":{"kind":"ok","evidence":""}}}'),
      told: /gave no reading$/u,
    },
  ];
  for (const { name, ran, told } of trouble)
    test(`lookAs() reads unknown when the child ${name}`, async () => {
      const seen = await lookOne(hostThat(ran));
      expect(seen).toStartWith("unknown: ");
      expect(seen).toMatch(told);
    });
});
