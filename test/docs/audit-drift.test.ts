import { afterAll, beforeAll, describe, expect, test } from "bun:test";
import { createLogBed, healEntries, type LogBed } from "../log/log-bed.ts";
import { chainScript, fillSegments, page, runBash } from "./audit-bed.ts";
import { textOf } from "./blocks.ts";

const text = textOf(page);
const source = textOf("src/log/entry.ts");

/** The rows of the table under this header, as their cells. A `\|` is no border. */
const rowsUnder = (header: string): readonly (readonly string[])[] => {
  const [, table = ""] = text.split(`${header}\n`);
  const [rows = ""] = table.split("\n\n");
  return rows
    .split("\n")
    .slice(1)
    .map((row) =>
      row
        .split(/(?<!\\)\|/u)
        .slice(1, -1)
        .map((cell) => cell.trim().replaceAll("\\|", "|")),
    );
};

const wordsIn = (cell: string | undefined): readonly string[] =>
  [...(cell ?? "").matchAll(/`([a-z_.0-9]+)`/gu)].map((found) => found[1] ?? "");

const anchorOf = (heading: string): string =>
  heading
    .toLowerCase()
    .replace(/[^\p{L}\p{N} _-]/gu, "")
    .replaceAll(" ", "-");

const anchors = new Set([...text.matchAll(/^#+ (.+)$/gmu)].map((found) => anchorOf(found[1] ?? "")));

const standards = [
  "| control | asks | answered by | see it |",
  "| asks that logs are | answered by | see it |",
  "| criterion | asks | answered by | see it |",
];
const rows = standards.flatMap(rowsUnder);

let bed: LogBed;
beforeAll(() => {
  bed = createLogBed();
  fillSegments(bed);
  bed.append(...healEntries(6));
  runBash(bed.folder, chainScript);
});
afterAll(() => bed.remove());

describe("docs/audit.md: what drifts", () => {
  test("every event that the log knows is in the table, and no other", () => {
    const known = [...source.matchAll(/^ {2}\| "([a-z.]+)"/gmu)].map((found) => found[1] ?? "");
    const told = rowsUnder("| event | means |").flatMap(([cell]) => wordsIn(cell));
    expect(told.toSorted()).toEqual(known.toSorted());
  });

  test("every key that a line may have is in the table, and no other", () => {
    const known = [...source.matchAll(/^ {2}readonly ([a-z_0-9]+)\??:/gmu)].map((found) => found[1] ?? "");
    const told = rowsUnder("| key | what |").flatMap(([cell]) => wordsIn(cell));
    const ofHead = ["sha256"];
    expect(new Set(told)).toEqual(new Set(known.filter((key) => !ofHead.includes(key))));
  });

  test("every link within the page leads to a heading", () => {
    const links = [...text.matchAll(/\]\(#([^)]+)\)/gu)].map((found) => found[1] ?? "");
    expect(links.filter((link) => !anchors.has(link))).toEqual([]);
  });

  test("every control that was asked for has its rows, and each row shows a command or where one is", () => {
    for (const control of [
      "AU-2",
      "AU-3",
      "AU-6",
      "AU-9",
      "AU-10",
      "AU-11",
      "AU-12",
      "CC7.2",
      "CC7.3",
      "CC7.4",
      "CC7.5",
    ])
      expect({ control, has: rows.some(([cell]) => cell?.split(" ")[0] === control) }).toEqual({ control, has: true });
    expect(rows.filter((cells) => !/^`[^`]+`|^\[[^\]]+\]\(#/u.test(cells.at(-1) ?? ""))).toEqual([]);
  });

  const commands = rows.flatMap((cells) =>
    [...(cells.at(-1) ?? "").matchAll(/`(jq [^`]+)`/gu)].map((found) => found[1] ?? ""),
  );
  for (const command of commands)
    test(`the row's command finds something: ${command}`, () => {
      const { status, out, err } = runBash(bed.folder, command);
      expect({ status, err }).toEqual({ status: 0, err: "" });
      expect(out).not.toBe("");
    });

  test("the rows have such commands", () => expect(commands.length).toBeGreaterThan(2));
});
