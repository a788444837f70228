import { describe, expect, test } from "bun:test";
import { baseNameOf, folderOf } from "../../src/config/path.ts";

const cases: readonly { readonly given: string; readonly folder: string; readonly name: string }[] = [
  { given: "/etc/dogwatch/dogwatch.yaml", folder: "/etc/dogwatch", name: "dogwatch.yaml" },
  { given: "/dogwatch.yaml", folder: "/", name: "dogwatch.yaml" },
  { given: "dogwatch.yaml", folder: ".", name: "dogwatch.yaml" },
  { given: "conf/dogwatch.yaml", folder: "conf", name: "dogwatch.yaml" },
];

describe("folderOf() and baseNameOf()", () => {
  for (const { given, folder, name } of cases)
    test(`folderOf() and baseNameOf() take ${given} apart`, () => {
      expect(folderOf(given)).toBe(folder);
      expect(baseNameOf(given)).toBe(name);
    });
});
