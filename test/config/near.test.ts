import { describe, expect, test } from "bun:test";
import { didYouMean, nearest, quoted, quotedKey } from "../../src/config/near.ts";

describe("nearest()", () => {
  const known = ["process", "http", "unit", "tcp", "red_after", "needs", "on"];
  const cases = [
    { given: "red_afer", want: "red_after" },
    { given: "red-after", want: "red_after" },
    { given: "Red_After", want: "red_after" },
    { given: "htpp", want: "http" },
    { given: "htttp", want: "http" },
    { given: "need", want: "needs" },
    { given: "proccess", want: "process" },
    { given: "no", want: "on" },
    { given: "colour", want: undefined },
    { given: "xy", want: undefined },
    { given: "http".repeat(40), want: undefined },
  ] as const;
  for (const { given, want } of cases)
    test(`nearest() takes "${given}" for ${want}`, () => expect(nearest(given, known)).toBe(want));
});

describe("quoted()", () => {
  test("quoted() cuts long text", () => expect(quoted("x".repeat(99)).length).toBeLessThan(70));
  test("quoted() shows what a terminal could obey as escapes", () => {
    expect(quoted("\u001b[31m\u009b1m\u202e\u2028")).toBe('"\\u001b[31m\\u009b1m\\u202e\\u2028"');
  });
});

describe("quotedKey()", () => {
  test("quotedKey() shows a word", () => expect(quotedKey("red_afer")).toBe(' "red_afer"'));
  test("quotedKey() does not show what may be a secret", () => expect(quotedKey("123456:AAH-token")).toBe(""));
});

describe("didYouMean()", () => {
  const cases = [
    { given: "webhook_url", known: ["webhook", "api"], want: "webhook" },
    { given: "url", known: ["topic", "api"], want: "api" },
    { given: "api", known: ["url", "headers"], want: "url" },
    { given: "bot_token", known: ["chat_id", "token"], want: "token" },
    { given: "message_thread_id", known: ["chat_id", "thread_id"], want: "thread_id" },
    { given: "room_id", known: ["room", "token"], want: "room" },
    { given: "duration", known: ["cron", "for"], want: "for" },
    { given: "to", known: ["channel", "target"], want: "target" },
  ] as const;
  for (const { given, known, want } of cases)
    test(`didYouMean() knows "${given}" as another word for "${want}"`, () =>
      expect(didYouMean(given, known)).toBe(`: did you mean "${want}"?`));
  test("didYouMean() says nothing where nothing of it is known", () => expect(didYouMean("url", ["route"])).toBe(""));
});
