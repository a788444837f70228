import { describe, expect, test } from "bun:test";
import { bundle, maxSingle } from "../../src/alert/bundle.ts";
import { add, type OutboxEntry, sendable } from "../../src/alert/outbox.ts";
import type { Message } from "../../src/alert/platforms/platform.ts";
import { maxText } from "../../src/alert/platforms/text.ts";
import { seeded } from "../log/log-bed.ts";
import { message, messages, outboxOf } from "./bed.ts";

const fresh = (count: number): readonly OutboxEntry[] => add([], messages(1, count), 7);
const recovered = (at: number): Message =>
  message(at, {
    kind: "recovered",
    text: `RECOVERED web-1 · check-${at}: well again after 5 min\nIncident i-${at}\nlog 42:00`,
  });

describe("bundle()", () => {
  test("bundle() gives none for none, and one as it is", () => {
    expect(bundle([], null)).toBeUndefined();
    const [one] = fresh(1);
    expect(one === undefined ? undefined : bundle([one], null)).toBe(one);
  });

  test("bundle() counts by word in its first line, names the checks, and lists each with its incident", () => {
    const given = add(fresh(3), [recovered(4)], 7);
    expect(bundle(given, null)?.text).toBe(
      [
        "RED web-1 · 4 alerts at once: 3 red, 1 recovered: check-1, check-2, check-3, check-4",
        "RED web-1 · check-1: no answer in 5 s (2 ticks, since 02:01 UTC) [i-1]",
        "RED web-1 · check-2: no answer in 5 s (2 ticks, since 02:02 UTC) [i-2]",
        "RED web-1 · check-3: no answer in 5 s (2 ticks, since 02:03 UTC) [i-3]",
        "RECOVERED web-1 · check-4: well again after 5 min [i-4]",
        "Next: dogwatch status",
        "log 42:00",
      ].join("\n"),
    );
  });

  test("bundle() after a reboot says since when the host is back", () => {
    expect(bundle(fresh(2), "2026-11-23T01:58:00.000Z")?.text).toStartWith(
      "RED web-1 · back since 01:58 UTC after a reboot: 2 red: check-1, check-2\n",
    );
  });

  test("bundle() begins with the worst word, whatever came last", () => {
    expect(bundle(add([], [recovered(1), message(2), recovered(3)], 7), null)).toMatchObject({
      kind: "red",
      check: "check-2",
      text: expect.stringMatching(/^RED web-1 · 3 alerts at once: 1 red, 2 recovered: /u),
    });
  });

  test("bundle() shows each incident or counts it, keeps their order and its bound, whatever is in it", () => {
    for (let seed = 1; seed <= 60; seed += 1) {
      const below = seeded(seed);
      const count = 2 + below(60);
      const given = add(
        [],
        Array.from({ length: count }, (_, at) => {
          const name = `c${"x".repeat(below(40))}-${at}`;
          const text = `RED web-1 · ${name}: ${"evidence 😀 ".repeat(below(30))}\nlog 41:9f3ac2d1c07be55a`;
          return message(at, { check: name, incident: `i-${at}.`, text });
        }),
        7,
      );
      const text = bundle(given, seed % 2 === 0 ? null : "2026-11-23T01:58:00.000Z")?.text ?? "";
      const shown = [...text.matchAll(/\[i-(\d+)\.\]/gu)].map((found) => Number(found[1]));
      const [, many = 0, first = shown.length] = /^… and (\d+) more in between: RED cx*-(\d+)/mu.exec(text) ?? [];
      const hidden = Number(many);
      expect(Number(first)).toBe(
        shown.findIndex((each, at) => each !== at) === -1 ? shown.length : shown.findIndex((each, at) => each !== at),
      );
      expect(shown.length + hidden).toBe(count);
      expect(shown).toEqual(shown.toSorted((a, b) => a - b));
      expect(shown.at(-1)).toBe(count - 1);
      expect(text.length).toBeLessThanOrEqual(maxText);
      expect(text.split("\n", 1)[0]?.length).toBeLessThanOrEqual(160);
      expect(text.split("\n", 1)[0]).toContain(`${count} red`);
      expect(text).toEndWith("\nlog 41:9f3ac2d1c07be55a");
    }
  });
});

describe("sendable() with bundles", () => {
  const cases = [
    { name: "ten of this tick go one by one", given: fresh(maxSingle), booted: null, want: Array(maxSingle).fill(1) },
    { name: "eleven go as one", given: fresh(maxSingle + 1), booted: null, want: [maxSingle + 1] },
    {
      name: "a storm after a backlog are two",
      given: add(outboxOf(3), messages(50, 20), 7),
      booted: null,
      want: [3, 20],
    },
    { name: "a host that is back says one thing", given: fresh(2), booted: "2026-11-23T01:58:00.000Z", want: [2] },
    {
      name: "also with what was left from before",
      given: add(outboxOf(3), messages(50, 2), 7),
      booted: "2026-11-23T01:58:00.000Z",
      want: [5],
    },
    { name: "a single message of it stays as it is", given: fresh(1), booted: "2026-11-23T01:58:00.000Z", want: [1] },
  ];
  test.each(cases)("sendable(): $name", ({ given, booted, want }) => {
    const sent = sendable(given, 7, booted);
    expect(sent.map(({ covers }) => covers.length)).toEqual(want);
    expect(sent.flatMap(({ covers }) => covers)).toEqual(given.map(({ id }) => id));
  });
});
