import { describe, expect, test } from "bun:test";
import { openIncidents } from "../src/log/open-incidents.ts";
import { unitFacts } from "./fake-facts.ts";
import { configText, createTickBed, paths, type TickBed } from "./tick-bed.ts";

const ruleless = configText.replace(/heal:[\s\S]*?remind/u, "remind");

const heads = (bed: TickBed): readonly string[] =>
  bed.received.map((text) => (text.split(":", 1)[0] ?? "").replace(" web-1 ·", ""));

const lineIn = (bed: TickBed, word: string): string | undefined =>
  bed.received
    .at(-1)
    ?.split("\n")
    .find((line) => line.startsWith(word));

const live = async (bed: TickBed, ticks: number): Promise<void> => {
  for (let at = 0; at < ticks; at += 1) await bed.tick();
};

/** The gateway's unit runs, started by systemd itself this instant. */
const restartBySystemd = ({ host }: TickBed, restarts: number): void => {
  const startedUs = host.clock.uptimeS() * 1e6;
  const facts = { mainPid: 900, restarts, activeEnterUs: startedUs, execMainStartUs: startedUs };
  host.systemd.units.set("gateway.service", unitFacts({ unit: "gateway.service", ...facts }));
};

describe("tick() on a check that turns red before the one that it needs", () => {
  test("tick() tells both, then lets the parent's incident take the child's over and end both", async () => {
    const bed = createTickBed(ruleless);
    await bed.tick();
    bed.stun();
    await live(bed, 2);
    const [child] = openIncidents(bed.host, paths.logFile);
    bed.kill();
    await bed.tick();
    expect(heads(bed)).toEqual(["RED gateway", "RED unit"]);
    expect(lineIn(bed, "Took over: ")).toBe(`Took over: ${child?.incident}`);
    bed.start();
    await live(bed, 3);
    expect(heads(bed)).toEqual(["RED gateway", "RED unit", "RECOVERED unit"]);
    expect(lineIn(bed, "Took over: ")).toBe(`Took over: ${child?.incident}`);
    expect(openIncidents(bed.host, paths.logFile)).toEqual([]);
  });

  test("tick() tells the child once, as a new incident, where the parent recovers and it doesn't", async () => {
    const bed = createTickBed(ruleless);
    await bed.tick();
    bed.kill();
    await live(bed, 3);
    bed.start();
    bed.stun();
    await live(bed, 4);
    expect(heads(bed)).toEqual(["RED unit", "RECOVERED unit", "RED gateway"]);
  });

  test("tick() gives the child its own grace then", async () => {
    const bed = createTickBed(ruleless.replace("    needs: [unit]", "    needs: [unit]\n    grace: 12m"));
    await bed.tick();
    bed.kill();
    await live(bed, 3);
    bed.start();
    bed.stun();
    await live(bed, 2);
    expect(heads(bed)).toEqual(["RED unit", "RECOVERED unit"]);
    await live(bed, 3);
    expect(heads(bed)).toEqual(["RED unit", "RECOVERED unit", "RED gateway"]);
  });
});

describe("tick() after a reboot", () => {
  test("tick() tells once that a check is still red", async () => {
    const bed = createTickBed(ruleless);
    await bed.tick();
    bed.kill();
    await live(bed, 2);
    bed.host.clock.reboot("boot-2");
    await live(bed, 5);
    expect(heads(bed)).toEqual(["RED unit", "STILL RED unit"]);
  });

  test("tick() tells once that a check is well again, and that the host was booted", async () => {
    const bed = createTickBed(ruleless);
    await bed.tick();
    bed.kill();
    await bed.tick();
    bed.host.clock.reboot("boot-2");
    bed.start();
    await live(bed, 5);
    expect(heads(bed)).toEqual(["RED unit", "RECOVERED unit"]);
    expect(lineIn(bed, "Cure: ")).toMatch(/^Cure: the host was booted at \d\d:\d\d UTC$/u);
  });
});

describe("tick() on what cured a check", () => {
  test("tick() says that systemd started a unit anew", async () => {
    const bed = createTickBed(ruleless);
    await bed.tick();
    bed.kill();
    await bed.tick();
    bed.start();
    restartBySystemd(bed, 1);
    await bed.tick();
    expect(heads(bed)).toEqual(["RED unit", "RECOVERED unit"]);
    expect(lineIn(bed, "Cure: ")).toMatch(/^Cure: systemd started it anew at \d\d:\d\d UTC, by its Restart=$/u);
  });

  test("tick() says that somebody started a unit anew", async () => {
    const bed = createTickBed(ruleless);
    await bed.tick();
    bed.kill();
    await bed.tick();
    bed.start();
    await bed.tick();
    expect(lineIn(bed, "Cure: ")).toMatch(/^Cure: its process was started anew at \d\d:\d\d UTC, not by dogwatch$/u);
  });

  test("tick() says of a check without a process by what it needs", async () => {
    const bed = createTickBed(ruleless);
    const { script } = bed.host.http;
    await bed.tick();
    bed.host.http.script = (request) =>
      request.for.startsWith("chat")
        ? script(request)
        : { kind: "failed", code: "TIMEOUT", why: "no answer in 5 s", elapsedMs: 5000 };
    await live(bed, 2);
    bed.host.http.script = script;
    await bed.tick();
    expect(heads(bed)).toEqual(["RED gateway", "RECOVERED gateway"]);
    expect(lineIn(bed, "Cure: ")).toBe(
      'Cure: by itself: the process of "unit" is the same as before, nobody started it anew',
    );
  });
});
