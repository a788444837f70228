import { describe, expect, test } from "bun:test";
import { maxEvidence } from "../../src/probes/evidence.ts";
import { withSecondLook } from "../../src/verdict/second-look.ts";
import { verdicts, worst } from "../../src/verdict/verdict.ts";
import { reading } from "../checks.ts";

describe("withSecondLook()", () => {
  const first = new Map([
    ["a", reading("bad", { evidence: "status 503", memory: { restarts: 1 } })],
    ["b", reading("ok")],
  ]);
  const cases = [
    {
      name: "a second bad one as it is",
      given: reading("bad", { evidence: "status 500" }),
      want: reading("bad", { evidence: "status 500" }),
    },
    {
      name: "an ok, and tells the first",
      given: reading("ok", { evidence: "200 in 5 ms" }),
      want: reading("ok", { evidence: "200 in 5 ms (10 s before: status 503)" }),
    },
    { name: "an unknown as it is", given: reading("unknown"), want: reading("unknown") },
  ] as const;
  for (const { name, given, want } of cases)
    test(`withSecondLook() takes ${name}`, () => {
      const merged = withSecondLook(first, new Map([["a", given]]), "10 s");
      expect([...merged]).toEqual([
        ["a", want],
        ["b", reading("ok")],
      ]);
      expect(first.get("a")?.evidence).toBe("status 503");
    });

  test("withSecondLook() keeps evidence within its bound", () => {
    const long = (kind: "ok" | "bad") => new Map([["a", reading(kind, { evidence: "x".repeat(maxEvidence) })]]);
    expect(withSecondLook(long("bad"), long("ok"), "10 s").get("a")?.evidence).toHaveLength(maxEvidence);
  });
});

describe("worst()", () => {
  const cases = [
    { name: "green of nothing", given: [], want: "green" },
    { name: "amber over green", given: ["green", "amber", "green"], want: "amber" },
    { name: "unknown over amber", given: ["unknown", "amber"], want: "unknown" },
    { name: "red over all", given: [...verdicts, "green"], want: "red" },
  ] as const;
  for (const { name, given, want } of cases) test(`worst() is ${name}`, () => expect(worst(given)).toBe(want));
});
