import { describe, expect, test } from "bun:test";
import { openLive } from "../../src/cli/tick-live.ts";
import { widthOf } from "../../src/cli/width.ts";
import type { Judged } from "../../src/verdict/judge.ts";
import { reading } from "../checks.ts";
import { createFakeHost } from "../fake-host.ts";
import { shownOn } from "../shown-on.ts";

const hostOf = (more: Parameters<typeof createFakeHost>[0] = {}) =>
  createFakeHost({ ...more, terminal: { isOutTerminal: true, canRedraw: true, ...more?.terminal } });

const judged = (name: string, more: Partial<Judged> = {}): Judged => ({
  ...{ name, kind: "http", verdict: "green", reading: "ok", evidence: "200 in 5 ms", since: "", ticks: 1 },
  ...{ badTicks: 0, isInGrace: false, card: null, durationMs: 5 },
  ...more,
});

/** Lets the list be drawn. */
const drawn = async (host: ReturnType<typeof hostOf>): Promise<readonly string[]> => {
  host.clock.advance(200);
  await Bun.sleep(0);
  return shownOn(host.terminal.stdout);
};

describe("openLive()", () => {
  test("openLive() shows the checks as they finish, the second look and what goes on, and leaves nothing behind", async () => {
    const host = hostOf();
    const { progress, close } = openLive(host);
    progress.looking(["gateway", "board"]);
    expect(await drawn(host)).toEqual(["looking at 2 checks: 0 done", "  looking gateway", "  looking board"]);
    progress.reading("board", reading("bad", { evidence: "3 jobs are stuck" }));
    expect(await drawn(host)).toEqual([
      "looking at 2 checks: 1 done",
      "  looking gateway",
      "  bad     board    3 jobs are stuck",
    ]);
    progress.reading("gateway", reading("ok", { evidence: "200 in 5 ms" }));
    progress.judged([judged("gateway"), judged("board", { verdict: "red", evidence: "3 jobs are stuck" })]);
    progress.again(["board"], "10 s");
    expect(await drawn(host)).toEqual([
      "looking at 2 checks: 2 done",
      "  green   gateway  200 in 5 ms",
      "  red?    board    3 jobs are stuck",
      "looking again in 10 s at board",
    ]);
    progress.looking(["board"]);
    progress.stage("telling the chat");
    expect(await drawn(host)).toEqual([
      "looking at 2 checks: 1 done",
      "  green   gateway  200 in 5 ms",
      "  looking board    3 jobs are stuck",
      "telling the chat",
    ]);
    close();
    expect(shownOn(host.terminal.stdout)).toEqual([]);
  });

  test("openLive() draws nothing of a tick that is over at once", async () => {
    const host = hostOf();
    const { progress, close } = openLive(host);
    progress.looking(["gateway"]);
    progress.reading("gateway", reading("ok"));
    close();
    await drawn(host);
    expect(host.terminal.stdout).toBe("");
  });

  test("openLive() puts what is written meanwhile above the list", async () => {
    const host = hostOf();
    const live = openLive(host);
    live.progress.looking(["gateway"]);
    await drawn(host);
    live.host.terminal.err("warn: something\n");
    expect([shownOn(host.terminal.stdout), host.terminal.stderr]).toEqual([[], "warn: something\n"]);
    expect(await drawn(host)).toEqual(["looking at 1 check: 0 done", "  looking gateway"]);
    live.close();
  });

  test("openLive() stays inside the terminal, what isn't well in sight and the rest counted", async () => {
    const host = hostOf({ terminal: { columns: 40, rows: 10 } });
    const { progress, close } = openLive(host);
    const names = Array.from({ length: 60 }, (_, i) => `check-${i}`);
    progress.looking(names);
    for (const name of names.slice(2)) progress.reading(name, reading("ok", { evidence: "監視".repeat(40) }));
    progress.reading("check-59", reading("bad"));
    progress.stage(`stage ${"x".repeat(100)}`);
    const lines = await drawn(host);
    expect(lines.length).toBeLessThanOrEqual(9);
    for (const line of lines) expect(widthOf(line)).toBeLessThan(40);
    for (const name of ["check-0", "check-1", "check-59"]) expect(lines.join("\n")).toContain(`${name} `.trimEnd());
    expect(lines).toContain("  and 54 more");
    close();
  });

  test("openLive() lets no evidence, name or step move the terminal, and speaks ASCII where the locale does", async () => {
    const evil = "\u001b]0;x\u0007\u001b[2J\r\n\u202e\u009b8m";
    const host = hostOf({ terminal: { isUtf8: false } });
    const { progress, close } = openLive(host);
    progress.looking([`gate${evil}`]);
    progress.reading(`gate${evil}`, reading("bad", { evidence: `é${evil}` }));
    progress.again([`gate${evil}`], "10 s");
    progress.stage(`heal: ${evil}`);
    await drawn(host);
    close();
    // Our own: up some lines, erase, and nothing else.
    // biome-ignore lint/suspicious/noControlCharactersInRegex: an escape sequence begins with one
    const rest = host.terminal.stdout.replace(/\r\u001b\[\d+A|\u001b\[[KJ]|\n/gu, "");
    expect(rest).toMatch(/^[\x20-\x7e]*$/u);
    expect(rest).toContain("gate");
  });
});
