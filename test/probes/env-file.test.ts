import { describe, expect, test } from "bun:test";
import { parseEnvFile } from "../../src/probes/env-file.ts";

describe("parseEnvFile()", () => {
  const cases: readonly { readonly given: string; readonly want: Readonly<Record<string, string>> }[] = [
    { given: "A=1\nB=two words\n", want: { A: "1", B: "two words" } },
    { given: "A=1\nA=2\n", want: { A: "2" } },
    { given: "  export A = 1  \n", want: { A: "1" } },
    { given: "# A=1\n; A=2\n\nB=3", want: { B: "3" } },
    { given: "A='one # two'\nB=\"x y\"\n", want: { A: "one # two", B: "x y" } },
    { given: "A=x # comment\nB=x#y\nC=#z\n", want: { A: "x", B: "x#y", C: "" } },
    { given: 'A="a\\"b\\\\c\\$d\\n"\n', want: { A: 'a"b\\c$d\n' } },
    { given: "A='a\\n\"b'\n", want: { A: 'a\\n"b' } },
    { given: 'A="one\ntwo"\nB=3\n', want: { A: "one\ntwo", B: "3" } },
    { given: "A=one\\\ntwo\nB=3\n", want: { A: "onetwo", B: "3" } },
    { given: 'A=a"b c"d\n', want: { A: "ab cd" } },
    { given: "A=\nB=''\n", want: { A: "", B: "" } },
    { given: "A=1\r\nB=2\r\n", want: { A: "1", B: "2" } },
    { given: "if true; then\nA=1\nfi\n", want: { A: "1" } },
    { given: "A=$B $C\n", want: { A: "$B $C" } },
    { given: "__proto__=1\nconstructor=2\n", want: JSON.parse('{"__proto__":"1","constructor":"2"}') },
    { given: "", want: {} },
    { given: "A=\\", want: { A: "\\" } },
  ];
  for (const { given, want } of cases)
    test(`parseEnvFile(${JSON.stringify(given)})`, () => {
      const parsed = parseEnvFile(given);
      expect(parsed.kind).toBe("document");
      expect(parsed.kind === "document" ? Object.entries(parsed.value) : []).toEqual(Object.entries(want));
    });

  test("parseEnvFile() names the line of a quote that is never closed", () => {
    expect(parseEnvFile('A=1\n\nB="x\ny\n')).toEqual({
      kind: "fault",
      why: "line 3: a quote is opened and never closed",
    });
    expect(parseEnvFile("A='1\n2'\nB='")).toMatchObject({ why: "line 3: a quote is opened and never closed" });
  });
});
