import { describe, expect, test } from "bun:test";
import type { Check } from "../../src/config/config.ts";
import { checkDestinations } from "../../src/config/egress.ts";
import type { Clock } from "../../src/host/clock.ts";
import type { HttpAnswer } from "../../src/host/host.ts";
import { maxEvidence } from "../../src/probes/evidence.ts";
import { bindProbes } from "../../src/probes/index.ts";
import { look } from "../../src/probes/look.ts";
import type { Memory, Reading } from "../../src/probes/probe.ts";
import { configOf, httpCheck, processCheck, tcpCheck, unitCheck } from "../checks.ts";
import { answer, processFacts, unitFacts } from "../fake-facts.ts";
import { createFakeHost, type FakeHost } from "../fake-host.ts";

const seeAll = (
  host: FakeHost,
  checks: readonly Check[],
  memory?: (check: string) => Memory | undefined,
): Promise<ReadonlyMap<string, Reading>> => {
  host.http.allow(checkDestinations(configOf(checks)));
  const secret = () => ({ kind: "failed", why: "no secret here" }) as const;
  return look(host, checks, { secret, memory: memory ?? (() => undefined) });
};

const http = (name: string): Check => httpCheck({ name });
const never = new Promise<HttpAnswer>(() => undefined);

describe("look()", () => {
  test("look() gives every check a reading, by name", async () => {
    const host = createFakeHost();
    host.systemd.units.set("gateway.service", unitFacts());
    host.processes.listed = { kind: "listed", processes: [processFacts()], isComplete: true };
    const process = processCheck({ name: "process", process: { name: "gateway" } });
    const seen = await seeAll(host, [process, http("http"), unitCheck({ name: "unit" }), tcpCheck({ name: "tcp" })]);
    expect([...seen].map(([name, { kind }]) => [name, kind])).toEqual(
      expect.arrayContaining([
        ["process", "ok"],
        ["http", "ok"],
        ["unit", "ok"],
        ["tcp", "ok"],
      ]),
    );
    expect(seen.size).toBe(4);
  });

  test("look() tells of each reading as soon as it is there, and only once", async () => {
    const host = createFakeHost();
    const slow = Promise.withResolvers<HttpAnswer>();
    host.http.script = ({ url }) => (url.endsWith("/slow") ? slow.promise : answer(200));
    const checks = [httpCheck({ name: "slow", http: { url: "http://127.0.0.1/slow" } }), http("quick")];
    host.http.allow(checkDestinations(configOf(checks)));
    const told: string[] = [];
    const secret = () => ({ kind: "failed", why: "no secret here" }) as const;
    const onReading = (name: string, { kind }: Reading): void => {
      told.push(`${name} ${kind}`);
      if (name === "quick") slow.resolve(answer(500));
    };
    await look(host, checks, { secret, memory: () => undefined, onReading });
    expect(told).toEqual(["quick ok", "slow bad"]);
  });

  test("look() has nothing to say of no checks", async () => expect((await seeAll(createFakeHost(), [])).size).toBe(0));

  test("look() reads a probe that throws as unknown, and the others as they are", async () => {
    const host = createFakeHost();
    host.http.script = (request) => {
      if (request.for === "check a") throw new Error("out of \u001b[31mcheese\nRED web-2");
      return answer(200);
    };
    const seen = await seeAll(host, [http("a"), http("b")]);
    expect(seen.get("a")).toMatchObject({ kind: "unknown", evidence: 'the probe failed: "out of cheese RED web-2"' });
    expect(seen.get("b")?.kind).toBe("ok");
  });

  test("look() ends a probe that hangs at its deadline, and doesn't let the others wait for it", async () => {
    const host = createFakeHost();
    host.http.script = (request) => (request.for === "check a" ? never : answer(200));
    const looking = seeAll(host, [http("a"), http("b")]);
    await new Promise((resolve) => setImmediate(resolve));
    host.clock.advance(7000);
    const seen = await looking;
    expect(seen.get("a")).toMatchObject({
      kind: "unknown",
      evidence: "the probe did not end within 7 s",
      durationMs: 7000,
    });
    expect(seen.get("b")).toMatchObject({ kind: "ok", durationMs: 0 });
  });

  test("look() leaves no deadline behind that would keep the program from ending", async () => {
    const host = createFakeHost();
    const signals: (AbortSignal | undefined)[] = [];
    const sleep: Clock["sleep"] = (ms, signal) => {
      signals.push(signal);
      return host.clock.sleep(ms, signal);
    };
    await seeAll({ ...host, clock: { ...host.clock, sleep } }, [http("a"), tcpCheck({ name: "b" })]);
    expect(signals.map((signal) => signal?.aborted)).toEqual([true, true]);
  });

  test("look() bounds and cleans what every probe says", async () => {
    const host = createFakeHost();
    const why = `\u001b[2J${"very ".repeat(10_000)}long\n\u202e`;
    host.http.script = () => ({ kind: "failed", code: "TIMEOUT", why, elapsedMs: 1 });
    host.systemd.failure = { kind: "failed", code: "EIO", why };
    host.processes.listed = { kind: "failed", code: "EIO", why };
    const checks = [
      http("http"),
      unitCheck({ name: "unit" }),
      processCheck({ name: "process", process: { name: "x" } }),
    ];
    for (const { evidence } of (await seeAll(host, checks)).values()) {
      expect([...evidence].length).toBeLessThanOrEqual(maxEvidence);
      expect(evidence).not.toMatch(/[\p{Cc}\p{Cf}]/u);
    }
  });

  test("look() hands each probe what its own check left", async () => {
    const host = createFakeHost();
    host.systemd.units.set("gateway.service", unitFacts({ restarts: 5 }));
    const seen = await seeAll(host, [unitCheck({ name: "a" }), unitCheck({ name: "b" })], (name) =>
      name === "a" ? { restarts: 1 } : { restarts: 4 },
    );
    expect([seen.get("a")?.kind, seen.get("b")?.kind]).toEqual(["bad", "ok"]);
  });

  const limits = (soft: string): string =>
    `Limit    Soft Limit  Hard Limit  Units\nMax open files            ${soft}    4096    files\n`;
  const widths = [
    { name: "at most 200 looks under way at once", given: limits("1024"), want: 200 },
    { name: "no more than it may open files", given: limits("64"), want: 40 },
    { name: "a few looks under way whatever the limit", given: limits("8"), want: 16 },
    { name: "200 where there is no limit", given: limits("unlimited"), want: 200 },
    { name: "200 where the limit can't be read", given: "", want: 200 },
  ] as const;
  for (const { name, given, want } of widths)
    test(`look() has ${name}, and gets through 1,000`, async () => {
      const host = createFakeHost();
      host.files.put("/proc/self/limits", given);
      let [underWay, most] = [0, 0];
      host.http.script = async () => {
        underWay += 1;
        most = Math.max(most, underWay);
        await new Promise((resolve) => setImmediate(resolve));
        underWay -= 1;
        return answer(200);
      };
      const checks = Array.from({ length: 1000 }, (_, i) => http(`c${i}`));
      expect((await seeAll(host, checks)).size).toBe(1000);
      expect(most).toBe(want);
    });
});

