import { describe, expect, test } from "bun:test";
import type { SeenEntry } from "../../src/log/seen-entry.ts";
import { tell } from "../../src/report/incidents.ts";

let seq = 0;
const entry = (event: string, incident: string | undefined, more: Partial<SeenEntry> = {}): SeenEntry => {
  seq += 1;
  const at = new Date(Date.UTC(2026, 10, 26) + seq * 1000).toISOString();
  return {
    seq,
    at,
    host: "web-1",
    boot: "b",
    event,
    by: "helper",
    prev: "",
    ...(incident ? { incident } : {}),
    ...more,
  };
};

describe("tell()", () => {
  test("tell() puts the lines of an incident together, from detection to recovery, the newest incident first", () => {
    const lines = [
      entry("incident.opened", "a", { check: "unit", evidence: "failed" }),
      entry("incident.opened", "b", { check: "web", by: "watcher" }),
      entry("heal.dispatched", "a", {
        argv: ["/usr/bin/systemctl", "restart"],
        target: { unit: "gateway.service", user: "agents", pid: 7, started: "12 s" },
        backup: [{ path: "/etc/x", sha256: "00" }],
        recipe: "restart-unit",
        attempt: 1,
        exit: 0,
        key: "a/restart-unit",
      }),
      entry("incident.resolved", "a", { check: "unit", why: "proved well" }),
    ];
    const { incidents, others } = tell(lines, []);
    expect(incidents.map(({ id, check, resolvedAt, steps }) => [id, check, resolvedAt, steps.length])).toEqual([
      ["b", "web", null, 1],
      ["a", "unit", lines[3]?.at ?? "", 3],
    ]);
    expect(incidents[1]?.steps[1]).toEqual({
      at: lines[2]?.at ?? "",
      seq: lines[2]?.seq ?? 0,
      event: "heal.dispatched",
      by: "helper",
      recipe: "restart-unit",
      attempt: 1,
      argv: ["/usr/bin/systemctl", "restart"],
      target: "gateway.service, of agents, pid 7, started 12 s",
      backup: [{ path: "/etc/x", sha256: "00" }],
      exit: 0,
    });
    expect(others).toEqual([]);
  });

  test("tell() gives what belongs to no incident, the newest first, with the check that it is about", () => {
    const lines = [entry("config.changed", undefined), entry("silence.added", undefined, { check: "web", why: "2h" })];
    expect(tell(lines, []).others).toMatchObject([
      { event: "silence.added", evidence: "web", why: "2h" },
      { event: "config.changed" },
    ]);
  });

  test("tell() shows an open incident whose lines aren't to be had", () => {
    const known = { id: "old", check: "web", openedAt: "2026-09-01T00:00:00.000Z" };
    const { incidents } = tell([entry("incident.opened", "new", { check: "unit" })], [known]);
    expect(incidents.map(({ id, steps }) => [id, steps.length])).toEqual([
      ["new", 1],
      ["old", 0],
    ]);
  });

  test("tell() begins an incident whose beginning is too old with its first line", () => {
    const line = entry("heal.proved", "a", { check: "unit" });
    expect(tell([line], []).incidents[0]).toMatchObject({ openedAt: line.at, resolvedAt: null });
  });

  test("tell() keeps beginning and end of a long incident, and says how many steps are left out", () => {
    const lines = Array.from({ length: 500 }, () => entry("heal.refused", "a", { check: "unit" }));
    const { incidents, notes } = tell(lines, []);
    expect(incidents[0]?.steps).toHaveLength(50);
    expect([incidents[0]?.steps[0]?.seq, incidents[0]?.steps.at(-1)?.seq]).toEqual([lines[0]?.seq, lines.at(-1)?.seq]);
    expect(notes).toEqual(["incident a: 450 steps are left out here: dogwatch log show --incident a"]);
  });

  test("tell() counts the incidents that are too many, or too long", () => {
    const short = Array.from({ length: 300 }, (_, i) => entry("incident.opened", `i${i}`));
    const told = tell(short, []);
    expect([told.incidents.length, told.olderIncidents, told.incidents[0]?.id]).toEqual([100, 200, "i299"]);
    const long = Array.from({ length: 90 }, (_, i) =>
      entry("incident.opened", `i${i}`, { evidence: "x".repeat(9000) }),
    );
    const bounded = tell(long, []);
    expect(bounded.incidents.length + bounded.olderIncidents).toBe(90);
    expect(JSON.stringify(bounded).length).toBeLessThan(420_000);
  });
});
