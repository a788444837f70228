import { describe, expect, test } from "bun:test";
import { bundle } from "../../src/alert/bundle.ts";
import { compose, type Story } from "../../src/alert/compose.ts";
import { add, fold } from "../../src/alert/outbox.ts";
import { stories, story } from "./stories.ts";

/** What a phone's lock screen shows of a message before it is opened. */
const seen = (text: string): string => [...(text.split("\n", 1)[0] ?? "")].slice(0, 110).join("");

const long =
  "no answer in 5 s from http://127.0.0.1:18789/healthz while 3 other addresses of the same gateway answered well";
const names = { host: "gpu-17.example.org", check: "openclaw-gateway" };

/** A check that could not be measured is well again, or nothing is wrong at all: there is no since. */
const hasSince = ({ kind, incident }: Story): boolean =>
  kind !== "test" && !(kind === "recovered" && incident === null);

describe("compose() as a phone cuts it", () => {
  for (const [name, given] of Object.entries(stories)) {
    test(`compose() keeps host, check and since into the first 110 characters of ${name}, whatever the evidence`, () => {
      for (const each of [given, { ...given, evidence: long }, { ...given, evidence: `${long} ${long}`, ...names }]) {
        const line = seen(compose(each).text);
        expect(line).toContain(`${each.host} · ${each.check}: `);
        if (hasSince(each)) expect(line).toMatch(/since (\d+ \w{3} )?\d\d:\d\d UTC/u);
      }
    });
  }

  test("bundle() and fold() keep host, how many and since when into the first 110 characters", () => {
    const told = add([], Object.values(stories).map(compose), 7);
    expect(seen(bundle(told, null)?.text ?? "")).toMatch(/^RED web-1 · \d+ alerts at once: \d+ red, \d+ still red, /u);
    const reboot = bundle(told, "2026-11-22T23:58:00.000Z")?.text ?? "";
    expect(seen(reboot)).toMatch(/^RED web-1 · back since (\d+ \w{3} )?23:58 UTC after a reboot: \d+ red, /u);
    expect(seen(fold(told)?.text ?? "")).toMatch(/ web-1 · \d+ messages held back since (\d+ \w{3} )?\d\d:\d\d UTC/u);
  });

  test("compose() keeps the beginning of the evidence, and tells its rest in a line of its own", () => {
    const { text } = compose(story({ evidence: long }));
    const [first = "", second = ""] = text.split("\n");
    expect([...first].length).toBeLessThanOrEqual(110);
    const head = /^RED web-1 · gateway: (.*)… \(2 ticks, since 02:05 UTC\)$/u.exec(first)?.[1] ?? "";
    expect(`${head} ${second.replace(/^More: …/u, "")}`).toBe(long);
  });

  test("compose() keeps at least 12 characters of evidence where names take the room", () => {
    const { text } = compose(story({ host: "h".repeat(63), check: "c".repeat(63), evidence: "e".repeat(200) }));
    expect(/e+…/u.exec(text)?.[0]).toHaveLength(12);
  });

  test("compose() writes a first line that fits as a whole unless it ends with the evidence", () => {
    for (const [name, each] of Object.entries(stories))
      if (each.kind !== "healed")
        expect([name, [...(compose(each).text.split("\n")[0] ?? "")].length <= 110]).toEqual([name, true]);
  });
});