describe("createShared()", () => {
  test("createShared() lists processes once, with what the checks need together", async () => {
    const host = createFakeHost({ users: { agents: 1000 } });
    await seeAll(host, [
      processCheck({ name: "a", process: { name: "gateway" } }),
      processCheck({ name: "b", process: { command: "x" } }),
      processCheck({ name: "c", process: { user: "agents" } }),
    ]);
    expect(host.processes.asked).toEqual([{ argv: true, uid: true }]);
  });

  test("createShared() lists no processes for checks that need none", async () => {
    const host = createFakeHost();
    await seeAll(host, [http("a"), unitCheck({ name: "b" })]);
    expect(host.processes.asked).toEqual([]);
  });

  test("createShared() asks each manager once, for each unit once", async () => {
    const host = createFakeHost();
    const unit = (name: string, more: Parameters<typeof unitCheck>[0]): Check => unitCheck({ name, ...more });
    await seeAll(host, [
      unit("a", { unit: { name: "x.service", scope: "system" } }),
      unit("b", { unit: { name: "y.service", scope: "system" } }),
      unit("c", { unit: { name: "x.service", scope: "system" } }),
      unit("d", { unit: { name: "x.service", scope: "user" }, as: "agents" }),
      unit("e", { unit: { name: "x.service", scope: "user" }, as: "others" }),
    ]);
    expect(host.systemd.asked).toEqual([
      { manager: { scope: "system" }, units: ["x.service", "y.service"] },
      { manager: { scope: "user", user: "agents" }, units: ["x.service"] },
      { manager: { scope: "user", user: "others" }, units: ["x.service"] },
    ]);
  });

  test("createShared() doesn't know a unit that systemctl left out", async () => {
    const host = createFakeHost();
    host.systemd.failure = { kind: "shown", units: [] };
    expect((await seeAll(host, [unitCheck()])).get("gateway")).toMatchObject({
      kind: "unknown",
      evidence: 'systemctl said nothing of the unit "gateway.service"',
    });
  });
});

describe("bindProbes()", () => {
  const cases = [
    { name: "process", given: processCheck(), want: 20_000 },
    { name: "http", given: httpCheck(), want: 7000 },
    { name: "unit", given: unitCheck(), want: 12_000 },
    { name: "tcp", given: tcpCheck(), want: 6000 },
  ] as const;
  for (const { name, given, want } of cases)
    test(`bindProbes() gives a look of kind ${name} its deadline`, () =>
      expect(bindProbes([given]).map(({ deadlineMs }) => deadlineMs)).toEqual([want]));
});
