import { describe, expect, test } from "bun:test";
import { isPointer, meets, parseCondition, patternFault, pointerGet } from "../../src/config/conditions.ts";

const holds = (given: unknown, value: unknown): boolean | string => {
  const parsed = parseCondition(given);
  return parsed.kind === "fault" ? parsed.why : meets(parsed.condition, value);
};

describe("parseCondition() and meets()", () => {
  const cases = [
    { name: "plain text is equality", given: "live", value: "live", want: true },
    { name: "text is not a number", given: "3", value: 3, want: false },
    { name: "a number is a number", given: 3, value: 3, want: true },
    { name: "a number is not text", given: 3, value: "3", want: false },
    { name: "true is true", given: true, value: true, want: true },
    { name: "true is not text", given: true, value: "true", want: false },
    { name: "null is null", given: null, value: null, want: true },
    { name: "more than", given: "> 3", value: 3.1, want: true },
    { name: "more than, at the edge", given: "> 3", value: 3, want: false },
    { name: "at least, at the edge", given: ">= 3", value: 3, want: true },
    { name: "less than, negative", given: "< -1.5e1", value: -16, want: true },
    { name: "at most, no space", given: "<=3", value: 3, want: true },
    { name: "a comparison never holds for text", given: "> 3", value: "4", want: false },
    { name: "a comparison never holds for nothing", given: "< 3", value: null, want: false },
    { name: "not equal, text", given: "!= dead", value: "live", want: true },
    { name: "not equal, number", given: "!= 3", value: 3, want: false },
    { name: "not equal, quoted number", given: '!= "3"', value: 3, want: true },
    { name: "not null", given: "!= null", value: null, want: false },
    { name: "a map is not equal to anything", given: "!= null", value: {}, want: true },
    { name: "a map equals nothing", given: "x", value: {}, want: false },
    { name: "regular expression", given: "~ ^li.e$", value: "live", want: true },
    { name: "regular expression against a number", given: "~ ^2\\d\\d$", value: 204, want: true },
    { name: "regular expression against a list", given: "~ .", value: ["a"], want: false },
    { name: "the text itself", given: "== > 3", value: "> 3", want: true },
    {
      name: "a word after an operator",
      given: "> many",
      value: 1,
      want: '">" needs a number after it (for the text itself write "== > …")',
    },
    { name: "a broken expression", given: "~ (", value: 1, want: "the regular expression does not compile: missing )" },
    { name: "a map", given: {}, value: 1, want: "a pointer's value is text, a number, true, false or null" },
    {
      name: "infinity",
      given: Number.POSITIVE_INFINITY,
      value: 1,
      want: "a pointer's value is text, a number, true, false or null",
    },
  ] as const;
  for (const { name, given, value, want } of cases)
    test(`meets() judges: ${name}`, () => expect(holds(given, value)).toBe(want));
});

describe("pointerGet()", () => {
  // The document of RFC 6901, section 5.
  const document: unknown = JSON.parse(
    '{"foo":["bar","baz"],"":0,"a/b":1,"c%d":2,"e^f":3,"g|h":4,"i\\\\j":5,"k\\"l":6," ":7,"m~n":8,"deep":{"nil":null}}',
  );
  const found = [
    { given: "", want: document },
    { given: "/foo", want: ["bar", "baz"] },
    { given: "/foo/0", want: "bar" },
    { given: "/", want: 0 },
    { given: "/a~1b", want: 1 },
    { given: "/c%d", want: 2 },
    { given: "/e^f", want: 3 },
    { given: "/g|h", want: 4 },
    { given: "/i\\j", want: 5 },
    { given: '/k"l', want: 6 },
    { given: "/ ", want: 7 },
    { given: "/m~0n", want: 8 },
    { given: "/deep/nil", want: null },
  ];
  for (const { given, want } of found)
    test(`pointerGet() finds "${given}"`, () =>
      expect(pointerGet(document, given)).toEqual({ kind: "found", value: want }));

  const missing = [
    "/nope",
    "/foo/2",
    "/foo/-",
    "/foo/01",
    "/foo/length",
    "/deep/nil/x",
    "/constructor",
    "/__proto__",
    "foo",
    "/~2",
  ];
  for (const given of missing)
    test(`pointerGet() finds nothing at "${given}"`, () =>
      expect(pointerGet(document, given)).toEqual({ kind: "missing" }));

  test("pointerGet() finds a document's own key __proto__", () => {
    expect(pointerGet(JSON.parse('{"__proto__":1}'), "/__proto__")).toEqual({ kind: "found", value: 1 });
  });
});

describe("isPointer()", () => {
  for (const given of ["", "/", "/a/b", "/~0~1", "/ä"])
    test(`isPointer() takes "${given}"`, () => expect(isPointer(given)).toBe(true));
  for (const given of ["a", "#/a", "/~", "/~2"])
    test(`isPointer() refuses "${given}"`, () => expect(isPointer(given)).toBe(false));
});

describe("patternFault()", () => {
  test("patternFault() takes what compiles", () => expect(patternFault("^a|b$")).toBeUndefined());
  test("patternFault() refuses a stray escape", () => expect(patternFault("\\-")).toContain("does not compile"));
  test("patternFault() refuses more than 500 characters", () => {
    expect(patternFault("a".repeat(501))).toBe("the regular expression has 501 characters, the most is 500");
  });
});
