import { describe, expect, test } from "bun:test";
import { attempt, failed, failureOf, isFailure } from "../../src/host/failure.ts";

const withCode = (message: string, code: unknown): Error => Object.assign(new Error(message), { code });

describe("failureOf()", () => {
  const cases = [
    {
      name: "keeps the sentence only",
      given: withCode("ENOSPC: no space left on device, write", "ENOSPC"),
      expected: failed("ENOSPC", "no space left on device"),
    },
    {
      name: "leaves out path and call",
      given: withCode("ENOENT: no such file or directory, open '/a, b: c'", "ENOENT"),
      expected: failed("ENOENT", "no such file or directory"),
    },
    {
      name: "finds the sentence behind other words",
      given: withCode("kill() failed: ESRCH: No such process", "ESRCH"),
      expected: failed("ESRCH", "no such process"),
    },
    {
      name: "keeps a text of another form",
      given: withCode("odd", "ERR_INVALID_ARG_VALUE"),
      expected: failed("ERR_INVALID_ARG_VALUE", "odd"),
    },
  ];
  for (const { name, given, expected } of cases) {
    test(`failureOf() ${name}`, () => {
      expect(failureOf(given)).toEqual(expected);
    });
  }

  for (const bug of [new TypeError("x is not a function"), withCode("x", 5), "text", undefined]) {
    test(`failureOf() rethrows ${String(bug)}, which is a bug of ours`, () => {
      expect(() => attempt(() => failureOf(bug))).toThrow();
    });
  }
});

describe("isFailure()", () => {
  test("isFailure() tells a failure from any value", () => {
    expect(isFailure(failed("EIO", "x"))).toBe(true);
    for (const value of [undefined, null, "failed", 0, {}, { kind: "read" }, []]) {
      expect(isFailure(value)).toBe(false);
    }
  });
});
