import { describe, expect, test } from "bun:test";
import { deliver } from "../../src/alert/deliver.ts";
import { add, fold, type OutboxEntry } from "../../src/alert/outbox.ts";
import { isSuspect, plainly } from "../../src/alert/plainly.ts";
import type { Delivery } from "../../src/alert/platforms/platform.ts";
import { message, outboxOf } from "./bed.ts";

const taken: Delivery = { kind: "delivered", answer: "telegram answered 200" };
const refused: Delivery = { kind: "refused", why: "telegram answered 400" };

/** Ticks until the outbox is empty, at most `ticks`; gives what was sent in each. */
const ticksOf = async (
  ticks: number,
  outbox: readonly OutboxEntry[],
  answer: (text: string) => Delivery,
): Promise<{ readonly texts: readonly (readonly string[])[]; readonly left: readonly OutboxEntry[] }> => {
  const texts: string[][] = [];
  let left = outbox;
  for (let tick = 10; tick < 10 + ticks && left.length > 0; tick += 1) {
    const now: string[] = [];
    const send = async ({ text }: { readonly text: string }): Promise<Delivery> => {
      now.push(text);
      return answer(text);
    };
    left = (await deliver(left, { tick, bootedAt: null, send, sleep: async () => undefined, onTaken: () => undefined }))
      .outbox;
    texts.push(now);
  }
  return { texts, left };
};

describe("plainly()", () => {
  test("plainly() tells word, host, check and incident, and not a word of the evidence", () => {
    const [entry] = add([], [message(1, { host: "wéb\n1" })], 1);
    const text = entry === undefined ? "" : plainly(entry, [entry]).text;
    expect(text.split("\n")).toEqual([
      "RED w?b?1 · check-1: the chat refused this message as written; read on the host",
      "Next: dogwatch status",
      "Incident i-1",
      "log 41:9f3ac2d1c07be55a",
    ]);
  });

  test("plainly() of a backlog counts all and names their incidents", () => {
    const outbox = outboxOf(40);
    const all = fold(outbox);
    const text = all === undefined ? "" : plainly(all, outbox).text;
    expect(text).toContain("refused these 40 messages as written");
    expect(text).toContain("\nIncident i-1 i-2 i-3 ");
    expect(text.length).toBeLessThan(900);
  });

  test("isSuspect() after three refusals, then once in twelve", () => {
    const all = Array.from({ length: 40 }, (_, refusals) => refusals);
    expect(all.filter((refusals) => isSuspect({ refusals }))).toEqual([3, 15, 27, 39]);
    expect(isSuspect({})).toBeFalse();
  });
});

describe("deliver() of a message that the chat refuses", () => {
  test("deliver() tells the news in plain words at the third refusal, so that it doesn't block what comes after", async () => {
    const poison = message(1, { text: "RED web-1 · check-1: poison\nlog 41:9f3ac2d1c07be55a" });
    const answer = (text: string): Delivery => (text.includes("poison") ? refused : taken);
    const { texts, left } = await ticksOf(9, add([], [poison], 10), answer);
    expect(texts.map(({ length }) => length)).toEqual([1, 1, 2]);
    expect(texts[2]?.[1]).toContain("i-1");
    expect(left).toEqual([]);
  });

  test("deliver() keeps the message where the chat refuses all, and asks it about once a tick", async () => {
    const { texts, left } = await ticksOf(288, outboxOf(3), () => refused);
    expect(left).toHaveLength(3);
    expect(texts.flat()).toHaveLength(288 + 24);
    const { texts: after } = await ticksOf(1, left, () => taken);
    expect(after).toEqual([[expect.stringContaining("3 messages held back")]]);
  });

  test("deliver() tries nothing more where an agent answered", async () => {
    const { texts } = await ticksOf(5, outboxOf(1), () => ({ ...refused, isLatching: true }));
    expect(texts.flat()).toHaveLength(5);
  });
});
