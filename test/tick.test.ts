import { describe, expect, test } from "bun:test";
import { unitFacts } from "./fake-facts.ts";
import { createTickBed, paths, type TickBed } from "./tick-bed.ts";

const events = (bed: TickBed): readonly string[] =>
  (bed.host.files.text(paths.logFile) ?? "")
    .split("\n")
    .filter((line) => line !== "")
    .map((line) => String(JSON.parse(line).event));

const writes = (bed: TickBed): string[] => {
  const seen: string[] = [];
  bed.host.files.onChange = (method, path) => seen.push(`${method} ${path}`);
  return seen;
};

const firstLines = (bed: TickBed): readonly string[] => bed.received.map((text) => text.split("\n", 1)[0] ?? "");

describe("tick() on a healthy host", () => {
  test("tick() stays silent over two hundred ticks: no message, no heal, no log, each writes its state and its metrics, and a line of history an hour", async () => {
    const bed = createTickBed();
    await bed.tick();
    const seen = writes(bed);
    for (let at = 0; at < 200; at += 1) expect(await bed.tick()).toMatchObject({ exit: 0, err: "" });
    expect([bed.received, bed.host.exec.ran]).toEqual([[], []]);
    expect(bed.host.files.text(paths.logFile)).toBeUndefined();
    const isHistory = (each: string): boolean => each === `append ${paths.state}/history.jsonl`;
    expect(seen.filter(isHistory)).toHaveLength(16);
    const each = [`replace ${paths.state}/state.json`, `publish ${paths.state}/dogwatch.prom`];
    expect(seen.filter((one) => !isHistory(one))).toEqual(Array.from({ length: 200 }, () => each).flat());
  });

  test("tick() starts no program but one systemctl show for all units of a manager", async () => {
    const units = ["a", "b", "c"].map((name) => `  ${name}: { unit: { name: ${name}.service } }\n`).join("");
    const bed = createTickBed(`chat: console\nchecks:\n${units}  d: { unit: { name: d.service, scope: user } }\n`);
    for (const name of ["a", "b", "c", "d"])
      bed.host.systemd.units.set(`${name}.service`, unitFacts({ unit: `${name}.service` }));
    await bed.tick();
    expect(bed.host.systemd.asked).toEqual([
      { manager: { scope: "system" }, units: ["a.service", "b.service", "c.service"] },
      { manager: { scope: "user" }, units: ["d.service"] },
    ]);
    expect(bed.host.exec.ran).toEqual([]);
  });

  test("tick() says on stdout what it saw, a line a check", async () => {
    const { out } = await createTickBed().tick();
    expect(out.split("\n").slice(0, 3)).toEqual([
      expect.stringMatching(/^GREEN web-1 · 2 checks in \d+ ms$/u),
      "  green   unit     active (running)",
      "  green   gateway  200 in 5 ms",
    ]);
  });
});

describe("tick() on a gateway that died", () => {
  test("tick() restarts it once, proves it and tells it in one message", async () => {
    const bed = createTickBed();
    await bed.tick();
    bed.kill();
    const { exit, out } = await bed.tick();
    expect(exit).toBe(0);
    expect(bed.restarts()).toBe(1);
    expect(bed.received.map((text) => text.replace(/[0-9a-f]{16}$/u, "HASH"))).toEqual([
      [
        "HEALED web-1 · unit: well again by restart-unit; was red since 02:15 UTC: failed (signal, signal 9)",
        "Also affected: gateway",
        "Done: restart-unit on gateway.service; proved: ok 2 times in a row: unit: active (running); gateway: 200 in 5 ms",
        "Next: nothing to do; to see why: journalctl -u gateway.service",
        "Incident unit-20261123T021510Z",
        "log 7:HASH",
      ].join("\n"),
    ]);
    expect(out).toStartWith("GREEN web-1");
    expect(events(bed)).toEqual([
      "incident.opened",
      "heal.archived",
      "heal.created",
      "heal.planned",
      "heal.dispatched",
      "heal.proved",
      "incident.resolved",
    ]);
    expect(bed.isWhole()).toBeTrue();
    for (let at = 0; at < 5; at += 1) await bed.tick();
    expect([bed.received.length, bed.restarts()]).toEqual([1, 1]);
  });

  test("tick() puts the log's head into the message, as a witness outside", async () => {
    const bed = createTickBed();
    bed.kill();
    await bed.tick();
    const [, seq = "", hash = ""] = /log (\d+):([0-9a-f]{16})$/u.exec(bed.received[0] ?? "") ?? [];
    const line = (bed.host.files.text(paths.logFile) ?? "").split("\n")[Number(seq) - 1] ?? "";
    expect(bed.host.sha256(line)).toStartWith(hash);
  });

  test("tick() looks again before it believes a red, and says nothing of one that passed", async () => {
    const bed = createTickBed();
    await bed.tick();
    bed.kill();
    const { show } = bed.host.systemd;
    bed.host.systemd.show = async (...asked) => {
      const shown = await show(...asked);
      bed.start();
      return shown;
    };
    expect((await bed.tick()).out).toContain("active (running) (10 s before: failed");
    expect([bed.received.length, bed.restarts()]).toEqual([0, 0]);
  });

  test("tick() restarts a deaf gateway only after red_after ticks", async () => {
    const bed = createTickBed();
    await bed.tick();
    bed.stun();
    await bed.tick();
    expect([bed.received.length, bed.restarts()]).toEqual([0, 0]);
    await bed.tick();
    expect([bed.received.length, bed.restarts()]).toEqual([1, 1]);
    expect(firstLines(bed)[0]).toStartWith("HEALED web-1 · gateway: well again by restart-unit");
  });

  test("tick() tries once, tells that it failed, reminds at its time, and tells when a person mended it", async () => {
    const bed = createTickBed();
    bed.canRestart = false;
    bed.kill();
    await bed.tick();
    expect(bed.restarts()).toBe(1);
    expect(firstLines(bed)[0]).toStartWith("RED web-1 · unit: failed (signal, signal 9) (1 tick, since 02:10 UTC)");
    await bed.tick();
    expect(bed.received.at(-1)).toContain("\nHeal failed: restart-unit on gateway.service: not well within 5 min");
    expect(bed.received.at(-1)).toContain("Next: dogwatch card gateway-down");
    const before = bed.received.length;
    for (let at = 0; at < 58; at += 1) await bed.tick();
    expect(bed.restarts()).toBe(2);
    expect(firstLines(bed).slice(before)).toEqual([
      "STILL RED web-1 · unit: failed (signal, signal 9) (6 ticks, since 02:10 UTC)",
      "STILL RED web-1 · unit: failed (signal, signal 9) (49 ticks, since 02:10 UTC, 4 h 3 min)",
    ]);
    bed.start();
    await bed.tick();
    expect(firstLines(bed).at(-1)).toMatch(/^RECOVERED web-1 · unit: well again after/u);
    expect(bed.isWhole()).toBeTrue();
  });
});

