import { describe, expect, test } from "bun:test";
import { dayOf, type Hours, hourOf, hoursKept, nextHours, worstSign } from "../../src/state/day.ts";
import type { Verdict } from "../../src/verdict/verdict.ts";

const now = 494_978;
const nobody = (): boolean => false;
const found = (more: Readonly<Record<string, Verdict>>): ReadonlyMap<string, Verdict> => new Map(Object.entries(more));
const day = (more: Partial<Hours> = {}): Hours => ({ last: now, ticked: "ggg", worst: {}, ...more });

const diceOf = (from: number) => {
  let seed = from;
  return (sides: number): number => {
    seed = (seed * 1_103_515_245 + 12_345) % 2_147_483_648;
    return Math.floor((seed / 2_147_483_648) * sides);
  };
};

/** The hours of ticks under a clock that mostly goes on, sometimes stands still for days, and sometimes is set back or ahead. */
function* wanderings(dice: (sides: number) => number, count: number) {
  let hour = now;
  for (let i = 0; i < count; i++) {
    const kind = dice(12);
    hour += kind === 0 ? dice(60) - 30 : kind < 4 ? dice(3) : 0;
    yield hour;
  }
}

const greenHours = (hours: Hours, check: string, end: number): readonly number[] =>
  dayOf(hours, check, end).flatMap((sign, back) => (sign === "g" ? [end - hoursKept + 1 + back] : []));

/** Names that every object has of itself. */
const hidden: Readonly<Record<string, Verdict>> = Object.fromEntries([
  ["constructor", "red"],
  ["valueOf", "green"],
]);

describe("nextHours()", () => {
  const cases: readonly {
    readonly name: string;
    readonly given: readonly [unknown, Readonly<Record<string, Verdict>>, number];
    readonly isNew?: (name: string) => boolean;
    readonly want: Hours;
  }[] = [
    {
      name: "begins with this hour, where an older state knows none",
      given: [undefined, { a: "green", b: "red" }, now],
      want: day({ ticked: "g", worst: { b: "r" } }),
    },
    {
      name: "keeps nothing of a green check",
      given: [day(), { a: "green" }, now + 1],
      want: day({ last: now + 1, ticked: "gggg" }),
    },
    {
      name: "keeps the worst of an hour",
      given: [day({ worst: { a: "gga" } }), { a: "green" }, now],
      want: day({ worst: { a: "gga" } }),
    },
    {
      name: "lets an unknown outweigh an amber, and a red both",
      given: [day({ worst: { a: "gga", b: "ggu", c: "ggr" } }), { a: "unknown", b: "red", c: "unknown" }, now],
      want: day({ worst: { a: "ggu", b: "ggr", c: "ggr" } }),
    },
    {
      name: "begins a line at the first verdict that isn't green",
      given: [day({ ticked: "g-g" }), { a: "amber" }, now],
      want: day({ ticked: "g-g", worst: { a: "g-a" } }),
    },
    {
      name: "leaves hours without a tick as gaps",
      given: [day({ worst: { a: "ggr" } }), { a: "green", b: "red" }, now + 3],
      want: { last: now + 3, ticked: "ggg--g", worst: { a: "ggr--g", b: "ggg--r" } },
    },
    {
      name: "knows nothing of a check from before it was there",
      given: [day(), { a: "green", late: "green" }, now],
      isNew: (name) => name === "late",
      want: day({ worst: { late: "--g" } }),
    },
    {
      name: "takes nothing over from a check of that name that was gone meanwhile",
      given: [day({ worst: { a: "rrr" } }), { a: "green" }, now],
      isNew: () => true,
      want: day({ worst: { a: "--g" } }),
    },
    {
      name: "forgets checks that are gone",
      given: [day({ worst: { gone: "rrr" } }), { a: "green" }, now],
      want: day(),
    },
    {
      name: "drops a line that is all green again",
      given: [day({ ticked: "g".repeat(24), worst: { a: `r${"g".repeat(23)}` } }), { a: "green" }, now + 1],
      want: day({ last: now + 1, ticked: "g".repeat(24) }),
    },
    {
      name: "keeps a red of hours that lie ahead since the clock was set back",
      given: [day({ ticked: "gggg", worst: { a: "ggrg", b: "rggg" } }), { a: "green", b: "green" }, now - 2],
      want: day({ last: now - 2, ticked: "gg", worst: { a: "gr", b: "rg" } }),
    },
    {
      name: "survives a clock set back by years",
      given: [day({ worst: { a: "rgg" } }), { a: "green" }, 12],
      want: { last: 12, ticked: "g", worst: { a: "r" } },
    },
    {
      name: "survives a clock set ahead by years: all before is a gap",
      given: [day({ worst: { a: "rrr" } }), { a: "amber" }, now + 999_999],
      want: { last: now + 999_999, ticked: `${"-".repeat(23)}g`, worst: { a: `${"-".repeat(23)}a` } },
    },
    {
      name: "begins anew where somebody's nonsense stands",
      given: [{ last: "x" }, { a: "green" }, now],
      want: day({ ticked: "g" }),
    },
    {
      name: "keeps a check whose name every object has",
      given: [day(), hidden, now],
      want: day({ worst: { constructor: "ggr" } }),
    },
  ];
  for (const { name, given, isNew = nobody, want } of cases)
    test(`nextHours() ${name}`, () => expect(nextHours(given[0], found(given[1]), isNew, given[2])).toEqual(want));

  test("nextHours() stays inside a day of signs, whatever the clock does, and makes no hour without a tick green", () => {
    let hours: Hours | undefined;
    const dice = diceOf(7);
    let ticks: readonly number[] = [];
    for (const hour of wanderings(dice, 5000)) {
      // Hours ahead of a clock that was set back are no longer known.
      ticks = [...ticks.filter((each) => each < hour && each > hour - 100), hour];
      const verdict = (["green", "amber", "unknown", "red"] as const)[dice(4)] ?? "green";
      hours = nextHours(hours, found({ a: verdict, b: "green" }), nobody, hour);
      const { ticked, worst } = hours;
      expect(ticked.length).toBeLessThanOrEqual(hoursKept);
      expect(Object.values(worst).every(({ length }) => length === ticked.length)).toBe(true);
      expect(
        [...greenHours(hours, "a", hour), ...greenHours(hours, "b", hour)].filter((each) => !ticks.includes(each)),
      ).toEqual([]);
    }
  });
});

