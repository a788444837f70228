import { describe, expect, test } from "bun:test";
import { deliver } from "../../src/alert/deliver.ts";
import { type ChatWait, type Mailbox, openMailbox } from "../../src/alert/mailbox.ts";
import { maxOutbox, type OutboxEntry } from "../../src/alert/outbox.ts";
import type { Delivery, Message } from "../../src/alert/platforms/platform.ts";
import type { Moment } from "../../src/state/state.ts";
import { message, messages, outboxOf } from "./bed.ts";

const taken: Delivery = { kind: "delivered", answer: "200" };
const later: Delivery = { kind: "later", why: "busy" };

interface Bed {
  readonly mailbox: Mailbox;
  readonly sent: Message[];
  /** The outbox as it was each time it was to be made durable. */
  readonly durable: (readonly OutboxEntry[])[];
  answer: (each: Message) => Delivery | Promise<Delivery>;
  now: Moment;
}

const open = (
  given: { readonly outbox?: readonly OutboxEntry[]; readonly wait?: ChatWait; readonly tick?: number } = {},
): Bed => {
  const bed: Bed = {
    sent: [],
    durable: [],
    answer: () => taken,
    now: { bootId: "boot-1", uptimeS: 1000 },
    mailbox: openMailbox({
      outbox: given.outbox ?? [],
      wait: given.wait ?? null,
      tick: given.tick ?? 5,
      now: () => bed.now,
      deliver: (outbox, onTaken) =>
        deliver(outbox, {
          ...{ tick: given.tick ?? 5, bootedAt: null, onTaken, sleep: async () => undefined },
          send: async (each) => {
            bed.sent.push(each);
            return await bed.answer(each);
          },
        }),
      onSent: () => bed.durable.push(bed.mailbox.outbox()),
    }),
  };
  return bed;
};

const checks = (all: readonly Message[]): readonly (string | null)[] => all.map(({ check }) => check);

describe("Mailbox flush()", () => {
  test("flush() sends in order and makes the outbox durable after each answer", async () => {
    const bed = open();
    bed.mailbox.put([message(1), message(2)]);
    await bed.mailbox.flush();
    expect(checks(bed.sent)).toEqual(["check-1", "check-2"]);
    expect(bed.durable.map(checks)).toEqual([["check-2"], []]);
    expect(bed.mailbox.tried()).toHaveLength(2);
  });

  test("flush() of an empty mailbox asks nobody and writes nothing", async () => {
    const bed = open();
    await bed.mailbox.flush();
    expect([bed.sent, bed.durable]).toEqual([[], []]);
  });

  test("flush() asks a chat that refused or was busy no second time in this tick", async () => {
    const bed = open();
    bed.answer = () => later;
    bed.mailbox.put([message(1)]);
    await bed.mailbox.flush();
    bed.mailbox.put([message(2)]);
    await bed.mailbox.flush();
    expect(checks(bed.sent)).toEqual(["check-1"]);
    expect(checks(bed.mailbox.outbox())).toEqual(["check-1", "check-2"]);
  });

  test("flush() called twice at once sends each message once", async () => {
    const bed = open();
    const { promise, resolve } = Promise.withResolvers<Delivery>();
    bed.answer = () => promise;
    bed.mailbox.put([message(1)]);
    const first = bed.mailbox.flush();
    const second = bed.mailbox.flush();
    resolve(taken);
    await Promise.all([first, second]);
    expect(checks(bed.sent)).toEqual(["check-1"]);
  });

  test("flush() keeps what is put while it is under way, and the next one sends it", async () => {
    const bed = open();
    const { promise, resolve } = Promise.withResolvers<Delivery>();
    bed.answer = (each) => (each.check === "check-1" ? promise : taken);
    bed.mailbox.put([message(1)]);
    const first = bed.mailbox.flush();
    await Promise.resolve();
    bed.mailbox.put([message(2)]);
    const second = bed.mailbox.flush();
    resolve(taken);
    await Promise.all([first, second]);
    expect(checks(bed.sent)).toEqual(["check-1", "check-2"]);
    expect(bed.mailbox.outbox()).toEqual([]);
  });
});

