import { describe, expect, test } from "bun:test";
import type { Maintenance } from "../../src/config/maintenance.ts";
import { openWindows } from "../../src/maintenance/open.ts";
import { readKeptWindows, soonOf } from "../../src/state/windows.ts";
import { configOf, processCheck } from "../checks.ts";
import { createFakeHost, type FakeHost } from "../fake-host.ts";

const folder = "/var/lib/dogwatch";
const file = `${folder}/maintenance.json`;
const hourMs = 3_600_000;
const nightly: Maintenance = {
  cron: "0 2 * * *",
  forMs: hourMs,
  checks: ["gateway"],
  timezone: null,
  reason: "backup",
};

const open = (host: FakeHost, windows: readonly Maintenance[] = [nightly], sha = "one", isReadOnly = false) =>
  openWindows(
    host,
    folder,
    { config: configOf([processCheck()], { maintenance: windows }), configSha256: sha },
    isReadOnly,
  );

const nightlySilence = {
  check: "gateway",
  from: "2026-11-23T02:00:00.000Z",
  until: "2026-11-23T03:00:00.000Z",
  reason: "backup",
  by: "config",
};

describe("openWindows()", () => {
  test("openWindows() gives an open window as a silence, until its end", async () => {
    const host = createFakeHost();
    expect(await open(host)).toEqual([nightlySilence]);
    host.clock.advance(55 * 60_000 - 1);
    expect(await open(host)).toEqual([nightlySilence]);
    host.clock.advance(1);
    expect(await open(host)).toEqual([]);
  });

  test("openWindows() touches nothing where the config has no windows", async () => {
    const host = createFakeHost();
    expect(await open(host, [])).toEqual([]);
    expect(host.files.paths()).not.toContain(file);
  });

  test("openWindows() computes once a day, and keeps what it found", async () => {
    const host = createFakeHost();
    await open(host);
    const first = host.files.text(file);
    host.clock.advance(23 * hourMs);
    await open(host);
    expect(host.files.text(file)).toBe(first);
    host.clock.advance(hourMs);
    await open(host);
    expect(host.files.text(file)).not.toBe(first);
  });

  const changes: readonly { readonly name: string; readonly change: (host: FakeHost) => string }[] = [
    { name: "the config is another", change: () => "two" },
    {
      name: "the clock was set back",
      change: ({ clock }) => {
        clock.setWall(Date.UTC(2026, 10, 20, 2, 30));
        return "one";
      },
    },
    {
      name: "the clock was set ahead",
      change: ({ clock }) => {
        clock.setWall(Date.UTC(2027, 5, 1, 2, 30));
        return "one";
      },
    },
    {
      name: "the host moved to another zone",
      change: ({ clock }) => {
        clock.setZone("Europe/Berlin");
        clock.setWall(Date.UTC(2026, 10, 23, 1, 30));
        return "one";
      },
    },
    {
      name: "what was kept is broken",
      change: ({ files }) => {
        files.put(file, "{");
        return "one";
      },
    },
  ];
  for (const { name, change } of changes)
    test(`openWindows() computes anew where ${name}`, async () => {
      const host = createFakeHost();
      await open(host);
      const before = host.files.text(file);
      const silences = await open(host, [nightly], change(host));
      expect(silences).toHaveLength(1);
      if (name !== "what was kept is broken") expect(host.files.text(file)).not.toBe(before);
    });

  test("openWindows() takes a host's zone that nobody knows for UTC", async () => {
    const host = createFakeHost();
    host.clock.setZone("Nowhere/Land");
    expect(await open(host)).toEqual([nightlySilence]);
  });

  test("openWindows() keeps nothing in a dry run", async () => {
    const host = createFakeHost();
    expect(await open(host, [nightly], "one", true)).toHaveLength(1);
    expect(host.files.paths()).not.toContain(file);
  });

  test("openWindows() has the windows of a line that opens every few minutes within a bounded file", async () => {
    const host = createFakeHost();
    const often = { ...nightly, cron: "*/2 * * * *", forMs: 60_000 };
    let open_ = 0;
    for (let minute = 0; minute < 36 * 60; minute += 3) {
      open_ += (await open(host, [often])).length;
      host.clock.advance(180_000);
    }
    expect(open_).toBe(6 * 60);
    expect(host.files.text(file)?.length).toBeLessThan(100_000);
  });

  test("openWindows() gives each check of each open window its own silence", async () => {
    const host = createFakeHost();
    const all = { ...nightly, checks: ["all"], forMs: 2 * hourMs, reason: null };
    const silences = await open(host, [{ ...nightly, checks: ["gateway", "board"] }, all]);
    expect(silences.map(({ check, until, reason }) => `${check} ${until.slice(11, 16)} ${reason}`).toSorted()).toEqual([
      "all 04:00 ",
      "board 03:00 backup",
      "gateway 03:00 backup",
    ]);
  });
});

test("soonOf() gives of each window what is open or opens within the time, for the config that it was computed for", async () => {
  const host = createFakeHost();
  const weekly = { ...nightly, cron: "0 3 * * 3" };
  await open(host, [nightly, weekly]);
  const kept = readKeptWindows(host, folder);
  const soon = (sha: string, at: string) =>
    soonOf(kept, sha, at, 24 * hourMs).map(({ item, from }) => `${item} ${from}`);
  expect(soon("one", "2026-11-23T02:05:00.000Z")).toEqual(["0 2026-11-23T02:00:00.000Z"]);
  expect(soon("one", "2026-11-24T03:05:00.000Z")).toEqual(["0 2026-11-25T02:00:00.000Z", "1 2026-11-25T03:00:00.000Z"]);
  expect(soon("two", "2026-11-23T02:05:00.000Z")).toEqual([]);
});