describe("dayOf()", () => {
  const lived = day({ ticked: "g-ggg", worst: { a: "g-rgg" } });
  const cases = [
    { name: "gives a check's own line, with gaps before it", given: [lived, "a", now, 8], want: "---g-rgg" },
    { name: "gives the host's line for one that was green throughout", given: [lived, "b", now, 8], want: "---g-ggg" },
    { name: "leaves gaps where no tick has finished since", given: [lived, "a", now + 2, 8], want: "-g-rgg--" },
    { name: "gives the newest hours, where they don't all fit", given: [lived, "a", now, 2], want: "gg" },
    { name: "gives gaps alone long after", given: [lived, "a", now + 999_999, 4], want: "----" },
    { name: "gives gaps alone where nothing is known", given: [undefined, "a", now, 4], want: "----" },
    {
      name: "takes no sign for green that it doesn't know",
      given: [day({ worst: { a: "g\u001bX" } }), "a", now, 4],
      want: "-g--",
    },
    {
      name: "doesn't look for a check among what every object has",
      given: [lived, "constructor", now, 4],
      want: "-ggg",
    },
  ] as const;
  for (const { name, given, want } of cases)
    test(`dayOf() ${name}`, () => expect(dayOf(given[0], given[1], given[2], given[3]).join("")).toBe(want));
});

test("worstSign() lets an hour that nothing is known of outweigh green, and nothing else", () => {
  expect(worstSign(["g", "-"])).toBe("-");
  expect(worstSign(["-", "a"])).toBe("a");
  expect(worstSign(["r", "-", "u"])).toBe("r");
});

test("hourOf() counts whole hours of wall time", () => {
  expect(hourOf("1970-01-01T01:59:59.999Z")).toBe(1);
});
