import { describe, expect, test } from "bun:test";
import { type Hold, keepMs, openHold } from "../../src/alert/hold.ts";
import { add } from "../../src/alert/outbox.ts";
import type { Delivery, Standing } from "../../src/alert/platforms/platform.ts";
import type { Open } from "../../src/alert/standing.ts";
import type { Held } from "../../src/state/state.ts";
import { message } from "./bed.ts";

const taken: Delivery = { kind: "delivered", answer: "200" };
const down: Delivery = { kind: "later", why: "connection refused" };
const refused: Delivery = { kind: "refused", why: "401" };
const red: Open = { name: "red", check: "check-1", incident: "i-1", since: "2026-11-23T02:00:00.000Z" };

const open = (given: {
  readonly held?: Held | undefined;
  readonly tick?: number;
  readonly open?: readonly Open[];
  readonly answer?: Delivery;
}): { readonly hold: Hold; readonly sent: (readonly Standing[])[] } => {
  const sent: (readonly Standing[])[] = [];
  const hold = openHold({
    ...{ held: given.held, tick: given.tick ?? 5, keepMs: 900_000, nowMs: () => Date.UTC(2026, 10, 23, 3) },
    open: () => given.open ?? [],
    describe: async () => () => ({ text: "anew" }),
    send: async (standings) => {
      sent.push(standings);
      return given.answer ?? taken;
    },
  });
  return { hold, sent };
};

describe("openHold()", () => {
  test("isDue() while something stands and once a tick; never where all is well", async () => {
    expect(open({}).hold.isDue()).toBeFalse();
    expect(open({}).hold.held()).toBeUndefined();
    const { hold } = open({ open: [red] });
    expect(hold.isDue()).toBeTrue();
    await hold.deliver([]);
    expect(hold.isDue()).toBeFalse();
  });

  test("deliver() empties the outbox with one request and tells one try a message", async () => {
    const { hold, sent } = open({ open: [red] });
    const done = await hold.deliver(add([], [message(1), message(2, { kind: "recovered" })], 5));
    expect(done).toMatchObject({ outbox: [], isHeldUp: false, tried: [{ delivered: true }, { delivered: true }] });
    expect(sent).toHaveLength(1);
    expect(hold.held()).toMatchObject({ missedTick: null, board: [{ name: "red" }, { name: "ended" }] });
  });

  test("isStuck() from the second tick on that what stands can't be told, though no message waits", async () => {
    let held: Held | undefined = { board: [{ ...red, endsAt: null, again: 0, text: "RED" }], missedTick: null };
    const stuck: boolean[] = [];
    for (const [tick, answer] of [down, down, down, taken, down].entries()) {
      const { hold } = open({ held, tick: 5 + tick, open: [red], answer });
      await hold.deliver([]);
      stuck.push(hold.isStuck());
      expect(hold.trouble() === undefined).toBe(answer === taken);
      held = hold.held();
    }
    expect(stuck).toEqual([false, true, true, false, false]);
  });

  test("isStuck() at once where it is refused for good", async () => {
    const { hold } = open({ open: [red], answer: refused });
    await hold.deliver([]);
    expect(hold.isStuck()).toBeTrue();
    expect(hold.trouble()).toContain("401");
  });

  test("isStuck() also while it asked to wait and wasn't asked at all", () => {
    const { hold } = open({ open: [red], held: { board: [], missedTick: 4 } });
    expect(hold.isStuck()).toBeTrue();
    expect(hold.trouble()).toContain("it asked to wait");
  });

  test("deliver() keeps the messages with what was said", async () => {
    const { hold } = open({ open: [red], answer: refused });
    expect(await hold.deliver(add([], [message(1)], 5))).toMatchObject({
      ...{ isHeldUp: true, retryAfterMs: 0 },
      outbox: [{ tries: 1, refused: "401" }],
    });
    expect(hold.held()?.board).toEqual([]);
  });
});

describe("keepMs()", () => {
  const at = (uptimeS: number, bootId = "b") => ({ bootId, uptimeS });
  const cases = [
    { name: "the first tick ever", last: undefined, now: at(1000), want: 900_000 },
    { name: "the shipped timer", last: at(700), now: at(1000), want: 900_000 },
    { name: "a tick by hand in between", last: at(990), now: at(1000), want: 900_000 },
    { name: "a timer of half an hour", last: at(0), now: at(1800), want: 5_400_000 },
    { name: "a day without a tick", last: at(0), now: at(86_400), want: 10_800_000 },
    { name: "a reboot", last: at(90_000, "a"), now: at(60), want: 900_000 },
  ];
  test.each(cases)("keepMs() after $name", ({ last, now, want }) => expect(keepMs(last, now)).toBe(want));
});
