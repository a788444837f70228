import { describe, expect, test } from "bun:test";
import { maxEvidence } from "../../src/probes/evidence.ts";
import { carriers, handedOver } from "./carriers.ts";
import { acting, corpus, faultsOf } from "./corpus.ts";

describe("evidence from a hostile host", () => {
  for (const [name, carry] of Object.entries(carriers))
    test(`${name} does come into evidence`, async () => expect(await carry("EVIL it is")).toContain("EVIL"));

  test("faultsOf() finds what it looks for", () => {
    for (const bad of [
      "a\u001b[31m",
      "a\u202e",
      "a\u200b",
      "x".repeat(301),
      "status EVIL",
      'a "EVIL',
      `a${"\u0301".repeat(9)}`,
    ])
      expect(faultsOf(bad, 300)).not.toEqual([]);
    expect(faultsOf('status 500: "EVIL"', 300)).toEqual([]);
  });

  for (const [name, carry] of Object.entries(carriers))
    for (const [what, text] of Object.entries(corpus))
      test(`cleanEvidence() and quote() leave ${what} in ${name} inert, bounded and in quotes`, async () => {
        const evidence = await carry(text);
        expect(evidence).not.toBe("");
        expect(faultsOf(evidence, maxEvidence)).toEqual([]);
      });

  for (const [what, text] of Object.entries(corpus))
    test(`readingOf() leaves ${what} from another user's look inert and bounded`, () => {
      expect(handedOver(text)).not.toMatch(acting);
      expect([...handedOver(text)].length).toBeLessThanOrEqual(maxEvidence);
    });
});