describe("Mailbox retell()", () => {
  test("retell() changes a message that is still here", async () => {
    const bed = open();
    bed.mailbox.put([message(1)]);
    expect(bed.mailbox.retell(message(1).id, message(9))).toBeTrue();
    await bed.mailbox.flush();
    expect(checks(bed.sent)).toEqual(["check-9"]);
  });

  test("retell() leaves a message alone that is on its way, or gone", async () => {
    const bed = open();
    const { promise, resolve } = Promise.withResolvers<Delivery>();
    bed.answer = () => promise;
    bed.mailbox.put([message(1)]);
    const flushed = bed.mailbox.flush();
    await Promise.resolve();
    expect(bed.mailbox.retell(message(1).id, message(9))).toBeFalse();
    resolve(taken);
    await flushed;
    expect(bed.mailbox.retell(message(1).id, message(9))).toBeFalse();
  });

  test("retell() changes a message that the chat has not taken", async () => {
    const bed = open();
    bed.answer = () => later;
    bed.mailbox.put([message(1)]);
    await bed.mailbox.flush();
    expect(bed.mailbox.retell(message(1).id, message(9))).toBeTrue();
    expect(checks(bed.mailbox.outbox())).toEqual(["check-9"]);
  });
});

describe("Mailbox wait()", () => {
  const busy: Delivery = { ...later, retryAfterMs: 600_000 };

  test("wait() holds over ticks what the chat asked for, by uptime", async () => {
    const first = open({ outbox: outboxOf(1) });
    first.answer = () => busy;
    await first.mailbox.flush();
    expect(first.mailbox.wait()).toEqual({ from: { bootId: "boot-1", uptimeS: 1000 }, ms: 600_000 });
    const cases = [
      { uptimeS: 1599, want: 0 },
      { uptimeS: 1600, want: 1 },
    ];
    for (const { uptimeS, want } of cases) {
      const next = open({ outbox: first.mailbox.outbox(), wait: first.mailbox.wait(), tick: 6 });
      next.now = { bootId: "boot-1", uptimeS };
      await next.mailbox.flush();
      expect(next.sent).toHaveLength(want);
    }
  });

  test("wait() counts from the boot when the host was rebooted meanwhile", async () => {
    const bed = open({ outbox: outboxOf(1), wait: { from: { bootId: "boot-0", uptimeS: 90_000 }, ms: 600_000 } });
    bed.now = { bootId: "boot-1", uptimeS: 599 };
    await bed.mailbox.flush();
    expect(bed.sent).toEqual([]);
    bed.now = { bootId: "boot-1", uptimeS: 600 };
    await bed.mailbox.flush();
    expect(bed.sent).toHaveLength(1);
    expect(bed.mailbox.wait()).toBeNull();
  });
});

describe("Mailbox wait() over many boots", () => {
  test("wait() hands on what is left, so that a host that boots often still asks in the end", () => {
    let wait: ChatWait = { from: { bootId: "boot-0", uptimeS: 0 }, ms: 24 * 3_600_000 };
    let ticks = 0;
    for (; wait !== null && ticks < 1000; ticks += 1) {
      const bed = open({ outbox: outboxOf(1), wait });
      bed.now = { bootId: `boot-${Math.floor(ticks / 12)}`, uptimeS: 60 + (ticks % 12) * 300 };
      wait = bed.mailbox.wait();
    }
    expect(ticks).toBeGreaterThan(280);
    expect(ticks).toBeLessThan(330);
  });
});

describe("Mailbox at its bound", () => {
  test("put() never passes the bound", () => {
    const bed = open({ outbox: outboxOf(maxOutbox) });
    bed.mailbox.put(messages(5000, 30));
    expect(bed.mailbox.outbox()).toHaveLength(maxOutbox);
  });

  test("put() while a full outbox is under way loses nothing and repeats nothing, taken or not", async () => {
    for (const answer of [taken, later]) {
      const bed = open({ outbox: outboxOf(maxOutbox), tick: maxOutbox + 1 });
      const { promise, resolve } = Promise.withResolvers<Delivery>();
      bed.answer = () => promise;
      const flushed = bed.mailbox.flush();
      await Promise.resolve();
      bed.mailbox.put(messages(5000, 3));
      resolve(answer);
      await flushed;
      const told = bed.mailbox.outbox().reduce((sum, { folded }) => sum + (folded?.count ?? 1), 0);
      expect(told).toBe(answer.kind === "delivered" ? 3 : maxOutbox + 3);
      expect(bed.mailbox.outbox().length).toBeLessThanOrEqual(maxOutbox);
      expect(new Set(bed.mailbox.outbox().map(({ id }) => id)).size).toBe(bed.mailbox.outbox().length);
    }
  });
});