describe("tick() before it changes anything", () => {
  test("tick() has the verdict, the incident and the undelivered alert on disk when a command starts, each time", async () => {
    const bed = createTickBed();
    bed.canRestart = false;
    bed.kill();
    const seen: unknown[] = [];
    const { run } = bed.host.exec;
    bed.host.exec.run = async (command) => {
      const { at, verdict, incidents, outbox } = JSON.parse(bed.host.files.text(`${paths.state}/state.json`) ?? "{}");
      const ageMs = bed.host.clock.nowMs() - Date.parse(at);
      seen.push({ isOfThisTick: ageMs < 60_000, verdict, incidents: Object.keys(incidents), waiting: outbox.length });
      return await run(command);
    };
    for (let at = 0; at < 8; at += 1) await bed.tick();
    expect(seen).toEqual([
      { isOfThisTick: true, verdict: "red", incidents: ["unit"], waiting: 1 },
      { isOfThisTick: true, verdict: "red", incidents: ["unit"], waiting: 0 },
    ]);
  });
});

describe("tick() on a heal that takes long", () => {
  test("tick() sends the red within 30 s and lets the outcome follow", async () => {
    const bed = createTickBed();
    await bed.tick();
    bed.startMs = 60_000;
    bed.stun();
    await bed.tick();
    const sentAt: number[] = [];
    const { chat } = bed;
    bed.chat = () => {
      sentAt.push(bed.host.clock.monotonicMs());
      return chat();
    };
    const startedMs = bed.host.clock.monotonicMs() + 300_000;
    await bed.tick();
    expect(firstLines(bed)).toEqual([
      "RED web-1 · gateway: no answer in 5 s (2 ticks, since 02:15 UTC)",
      "HEALED web-1 · gateway: well again by restart-unit; was red since 02:15 UTC: no answer in 5 s",
    ]);
    expect(bed.received[0]).toContain("Healing: restart-unit on gateway.service was applied");
    expect((sentAt[0] ?? 0) - startedMs).toBeLessThanOrEqual(30_000);
    expect(bed.host.files.text(`${paths.state}/state.json`)).toContain('"outbox":[]');
  });

  test("tick() watches over ticks: the proof is concluded by a later one, without a second restart", async () => {
    const bed = createTickBed();
    bed.startMs = 200_000;
    bed.kill();
    expect(JSON.parse((await bed.tick({ isJson: true })).out)).toMatchObject({
      verdict: "red",
      heal: { outcome: "watching" },
    });
    expect(JSON.parse((await bed.tick({ isJson: true })).out)).toMatchObject({
      verdict: "green",
      heal: { outcome: "healed" },
    });
    expect(firstLines(bed)).toEqual([
      "RED web-1 · unit: failed (signal, signal 9) (1 tick, since 02:10 UTC)",
      "HEALED web-1 · unit: well again by restart-unit; was red since 02:10 UTC",
    ]);
    expect(bed.restarts()).toBe(1);
    expect(bed.isWhole()).toBeTrue();
  });
});
