import { describe, expect, test } from "bun:test";
import { statusCommand } from "../../src/cli/status.ts";
import { widthOf } from "../../src/cli/width.ts";
import { writeState } from "../../src/state/store.ts";
import { createFakeHost, type FakeHost } from "../fake-host.ts";
import { cliOf, stateOf } from "./cli-bed.ts";
import { scenes } from "./status-scenes.ts";

const folder = "/var/lib/dogwatch";
const sceneOf = (name: string): FakeHost => scenes[name]?.() ?? createFakeHost();
const watch = (host: FakeHost): Promise<number> => statusCommand(cliOf(host, { isWatching: true }));

/** Lets this much time pass, then ends the watch. */
const during = (host: FakeHost, ms: number, onWait: () => void = () => undefined): void => {
  const endMs = host.clock.monotonicMs() + ms;
  host.screen.onWait = () => {
    onWait();
    return host.clock.monotonicMs() < endMs ? "time" : "end";
  };
};

describe("statusCommand() --watch", () => {
  test("statusCommand() --watch draws what status prints, under a line that says how it ends, and gives the terminal back", async () => {
    const host = sceneOf("green");
    const printed = sceneOf("green");
    await statusCommand(cliOf(printed));
    expect(await watch(host)).toBe(0);
    const [head, ...rest] = host.screen.drawn[0] ?? [];
    expect(head).toBe("web-1 · 02:05:00 UTC · Ctrl-C ends");
    expect(`${rest.join("\n")}\n`).toBe(printed.terminal.stdout);
    expect([host.screen.isOpen, host.terminal.stdout]).toEqual([false, ""]);
  });

  test("statusCommand() --watch draws every two seconds", async () => {
    const host = sceneOf("green");
    during(host, 10_000);
    await watch(host);
    expect(host.screen.drawn.map(([head]) => head?.slice(8, 16))).toEqual([
      "02:05:00",
      "02:05:02",
      "02:05:04",
      "02:05:06",
      "02:05:08",
      "02:05:10",
    ]);
  });

  test("statusCommand() --watch draws at once when a tick has finished", async () => {
    const host = sceneOf("green");
    let waits = 0;
    during(host, 1000, () => {
      waits += 1;
      if (waits === 2) writeState(host, folder, stateOf(host, { verdict: "red", tick: 13 }));
    });
    await watch(host);
    expect(host.screen.drawn.map(([head, word]) => `${head?.slice(8, 16)} ${word?.slice(0, 5)}`)).toEqual([
      "02:05:00 GREEN",
      "02:05:00 RED ·",
    ]);
  });

  test("statusCommand() --watch draws at once in another size, within it, and counts what has no room", async () => {
    const host = sceneOf("red-healed-silenced");
    let waits = 0;
    host.screen.onWait = () => {
      waits += 1;
      [host.screen.columns, host.screen.rows] = [60, 12];
      return waits === 1 ? "redraw" : "end";
    };
    await watch(host);
    const second = host.screen.drawn[1] ?? [];
    expect(second).toHaveLength(12);
    expect(second.at(-1)).toMatch(/^… \d+ more lines: dogwatch status \| less$/u);
    expect(second.find((line) => line.startsWith("red "))).toContain("gateway-process");
    for (const line of second) expect(widthOf(line)).toBeLessThanOrEqual(60);
  });

  test("statusCommand() --watch shows a tick that is under way", async () => {
    const host = sceneOf("green");
    host.files.lock(`${folder}/tick.lock`);
    await watch(host);
    expect(host.screen.drawn[0]).toContain("a tick is under way: process 4711 (dogwatch)");
  });

  test("statusCommand() --watch waits for the first tick", async () => {
    const host = createFakeHost({ terminal: { canRedraw: true } });
    during(host, 300, () => {
      if (host.screen.waits.length === 1) writeState(host, folder, stateOf(host));
    });
    await watch(host);
    expect(host.screen.drawn.map((lines) => lines[1])).toEqual([
      'no tick has finished yet (no state in "/var/lib/dogwatch"); run: dogwatch tick',
      "GREEN · last tick 4 min ago · 1 green",
    ]);
  });

  test("statusCommand() --watch asks systemd seldom", async () => {
    const host = sceneOf("green");
    let asked = 0;
    const { nextTick } = host.systemd;
    host.systemd.nextTick = () => {
      asked += 1;
      return nextTick();
    };
    during(host, 60_000);
    await watch(host);
    expect(host.screen.drawn.length).toBe(31);
    expect(asked).toBe(3);
  });

  test("statusCommand() --watch gives the terminal back when it fails", async () => {
    const host = sceneOf("green");
    host.screen.onWait = () => {
      throw new Error("a bug");
    };
    await expect(watch(host)).rejects.toThrow("a bug");
    expect(host.screen.isOpen).toBe(false);
  });

  const refused = [
    {
      name: "with --exit-code",
      given: { hasExitCode: true },
      canRedraw: true,
      want: "dogwatch: cannot watch the status: --watch and --exit-code exclude each other\n  Run: dogwatch status --exit-code\n",
    },
    {
      name: "with --json",
      given: { isJson: true },
      canRedraw: true,
      want: "dogwatch: cannot watch the status: --watch and --json exclude each other\n  Run: dogwatch status --json\n",
    },
    {
      name: "into a pipe or on a dumb terminal",
      given: {},
      canRedraw: false,
      want: "dogwatch: cannot watch the status: this is no terminal that can be drawn over\n  Run: dogwatch status\n",
    },
  ] as const;
  for (const { name, given, canRedraw, want } of refused)
    test(`statusCommand() --watch refuses to run ${name}`, async () => {
      const host = createFakeHost({ terminal: { canRedraw } });
      expect(await statusCommand(cliOf(host, { isWatching: true, ...given }))).toBe(64);
      expect([host.terminal.stdout, host.terminal.stderr, host.screen.drawn.length]).toEqual(["", want, 0]);
    });
});
