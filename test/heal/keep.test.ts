import { describe, expect, test } from "bun:test";
import { parseConfig } from "../../src/config/load.ts";
import { createHands } from "../../src/heal/hands.ts";
import { hasRun, isKeepDue, type Keepable, keepableOf, keepGreen, withoutForgotten } from "../../src/heal/keep.ts";
import { readKept } from "../../src/heal/kept.ts";
import type { Reading } from "../../src/probes/probe.ts";
import type { HealState } from "../../src/state/heal-state.ts";
import { createFakeHost, type FakeHost } from "../fake-host.ts";
import { recipe, rule } from "./bed.ts";

const path = "/etc/gateway.yaml";
const helperFolder = "/var/lib/dogwatch-heal";
const restores = recipe({
  params: { file: { type: "path", isRequired: true, default: null, choices: [] } },
  backup: ["{file}"],
  fileChange: { kind: "restore-kept", path: "{file}" },
});
const restoring: Keepable = { on: ["gateway", "unit"], startsOf: ["unit"], path, user: null };

type Seen = Readonly<Record<string, Partial<Reading>>>;
const readings = (seen: Seen): ReadonlyMap<string, Reading> =>
  new Map(Object.entries(seen).map(([name, each]) => [name, { kind: "ok", evidence: "", durationMs: 1, ...each }]));

/** All is green, and the unit started `agoS` ago. */
const green = (host: FakeHost, agoS: number): ReadonlyMap<string, Reading> =>
  readings({ gateway: {}, unit: { startedUptimeS: host.clock.uptimeS() - agoS } });

const bed = () => {
  const host = createFakeHost();
  host.files.makeFolder(helperFolder, 0o750);
  const put = (text: string): void => host.files.put(path, text, { modifiedMs: host.clock.nowMs(), mode: 0o640 });
  const keep = async (seen: ReadonlyMap<string, Reading>, kept: HealState["kept"] = {}, rules = [restoring]) => {
    const moment = { bootId: host.clock.bootId(), uptimeS: host.clock.uptimeS() };
    const now = { at: new Date(host.clock.nowMs()).toISOString(), moment };
    return await keepGreen({ host, hands: createHands(host), helperFolder, files: rules, readings: seen, kept, now });
  };
  const copy = (): string | undefined => {
    const kept = readKept(host, helperFolder, path);
    return kept.kind === "kept" ? new TextDecoder().decode(kept.bytes) : undefined;
  };
  return { host, put, keep, copy };
};

describe("keepGreen()", () => {
  test("keepGreen() keeps what ran: all green, and started after the file's last change", async () => {
    const { host, put, keep, copy } = bed();
    put("good");
    host.clock.advance(60_000);
    const { kept, notes } = await keep(green(host, 30));
    expect(copy()).toBe("good");
    expect(notes).toEqual([]);
    expect(kept).toEqual({
      [path]: { sha256: host.sha256("good"), bootId: "boot-1", startedUptimeS: host.clock.uptimeS() - 30 },
    });
    expect(readKept(host, helperFolder, path)).toMatchObject({
      mode: 0o640,
      uid: 0,
      gid: 0,
      at: "2026-11-23T02:06:00.000Z",
    });
    expect(host.files.paths().filter((each) => each.startsWith(`${helperFolder}/kept/`))).toHaveLength(2);
  });

  test("keepGreen() doesn't keep a careless edit, under which the old process runs on", async () => {
    const { host, put, keep, copy } = bed();
    put("good");
    host.clock.advance(60_000);
    const first = await keep(green(host, 30));
    put("careless");
    host.clock.advance(600_000);
    expect(await keep(green(host, 630), first.kept)).toEqual({ kept: first.kept, notes: [] });
    expect(await keep(green(host, 630))).toMatchObject({ kept: { [path]: { sha256: "" } } });
    expect(copy()).toBe("good");
  });

  test("keepGreen() keeps the edited file once its program was restarted and is well, in place of the old one", async () => {
    const { host, put, keep, copy } = bed();
    put("good");
    host.clock.advance(60_000);
    const { kept } = await keep(green(host, 30));
    put("better");
    host.clock.advance(60_000);
    await keep(green(host, 30), kept);
    expect(copy()).toBe("better");
    expect(host.files.paths().filter((each) => each.startsWith(`${helperFolder}/kept/`))).toHaveLength(2);
  });

  const refused: readonly { readonly name: string; readonly seen: (uptimeS: number) => Seen }[] = [
    { name: "one of the checks is bad", seen: (at) => ({ gateway: { kind: "bad" }, unit: { startedUptimeS: at } }) },
    { name: "one is unknown", seen: (at) => ({ gateway: { kind: "unknown" }, unit: { startedUptimeS: at } }) },
    { name: "one wasn't looked at", seen: (at) => ({ unit: { startedUptimeS: at } }) },
    { name: "none tells when it started", seen: () => ({ gateway: {}, unit: {} }) },
    { name: "the start is not a number", seen: () => ({ gateway: {}, unit: { startedUptimeS: Number.NaN } }) },
    {
      name: "the start that is told is of a check that isn't sure of it",
      seen: (at) => ({ gateway: { startedUptimeS: at }, unit: {} }),
    },
    {
      name: "start and change are of the same moment",
      seen: (at) => ({ gateway: {}, unit: { startedUptimeS: at - 30 } }),
    },
  ];
  for (const { name, seen } of refused)
    test(`keepGreen() keeps nothing when ${name}`, async () => {
      const { host, put, keep, copy } = bed();
      put("good");
      host.clock.advance(60_000);
      await keep(readings(seen(host.clock.uptimeS() - 30)));
      expect(copy()).toBeUndefined();
    });

  test("keepGreen() says what it could not read or write, and asks again", async () => {
    const { host, put, keep } = bed();
    put("good");
    host.clock.advance(60_000);
    const mend = host.files.fail("read", /gateway/u, "EIO");
    expect(await keep(green(host, 30))).toEqual({ kept: {}, notes: [`cannot keep a copy of "${path}": i/o error`] });
    mend();
    host.files.fail("replace", /kept/u, "ENOSPC");
    expect(await keep(green(host, 30))).toMatchObject({ kept: {}, notes: [expect.stringContaining("no space left")] });
  });

  test("keepGreen() takes the earliest of two starts", async () => {
    const { host, put, keep, copy } = bed();
    put("good");
    host.clock.advance(60_000);
    const at = host.clock.uptimeS() - 30;
    const seen = readings({ gateway: { startedUptimeS: at - 500 }, unit: { startedUptimeS: at } });
    await keep(seen, {}, [{ ...restoring, startsOf: ["gateway", "unit"] }]);
    expect(copy()).toBeUndefined();
  });

  test("readKept() gives nothing back that isn't what was kept", async () => {
    const { host, put, keep } = bed();
    put("good");
    host.clock.advance(60_000);
    await keep(green(host, 30));
    const bytes = host.files.paths().find((each) => /kept\/[0-9a-f]{64}\.[0-9a-f]{16}$/u.test(each)) ?? "";
    host.files.put(bytes, "evil");
    expect(readKept(host, helperFolder, path)).toMatchObject({
      kind: "failed",
      why: "its bytes are not those that were kept",
    });
    host.files.put(`${helperFolder}/kept/${host.sha256(path)}.json`, "{}");
    expect(readKept(host, helperFolder, path)).toMatchObject({ kind: "failed" });
    expect(readKept(host, helperFolder, "/other")).toEqual({ kind: "none" });
  });

  test("storeKept() killed at any write leaves the old copy or the new one, whole", async () => {
    for (let dieAt = 1; dieAt <= 3; dieAt += 1) {
      const { host, put, keep, copy } = bed();
      put("good");
      host.clock.advance(60_000);
      const { kept } = await keep(green(host, 30));
      put("better");
      host.clock.advance(60_000);
      let changes = 0;
      host.files.onChange = () => {
        changes += 1;
        if (changes === dieAt) throw new Error("killed");
      };
      await keep(green(host, 30), kept).catch(() => undefined);
      host.files.onChange = () => undefined;
      expect(copy()).toBe(dieAt <= 2 ? "good" : "better");
      await keep(green(host, 30), kept);
      expect(copy()).toBe("better");
    }
  });
});

