import { describe, expect, test } from "bun:test";
import { readFileSync } from "node:fs";
import { array, boolean, type GenericSchema, number, object, optional, parse, string } from "valibot";
import { parseExposition } from "../../src/queues/exposition.ts";

const folder = `${import.meta.dir}/../fixtures/exposition`;

interface Case {
  readonly text?: string | undefined;
  readonly bytes?: string | undefined;
  readonly valid: boolean;
  readonly line?: number | undefined;
  readonly refusedHere?: number | undefined;
}

const cases: GenericSchema<unknown, readonly Case[]> = array(
  object({
    text: optional(string()),
    bytes: optional(string()),
    valid: boolean(),
    line: optional(number()),
    refusedHere: optional(number()),
  }),
);

const openMetrics = "application/openmetrics-text; version=1.0.0; charset=utf-8";
const textFormat = "text/plain; version=0.0.4";

const files = [
  { file: "common-text", contentType: textFormat, isWhole: false, all: 40 },
  { file: "prometheus-text", contentType: textFormat, isWhole: true, all: 25 },
  { file: "prometheus-openmetrics", contentType: openMetrics, isWhole: true, all: 81 },
] as const;

const textOf = ({ text, bytes }: Case): string => text ?? new TextDecoder().decode(Buffer.from(bytes ?? "", "hex"));

for (const { file, contentType, isWhole, all } of files)
  describe(`parseExposition() and ${file}.json`, () => {
    const corpus = parse(cases, JSON.parse(readFileSync(`${folder}/${file}.json`, "utf8")));

    test("the corpus is whole", () => expect(corpus).toHaveLength(all));

    for (const each of corpus) {
      const text = textOf(each);
      const isRead = each.valid && each.refusedHere === undefined;
      test(`${isRead ? "reads" : "refuses"} ${JSON.stringify(text).slice(0, 90)}`, () => {
        const got = parseExposition(text, { contentType, isMalformed: each.bytes !== undefined, isWhole });
        expect(got.kind).toBe(isRead ? "samples" : "fault");
        const line = each.refusedHere ?? each.line;
        if (got.kind === "fault") expect(got.why).not.toBe("");
        if (got.kind === "fault" && line !== undefined) expect(got.line).toBe(line);
      });
    }
  });

describe("parseExposition() and promtestdata.txt", () => {
  test("reads every sample", () => {
    const text = readFileSync(`${folder}/promtestdata.txt`, "utf8");
    const got = parseExposition(text, { contentType: textFormat, isMalformed: false, isWhole: false });
    const lines = text.split("\n").filter((line) => line !== "" && !line.startsWith("#"));
    expect(got.kind === "samples" ? got.samples.length : got).toBe(lines.length);
  });
});
