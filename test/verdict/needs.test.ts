import { describe, expect, test } from "bun:test";
import { judge } from "../../src/verdict/judge.ts";
import { foldedUnder, type Needing } from "../../src/verdict/needs.ts";
import type { Verdict } from "../../src/verdict/verdict.ts";
import { httpCheck, reading } from "../checks.ts";

type Given = Readonly<Record<string, readonly [verdict: Verdict, ...needs: readonly string[]]>>;

/** The check that explains `a`. */
const explained = (given: Given): string | undefined => {
  const all = new Map<string, Needing>();
  for (const [name, [verdict, ...needs]] of Object.entries(given)) all.set(name, { name, needs, verdict });
  return foldedUnder(all.get("a") ?? { name: "a", needs: [], verdict: "green" }, all);
};

describe("foldedUnder()", () => {
  const cases: readonly { readonly name: string; readonly given: Given; readonly want: string | undefined }[] = [
    { name: "folds a red under the red that it needs", given: { a: ["red", "b"], b: ["red"] }, want: "b" },
    { name: "folds an amber too", given: { a: ["amber", "b"], b: ["red"] }, want: "b" },
    { name: "folds an unknown too", given: { a: ["unknown", "b"], b: ["red"] }, want: "b" },
    { name: "never folds a green", given: { a: ["green", "b"], b: ["red"] }, want: undefined },
    { name: "leaves one that needs nothing", given: { a: ["red"], b: ["red"] }, want: undefined },
    { name: "leaves one whose need is green", given: { a: ["red", "b"], b: ["green"] }, want: undefined },
    { name: "leaves one whose need is amber", given: { a: ["red", "b"], b: ["amber"] }, want: undefined },
    { name: "leaves one whose need is unknown", given: { a: ["red", "b"], b: ["unknown"] }, want: undefined },
    {
      name: "folds through others, whatever they read",
      given: { a: ["red", "b"], b: ["green", "c"], c: ["red"] },
      want: "c",
    },
    { name: "names the nearest of a red chain", given: { a: ["red", "b"], b: ["red", "c"], c: ["red"] }, want: "b" },
    {
      name: "names the nearer of two ways",
      given: { a: ["red", "b", "d"], b: ["amber", "c"], c: ["red"], d: ["red"] },
      want: "d",
    },
    { name: "names the first of two needs", given: { a: ["red", "c", "b"], b: ["red"], c: ["red"] }, want: "c" },
    { name: "passes a need that isn't there", given: { a: ["red", "gone", "b"], b: ["red"] }, want: "b" },
    { name: "never folds one under itself", given: { a: ["red", "a"] }, want: undefined },
    {
      name: "comes to its end in a circle",
      given: { a: ["red", "b"], b: ["amber", "c"], c: ["amber", "a"] },
      want: undefined,
    },
  ];
  for (const { name, given, want } of cases) test(`foldedUnder() ${name}`, () => expect(explained(given)).toBe(want));

  test("foldedUnder() gets through a chain of 10,000", () => {
    const chain: Record<string, readonly [Verdict, ...string[]]> = { a: ["red", "n0"], n9999: ["red"] };
    for (let i = 0; i < 9999; i += 1) chain[`n${i}`] = ["amber", `n${i + 1}`];
    expect(explained(chain)).toBe("n9999");
  });
});

test("judge() names the check that explains another, and leaves its own colour", () => {
  const checks = [httpCheck({ name: "a", needs: ["b"] }), httpCheck({ name: "b" }), httpCheck({ name: "c" })];
  const readings = new Map(["a", "b", "c"].map((name) => [name, reading("bad")]));
  const judged = judge(checks, readings, {}, { at: "2026-11-23T02:05:00.000Z", uptimeS: 86_400, bootId: "boot-1" });
  expect(judged.map(({ name, verdict, because }) => [name, verdict, because])).toEqual([
    ["a", "red", "b"],
    ["b", "red", undefined],
    ["c", "red", undefined],
  ]);
});