describe("isKeepDue()", () => {
  const host = createFakeHost();
  const at = host.clock.uptimeS() - 30;
  const kept = { [path]: { sha256: "", bootId: "boot-1", startedUptimeS: at } };
  const seen = readings({ gateway: {}, unit: { startedUptimeS: at } });
  test("isKeepDue() is due for a file that was never looked at, and not again before the next start", () => {
    expect(isKeepDue(restoring, seen, {}, "boot-1")).toBeTrue();
    expect(isKeepDue(restoring, seen, kept, "boot-1")).toBeFalse();
    const later = readings({ gateway: {}, unit: { startedUptimeS: at + 10 } });
    expect(isKeepDue(restoring, later, kept, "boot-1")).toBeTrue();
    expect(isKeepDue(restoring, seen, kept, "boot-2")).toBeTrue();
  });

  test("isKeepDue() is never due under a red, nor for a recipe that keeps nothing", () => {
    const red = readings({ gateway: { kind: "bad" }, unit: { startedUptimeS: at } });
    expect(isKeepDue(restoring, red, {}, "boot-1")).toBeFalse();
  });
});

describe("keepableOf()", () => {
  const given = rule({ on: ["gateway", "unit", "one", "many"], with: { file: path } });
  const config = parseConfig(
    new TextEncoder().encode(
      `chat: console
checks:
  gateway: { tcp: { port: 80 } }
  unit: { unit: { name: a.service } }
  one: { process: { name: gw }, count: 1 }
  many: { process: { name: gw } }
  other: { unit: { name: b.service } }
`,
    ),
    "x",
    { hostname: "web-1" },
  );
  const checks = config.kind === "faults" ? [] : config.config.checks;

  test("keepableOf() knows the file, and the checks that tell the start of one program", () => {
    expect(keepableOf(given, restores, checks)).toEqual({
      path,
      user: null,
      on: ["gateway", "unit", "one", "many"],
      startsOf: ["unit", "one"],
    });
  });

  test("keepableOf() keeps nothing for a recipe that puts nothing back, or isn't filled right", () => {
    expect(keepableOf(rule(), recipe(), checks)).toBeUndefined();
    expect(keepableOf(rule({ with: {} }), restores, checks)).toBeUndefined();
  });
});

test("hasRun() wants the start to lie clearly after the change", () => {
  const now = { ms: 1_000_000, uptimeS: 500 };
  for (const [changedMs, want] of [
    [899_000, true],
    [899_960, true],
    [899_980, false],
    [900_000, false],
    [900_500, false],
    [2_000_000, false],
  ] as const)
    expect(hasRun(changedMs, 400, now)).toBe(want);
});

test("withoutForgotten() drops files that no rule puts back any more", () => {
  const start = { sha256: "", bootId: "boot-1", startedUptimeS: 5 };
  expect(withoutForgotten({ [path]: start, "/etc/old": start }, [restoring])).toEqual({ [path]: start });
});
