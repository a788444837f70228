import { describe, expect, test } from "bun:test";
import schema from "../../docs/dogwatch.schema.json" with { type: "json" };
import { checkKeys, kinds } from "../../src/config/schema/checks.ts";

const shapes = schema.properties.checks.additionalProperties.anyOf
  .map((each) => ("properties" in each ? Object.keys(each.properties ?? {}) : []))
  .filter((keys) => keys.length > 0 && !keys.includes("preset"));

describe("checkKeys", () => {
  test("checkKeys are all the keys of all kinds, and no others", () => {
    expect([...checkKeys].sort()).toEqual([...new Set(shapes.flat())].sort());
  });

  test("kinds are one for each shape, by the key that names it", () => {
    expect(shapes.map((keys) => keys.filter((key) => kinds.includes(key)))).toEqual(kinds.map((kind) => [kind]));
  });
});
