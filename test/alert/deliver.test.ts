import { describe, expect, test } from "bun:test";
import { type Delivered, deliver as deliverAll, isStuck } from "../../src/alert/deliver.ts";
import { add, type OutboxEntry } from "../../src/alert/outbox.ts";
import type { Delivery, Message } from "../../src/alert/platforms/platform.ts";
import { message, outboxOf } from "./bed.ts";

const taken: Delivery = { kind: "delivered", answer: "200" };
const later: Delivery = { kind: "later", why: "telegram answered 502" };
const refused: Delivery = { kind: "refused", why: "telegram answered 403" };

/** Answers one after the other; the last one lasts. */
const chat = (...answers: readonly [Delivery, ...Delivery[]]) => {
  const sent: Message[] = [];
  const send = async (each: Message): Promise<Delivery> => {
    sent.push(each);
    return answers[Math.min(sent.length, answers.length) - 1] ?? answers[0];
  };
  return { sent, send };
};

const deliver = (
  outbox: readonly OutboxEntry[],
  tick: number,
  send: (each: Message) => Promise<Delivery>,
  slept: number[] = [],
): Promise<Delivered> =>
  deliverAll(outbox, {
    ...{ tick, bootedAt: null, send, onTaken: () => undefined },
    sleep: async (ms) => void slept.push(ms),
  });

describe("deliver()", () => {
  test("deliver() empties the outbox in order: the backlog as one, then this tick's", async () => {
    const { sent, send } = chat(taken);
    const done = await deliver(add(outboxOf(2), [message(10), message(11)], 3), 3, send);
    expect(done.outbox).toEqual([]);
    expect(sent.map(({ check }) => check)).toEqual(["check-2", "check-10", "check-11"]);
    expect(done.tried.map(({ delivered }) => delivered)).toEqual([true, true, true]);
  });

  test("deliver() stops at the first that isn't taken, so that order is kept and a sick chat is asked once", async () => {
    const { sent, send } = chat(later);
    const outbox = add(outboxOf(2), [message(10)], 3);
    const done = await deliver(outbox, 3, send);
    expect(sent).toHaveLength(1);
    expect(done.outbox.map(({ id, tries }) => ({ id, tries }))).toEqual([
      { id: message(1).id, tries: 1 },
      { id: message(2).id, tries: 1 },
      { id: message(10).id, tries: 0 },
    ]);
    expect(done.tried).toMatchObject([{ delivered: false, why: "telegram answered 502" }]);
  });

  test("deliver() keeps what comes after the one that was not taken", async () => {
    const { send } = chat(taken, later);
    const done = await deliver(add(outboxOf(1), [message(10), message(11)], 3), 3, send);
    expect(done.outbox.map(({ check }) => check)).toEqual(["check-10", "check-11"]);
  });

  test("deliver() marks a refusal, keeps the message, and unmarks it when the chat relents", async () => {
    const first = await deliver(outboxOf(1), 1, chat(refused).send);
    expect(first.outbox).toMatchObject([{ refused: "telegram answered 403", tries: 1 }]);
    const second = await deliver(first.outbox, 2, chat(later).send);
    expect(second.outbox).toMatchObject([{ refused: null, tries: 2 }]);
    expect((await deliver(second.outbox, 3, chat(taken).send)).outbox).toEqual([]);
  });

  test("deliver() hands on how long the chat asked us to wait", async () => {
    expect((await deliver(outboxOf(1), 1, chat({ ...later, retryAfterMs: 7000 }).send)).retryAfterMs).toBe(7000);
    expect((await deliver(outboxOf(1), 1, chat(later).send)).retryAfterMs).toBe(0);
    expect((await deliver(outboxOf(1), 1, chat(refused).send)).retryAfterMs).toBe(0);
  });

  test("deliver() of an empty outbox asks nobody", async () => {
    const { sent, send } = chat(taken);
    expect(await deliver([], 1, send)).toEqual({ outbox: [], tried: [], isHeldUp: false, retryAfterMs: 0 });
    expect(sent).toEqual([]);
  });
});

describe("deliver() to a chat that asks for a moment", () => {
  const moment: Delivery = { kind: "later", why: "discord answered 429", retryAfterMs: 1200 };
  const cases: readonly {
    readonly name: string;
    readonly given: readonly [Delivery, ...Delivery[]];
    readonly sent: number;
    readonly left: number;
    readonly slept: number[];
  }[] = [
    {
      name: "in the middle: it gets it, and the rest goes on",
      given: [taken, moment, taken],
      sent: 4,
      left: 0,
      slept: [1200],
    },
    { name: "at the first: it is busy, and is left alone", given: [moment], sent: 1, left: 3, slept: [] },
    {
      name: "twice for one message: it is left alone",
      given: [taken, moment, moment],
      sent: 3,
      left: 2,
      slept: [1200],
    },
    { name: "for long", given: [taken, { ...moment, retryAfterMs: 5001 }], sent: 2, left: 2, slept: [] },
    { name: "for none in words", given: [taken, later], sent: 2, left: 2, slept: [] },
  ];
  test.each(cases)("deliver() $name", async ({ given, sent, left, slept }) => {
    const pauses: number[] = [];
    const asked = chat(...given);
    const done = await deliver(add([], [message(1), message(2), message(3)], 3), 3, asked.send, pauses);
    expect({ sent: asked.sent.length, left: done.outbox.length, slept: pauses }).toEqual({
      sent,
      left,
      slept: [...slept],
    });
  });

  test("deliver() gives no more than five seconds away in all", async () => {
    const pauses: number[] = [];
    let count = 0;
    const send = async (): Promise<Delivery> => {
      count += 1;
      return count % 2 === 1 ? taken : { ...moment, retryAfterMs: 2000 };
    };
    const all = Array.from({ length: 9 }, (_, at) => message(at));
    await deliver(add([], all, 3), 3, send, pauses);
    expect(pauses).toEqual([2000, 2000]);
  });
});

describe("isStuck()", () => {
  const cases = [
    { name: "an empty outbox", given: [], want: false },
    { name: "an alert of this tick", given: outboxOf(1), want: false },
    { name: "an alert of the tick before", given: outboxOf(1).map((each) => ({ ...each, tick: 0 })), want: true },
    {
      name: "an alert of this tick that was refused for good",
      given: outboxOf(1).map((each) => ({ ...each, refused: "403" })),
      want: true,
    },
  ] as const;
  for (const { name, given, want } of cases)
    test(`isStuck() is ${want} for ${name}`, () => {
      expect(isStuck(given, 1)).toBe(want);
    });
});
