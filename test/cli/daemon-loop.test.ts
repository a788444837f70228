import { describe, expect, test } from "bun:test";
import { tickDeadlineMs } from "../../src/run.ts";
import { answer } from "../fake-facts.ts";
import { configText, paths } from "../tick-bed.ts";
import { createDaemonBed, periodMs } from "./daemon-bed.ts";

const invalid = configText.replace("confirm", "confrim");
/** The gateway answers when the test says so: meanwhile the tick is in hand. */
const slowly = (bed: ReturnType<typeof createDaemonBed>): (() => void) => {
  let reply = (): void => undefined;
  bed.host.http.script = () =>
    new Promise((resolve) => {
      reply = () => resolve(answered);
    });
  return () => reply();
};
const answered = answer(200, '{"status":"live"}');
const illness = `${paths.state}/illness.json`;
const green = /^green web-1: 2 of 2 checks green in \d+ ms$/u;

describe("the daemon's ticks", () => {
  test("runDaemon() ticks at once, then at each due time, a line each, and ends with 0 by SIGTERM", async () => {
    const bed = createDaemonBed();
    const running = bed.run();
    await bed.settle();
    expect(bed.lines()).toEqual([expect.stringMatching(green)]);
    await bed.due();
    await bed.due();
    expect(bed.lines()).toHaveLength(3);
    await bed.signal("SIGTERM");
    expect(await running).toBe(0);
    expect(bed.lines().at(-1)).toBe("SIGTERM: it ends");
    expect([bed.isOpen(), bed.isHeard()]).toEqual([false, false]);
  });

  test("runDaemon() carries counts from tick to tick as the timer's ticks do: red, healed, told once", async () => {
    const bed = createDaemonBed();
    const running = bed.run();
    await bed.settle();
    bed.kill();
    await bed.due();
    expect(bed.received.map((text) => text.split(" ", 1)[0])).toEqual(["HEALED"]);
    await bed.due();
    expect([bed.received.length, bed.restarts()]).toEqual([1, 1]);
    await bed.signal("SIGINT");
    expect(await running).toBe(0);
  });

  test("runDaemon() --json prints each tick as one object a line", async () => {
    const bed = createDaemonBed();
    const running = bed.run({ isJson: true });
    await bed.settle();
    await bed.due();
    await bed.signal("SIGTERM");
    await running;
    const ticks = bed.host.terminal.stdout
      .trim()
      .split("\n")
      .map((line): unknown => JSON.parse(line));
    expect(ticks).toMatchObject([
      { verdict: "green", exit: 0 },
      { verdict: "green", exit: 0 },
    ]);
  });

  test("runDaemon() tells missed ticks once, and makes up for all of them by one", async () => {
    const bed = createDaemonBed();
    const running = bed.run();
    await bed.settle();
    await bed.missed(3);
    await bed.due();
    const [, made, after] = bed.lines();
    expect(made).toEndWith("; missed 3 ticks: the host slept, its clock was set forward, or this process stood still");
    expect(after).toMatch(green);
    expect(bed.lines()).toHaveLength(3);
    await bed.signal("SIGTERM");
    await running;
  });

  test("runDaemon() never runs two ticks at a time: one that is due meanwhile follows at once, more of them are told", async () => {
    const bed = createDaemonBed(configText.replace("confirm: 10s", "confirm: 0s"));
    const reply = slowly(bed);
    const running = bed.run();
    await bed.settle();
    bed.host.clock.advance(2000);
    await bed.ring(3);
    expect([bed.host.http.sent.length, bed.lines().length]).toEqual([1, 0]);
    reply();
    await bed.settle();
    reply();
    await bed.settle();
    expect(bed.lines()).toHaveLength(2);
    expect(bed.lines()[0]).toMatch(green);
    expect(bed.lines()[1]).toEndWith("; missed 2 ticks: the one before took 2 s");
    expect(bed.host.http.sent).toHaveLength(2);
    await bed.signal("SIGTERM");
    expect(await running).toBe(0);
  });

  test("runDaemon() ticks on when the wall clock was set back, opens the schedule anew and says so", async () => {
    const bed = createDaemonBed();
    const running = bed.run();
    await bed.settle();
    bed.host.clock.advance(periodMs + 4000);
    await bed.settle();
    expect(bed.lines()).toHaveLength(1);
    bed.host.clock.advance(2000);
    await bed.settle();
    expect(bed.lines().at(-1)).toEndWith("; the host's clock was set back: the ticks go on from now");
    expect(bed.opened()).toBe(2);
    await bed.signal("SIGTERM");
    await running;
  });

  test("runDaemon() does nothing in a tick beside another one, and comes again", async () => {
    const bed = createDaemonBed();
    const lock = bed.host.files.lock(`${paths.state}/tick.lock`);
    const running = bed.run();
    await bed.settle();
    expect(bed.lines()).toEqual(["another tick is running (process 4711 (dogwatch)); this one does nothing"]);
    expect(bed.said.at(-1)?.[1]).toStartWith("another tick was running; next tick ");
    if (lock.kind === "held") lock.release();
    await bed.due();
    expect(bed.lines().at(-1)).toMatch(green);
    await bed.signal("SIGTERM");
    await running;
  });
});

