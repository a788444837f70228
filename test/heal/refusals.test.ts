import { describe, expect, test } from "bun:test";
import { afterRefusal } from "../../src/heal/refusals.ts";
import { rule } from "./bed.ts";
import { createHealBed, emptyHealState } from "./heal-bed.ts";

const refusedTwice = (first: string, second: string): readonly string[] => {
  const bed = createHealBed();
  const refused = (why: string) =>
    ({ kind: "refused", rule: rule(), check: "gateway", why, isLatching: false }) as const;
  const after = afterRefusal(bed.bench, emptyHealState, refused(first), { incident: "i" });
  afterRefusal(bed.bench, after, refused(second), { incident: "i" });
  return bed.events();
};

describe("afterRefusal()", () => {
  const rows = [
    {
      name: "another reason for a unit with a digit",
      given: ['"gw2.service" is masked', '"gw2.service" has a job waiting'],
      lines: 2,
    },
    {
      name: "another exit status",
      given: ['"r" is no cure for exit status 78', '"r" is no cure for exit status 7'],
      lines: 2,
    },
    {
      name: "a cooldown that runs down",
      given: ["in cooldown for 14 min 3 s more", "in cooldown for 9 min 3 s more"],
      lines: 1,
    },
    { name: "its last seconds", given: ["in cooldown for 14 min more", "in cooldown for 9.5 s more"], lines: 1 },
  ] as const;
  for (const { name, given, lines } of rows)
    test(`afterRefusal() logs ${lines} for ${name}`, () =>
      expect(refusedTwice(given[0], given[1])).toHaveLength(lines));
});
