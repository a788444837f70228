import { expect, test } from "bun:test";
import { neutralised } from "../../src/export/csv.ts";
import { exportOf } from "./export-bed.ts";
import { everyEvent, hostileEntries, hostileTexts } from "./samples.ts";

/** Splits a table as RFC 4180 says, at this separator; with another one than the comma it is what a misled spreadsheet does. */
const cellsIn = (text: string, separator = ","): readonly (readonly string[])[] =>
  text.split("\r\n").map((line) => {
    const cells: string[] = [];
    let rest = line;
    for (;;) {
      const quoted = /^"((?:[^"]|"")*)"/u.exec(rest);
      const end = rest.indexOf(separator, quoted?.[0].length ?? 0);
      const cell = end < 0 ? rest : rest.slice(0, end);
      cells.push(quoted === null ? cell : (quoted[1] ?? "").replaceAll('""', '"') + cell.slice(quoted[0].length));
      if (end < 0) return cells;
      rest = rest.slice(end + 1);
    }
  });

const isFormula = (cell: string): boolean => /^\s*"?\s*[=+\-@\uFF1D\uFF0B\uFF0D\uFF20]/u.test(cell);

const rows = [
  { given: "=1+1", gives: "'=1+1" },
  { given: "+1", gives: "'+1" },
  { given: "-1", gives: "'-1" },
  { given: "@x", gives: "'@x" },
  { given: "\tx", gives: "'\tx" },
  { given: "\rx", gives: "'\rx" },
  { given: " \t=1", gives: " \t'=1" },
  { given: "＝1", gives: "'＝1" },
  { given: "a;=1", gives: "a;'=1" },
  { given: 'a;"=1', gives: "a;\"'=1" },
  { given: "a, -1", gives: "a, '-1" },
  { given: "a\n@b", gives: "a\n'@b" },
  { given: "/bin/x --no-block a=b c@d 1-2", gives: "/bin/x --no-block a=b c@d 1-2" },
  { given: "'=1", gives: "'=1" },
  { given: "", gives: "" },
] as const;
for (const { given, gives } of rows)
  test(`neutralised() makes ${JSON.stringify(given)} ${JSON.stringify(gives)}`, () => {
    expect(neutralised(given)).toBe(gives);
  });

test("csv() has a header, a row for each entry, as many cells in each, and lines that end in CR LF", async () => {
  const { out, exit } = await exportOf(everyEvent, ["--format", "csv"]);
  expect(exit).toBe(0);
  expect(out.endsWith("\r\n")).toBe(true);
  expect(out.replaceAll("\r\n", "")).not.toMatch(/[\r\n]/u);
  const [header = [], ...table] = cellsIn(out.slice(0, -2));
  expect(header.join(" ")).toBe(
    "seq at host boot event by incident check evidence recipe key attempt argv target_unit target_user target_pid target_started " +
      "backup exit proof why budget_left recipe_sha256 config_sha256 binary_sha256 prev sha256",
  );
  expect(table.length).toBe(everyEvent.length);
  for (const row of table) expect(row.length).toBe(header.length);
  const planned = Object.fromEntries(header.map((name, i) => [name, table[5]?.[i]]));
  expect(planned).toMatchObject({
    seq: "6",
    event: "heal.planned",
    argv: "/usr/bin/systemctl --system restart --no-block openclaw-gateway.service",
    target_pid: "4711",
    backup: `/etc/x.conf ${"cd".repeat(32)}`,
    exit: "",
  });
});

for (const separator of [",", ";", "\t"] as const)
  test(`csv() leaves no cell that begins as a formula does, split at ${JSON.stringify(separator)}`, async () => {
    const { out } = await exportOf(hostileEntries, ["--format", "csv"]);
    const cells = cellsIn(out, separator).flat();
    expect(cells.length).toBeGreaterThan(hostileTexts.length);
    expect(cells.filter(isFormula)).toEqual([]);
    expect(out.replaceAll("\r\n", "")).not.toMatch(/[\p{Cc}\p{Cf}\p{Zl}\p{Zp}]/u);
  });

test("isFormula() of this test sees what csv() must not leave", () => {
  expect(cellsIn('1,"a;=1+1"', ";").flat().filter(isFormula)).toEqual(['=1+1"']);
  expect(cellsIn('1," =1+1"').flat().filter(isFormula)).toEqual([" =1+1"]);
});
