import { describe, expect, test } from "bun:test";
import { comment, flow, scalar, wrap } from "../../src/presets/yaml-text.ts";

const scalars: readonly (readonly [string | number | boolean, string])[] = [
  ["live", "live"],
  ["my-gateway.service", "my-gateway.service"],
  ["/home/agents/.hermes", "/home/agents/.hermes"],
  ["/ok", "/ok"],
  ["yes", '"yes"'],
  ["off", '"off"'],
  ["null", '"null"'],
  ["12", '"12"'],
  ["1e3", '"1e3"'],
  ["-rf", '"-rf"'],
  ["", '""'],
  ["a: b", '"a: b"'],
  ["a #b", '"a #b"'],
  ["[x]", '"[x]"'],
  ["odd\\x2dname@1.service", '"odd\\\\x2dname@1.service"'],
  ["http://127.0.0.1:80/", '"http://127.0.0.1:80/"'],
  [true, "true"],
  [18789, "18789"],
];

describe("scalar()", () => {
  for (const [given, want] of scalars)
    test(`scalar() writes ${JSON.stringify(given)} as ${want}`, () => expect(scalar(given)).toBe(want));
});

test("flow() leaves out what is undefined", () => {
  expect(flow({ name: "a.service", scope: undefined, "/ok": true })).toBe("{ name: a.service, /ok: true }");
});

describe("comment()", () => {
  const hostile = [
    "a\nheal:\n  mode: apply",
    "a\r\n  b: c",
    "a\u2028b\u2029c\u0085d",
    "\u001b[31mred\u001b[0m\u0007",
    "a\u0000b\ufffe\uffff\ud800",
    "\u202egnp.exe\u200b",
    "x".repeat(5000),
  ];
  for (const given of hostile)
    test(`comment() keeps ${JSON.stringify(given.slice(0, 30))} in its comment, in 80 columns`, () => {
      const lines = comment(given, "  ");
      expect(lines.length).toBeGreaterThan(0);
      for (const line of lines) {
        expect(line).toMatch(/^ {2}# [^\p{Cc}\p{Cf}\p{Cs}\u2028\u2029\ufffe\uffff]*$/u);
        expect(line.length).toBeLessThanOrEqual(80);
      }
    });

  test("wrap() keeps a number and its unit on one line", () => {
    expect(wrap("it answered in 2 ms", 17)).toEqual(["it answered in", "2 ms"]);
  });
});