describe("the daemon's end", () => {
  test("runDaemon() lets the tick in hand end before it ends itself; a second signal doesn't", async () => {
    const bed = createDaemonBed(configText.replace("confirm: 10s", "confirm: 0s"));
    const reply = slowly(bed);
    const running = bed.run();
    await bed.settle();
    await bed.signal("SIGTERM");
    expect(bed.lines()).toEqual(["SIGTERM: it ends when the tick in hand has"]);
    expect(bed.died).toEqual([]);
    await bed.signal("SIGINT");
    expect(bed.died).toEqual(["SIGINT"]);
    reply();
    expect(await running).toBe(0);
    expect(bed.lines().at(-1)).toMatch(green);
  });

  test("runDaemon() ends with 70 on a tick over its deadline, and leaves the reason behind", async () => {
    const bed = createDaemonBed();
    bed.host.http.script = () => new Promise(() => undefined);
    const running = bed.run();
    await bed.settle();
    bed.host.clock.advance(tickDeadlineMs);
    expect(await running).toBe(70);
    expect(bed.host.files.text(illness)).toContain("a tick did not end within 150 s");
    expect(bed.lines().at(-1)).toContain("is ill (status 70): a tick did not end within 150 s");
  });

  test("runDaemon() goes on after a tick that threw, tells it, and ends with 70 after the third in a row", async () => {
    const bed = createDaemonBed();
    const fail = (): never => {
      throw new Error("planted");
    };
    const running = bed.run();
    await bed.settle();
    Object.assign(bed.host.http, { allow: fail });
    await bed.due();
    await bed.due();
    expect(bed.lines().join("\n")).toContain("this is a bug, please report it: Error: planted");
    expect(bed.lines().at(-1)).toContain("is ill (status 70): a bug: planted");
    expect(bed.said.at(-1)?.[1]).toStartWith("dogwatch is ill: a bug: planted; no verdict (status 70); next tick ");
    Object.assign(bed.host.http, { allow: () => undefined });
    await bed.due();
    expect(bed.host.files.text(illness)).toBeUndefined();
    Object.assign(bed.host.http, { allow: fail });
    await bed.due();
    await bed.due();
    await bed.due();
    expect(await running).toBe(70);
  });
});

