import { describe, expect, test } from "bun:test";
import { configText, createTickBed } from "./tick-bed.ts";

/** The first line of a message up to the check's name, and the line on its heal up to the recipe. */
const gist = (text: string): readonly string[] => [
  text.split(":", 1)[0] ?? "",
  /^(?:Healing|Heal failed|Done|Not healed).*?(?=:|$)/mu.exec(text)?.[0] ?? "",
];

describe("tick() on a heal that fails", () => {
  test("tick() tells a failed heal under the check that is still red, not under one that is well by now", async () => {
    const bed = createTickBed();
    await bed.tick();
    bed.startMs = 10_000_000;
    bed.kill();
    for (let ticks = 0; ticks < 3; ticks += 1) await bed.tick();
    expect(bed.received.map(gist)).toEqual([
      ["RED web-1 · unit", "Healing"],
      ["STILL RED web-1 · gateway", "Heal failed"],
    ]);
  });

  test("tick() makes no third attempt and says no RECOVERED when the unit is well and its gateway never is", async () => {
    const bed = createTickBed();
    await bed.tick();
    bed.startMs = 10_000_000_000;
    bed.kill();
    for (let ticks = 0; ticks < 40; ticks += 1) {
      await bed.tick();
      bed.host.clock.advance(300_000);
    }
    expect(bed.host.exec.ran.filter(({ argv }) => argv.includes("restart"))).toHaveLength(2);
    const log = bed.host.files.text("/var/log/dogwatch/heal.jsonl") ?? "";
    expect(log.split('"event":"incident.opened"')).toHaveLength(2);
    expect(bed.received.filter((text) => text.startsWith("RECOVERED"))).toEqual([]);
  });

  test("tick() tells of every red check of the rule that it is being healed", async () => {
    const bed = createTickBed(configText.replace("    needs: [unit]\n", "    red_after: 1\n"));
    await bed.tick();
    bed.canRestart = false;
    bed.kill();
    await bed.tick();
    expect(bed.received.map(gist)).toEqual([
      ["RED web-1 · unit", "Healing"],
      ["RED web-1 · gateway", "Healing"],
    ]);
  });
});