describe("the daemon and its config", () => {
  const put = (bed: ReturnType<typeof createDaemonBed>, text: string): void =>
    void bed.host.files.put(paths.config, text);

  test("runDaemon() takes an edited config at SIGHUP, not before, and says meanwhile that it differs", async () => {
    const bed = createDaemonBed();
    const running = bed.run();
    await bed.settle();
    put(bed, configText.replace("host: web-1", "host: web-2"));
    await bed.due();
    expect(bed.lines().at(-1)).toMatch(
      /^green web-1: .*; the config "\S+" has changed; the one read at 02:05 UTC goes on until a reload \(SIGHUP\)$/u,
    );
    await bed.signal("SIGHUP");
    expect(bed.lines().at(-1)).toBe("the config was read again: 2 checks; the next tick goes by it");
    await bed.due();
    expect(bed.lines().at(-1)).toMatch(/^green web-2: 2 of 2 checks green in \d+ ms$/u);
    await bed.signal("SIGTERM");
    await running;
  });

  test("runDaemon() goes on with the config before an invalid one, tells it on every road, and forgets it when the file is mended", async () => {
    const bed = createDaemonBed();
    const running = bed.run();
    await bed.settle();
    put(bed, invalid);
    await bed.signal("SIGHUP");
    const fault = `${paths.config}:2:1: unknown key "confrim": did you mean "confirm"?`;
    expect(bed.lines()).toContain(fault);
    expect(bed.lines()).toContain("error: the config that was read before goes on");
    expect(bed.lines().at(-1)).toBe(`dogwatch on web-1 is ill (status 78): ${fault}. Next: dogwatch validate`);
    await bed.due();
    expect(bed.lines().at(-2)).toContain(`green web-1: 2 of 2 checks green`);
    expect(bed.lines().at(-2)).toContain(
      `cannot use the config: ${fault}; the one read at 02:05 UTC goes on; run: dogwatch validate`,
    );
    expect(bed.host.files.text(illness)).toContain('"exit":78');
    expect(bed.said.at(-1)?.[1]).toStartWith(`dogwatch is ill: ${fault}; green: 2 of 2 checks green`);
    put(bed, configText);
    await bed.due();
    expect(bed.lines().at(-1)).toMatch(green);
    expect(bed.host.files.text(illness)).toBeUndefined();
    await bed.signal("SIGTERM");
    expect(await running).toBe(0);
  });

  test("runDaemon() goes on with its config when the file is gone, and says so", async () => {
    const bed = createDaemonBed();
    const running = bed.run();
    await bed.settle();
    bed.host.files.remove(paths.config);
    await bed.due();
    expect(bed.lines().at(-1)).toMatch(
      /^green web-1: .*; cannot use the config: .*; the one read at 02:05 UTC goes on$/u,
    );
    await bed.signal("SIGTERM");
    await running;
  });
});

describe("the daemon and its service manager", () => {
  test("runDaemon() says READY before its first look, then how each ended and when the next comes, and STOPPING", async () => {
    const bed = createDaemonBed();
    const running = bed.run();
    await bed.settle();
    await bed.signal("SIGHUP");
    await bed.signal("SIGTERM");
    await running;
    const status = "green: 2 of 2 checks green at 02:05 UTC; next tick 02:10 UTC";
    expect(bed.said).toEqual([
      ["ready", "the first look is running"],
      ["status", status],
      ["reloading"],
      ["ready", status],
      ["stopping", "ending"],
    ]);
  });

  test("runDaemon() gives a sign of life each half of the watchdog's time, and none after a tick that threw until one has ended well", async () => {
    const bed = createDaemonBed(undefined, 200_000);
    const signs = (): number => bed.said.filter(([kind]) => kind === "keep-alive").length;
    const running = bed.run();
    await bed.settle();
    bed.host.clock.advance(100_000);
    await bed.settle();
    bed.host.clock.advance(100_000);
    await bed.settle();
    expect(signs()).toBe(2);
    const { allow } = bed.host.http;
    Object.assign(bed.host.http, {
      allow: () => {
        throw new Error("planted");
      },
    });
    await bed.due();
    const before = signs();
    bed.host.clock.advance(100_000);
    await bed.settle();
    bed.host.clock.advance(100_000);
    await bed.settle();
    expect(signs()).toBe(before);
    Object.assign(bed.host.http, { allow });
    await bed.due();
    bed.host.clock.advance(100_000);
    await bed.settle();
    expect(signs()).toBe(before + 1);
    await bed.signal("SIGTERM");
    await running;
  });
});
