import { describe, expect, test } from "bun:test";
import { parseExposition } from "../../src/queues/exposition.ts";

const read = (text: string, contentType = "text/plain; version=0.0.4", isMalformed = false, isWhole = false) =>
  parseExposition(text, { contentType, isMalformed, isWhole });

describe("parseExposition()", () => {
  const formats = [
    { contentType: "application/openmetrics-text; version=1.0.0; charset=utf-8", told: "fault" },
    { contentType: " Application/OpenMetrics-Text", told: "fault" },
    { contentType: "text/plain; version=0.0.4; charset=utf-8", told: "samples" },
    { contentType: "text/html", told: "samples" },
    { contentType: "", told: "samples" },
  ] as const;
  for (const { contentType, told } of formats)
    test(`takes "${contentType}" for what it says`, () => expect(read("a  1\n", contentType).kind).toBe(told));

  test("takes # EOF for a comment in the older format", () =>
    expect(read("a 1\n# EOF\nb 2\n")).toMatchObject({ kind: "samples", samples: [{ name: "a" }, { name: "b" }] }));

  test("undoes escapes, and reads all numbers and timestamps", () =>
    expect(read('# HELP a x \\ y\na {p="q\\"\\\\\\n", r = "" , } -Inf\t-7\na 08\n{"b.c",d="e"} +1.5e3 +9\n')).toEqual({
      kind: "samples",
      samples: [
        { name: "a", labels: ["p", 'q"\\\n', "r", ""], value: Number.NEGATIVE_INFINITY },
        { name: "a", labels: [], value: 8 },
        { name: "b.c", labels: ["d", "e"], value: 1500 },
      ],
    }));

  const faults = [
    { given: "a 1\nb 42", told: { line: 2, why: "the last line does not end with a newline: the text is cut" } },
    { given: "<!doctype html>\n", told: { line: 1, why: "the metric's name is wrong or missing" } },
    { given: '{"ready":3}\n', told: { line: 1, why: 'expected "," or "}" after a label' } },
    { given: "\n\na b\n", told: { line: 3, why: 'the value of "a" is not a number' } },
    { given: "# TYPE h histogram\nh_count -1\n", told: { line: 2, why: '"h_count" is below zero' } },
    { given: '# TYPE h gauge_histogram\nh_bucket{le="1"} -1\n', told: { line: 2, why: '"h_bucket" is below zero' } },
    { given: `a{b="${"x".repeat(1024 * 1024)}"} 1\n`, told: { line: 1, why: "the line is longer than 1 MiB" } },
  ];
  for (const { given, told } of faults)
    test(`refuses ${JSON.stringify(given).slice(0, 40)} with its line`, () =>
      expect(read(given)).toEqual({ kind: "fault", ...told }));

  test("takes a last line without its newline where all of the text is known to be there", () => {
    expect(read("a 1\nb 42", "", false, true)).toMatchObject({
      kind: "samples",
      samples: [{ value: 1 }, { value: 42 }],
    });
    expect(read("a 1\nb", "", false, true)).toEqual({ kind: "fault", line: 2, why: '"b" has no value' });
  });

  test("names the line of bytes that are not UTF-8, and lets the replacement character itself pass", () => {
    const text = 'a 1\nb{c="\u{FFFD}"} 1\n';
    expect(read(text, "", true)).toEqual({ kind: "fault", line: 2, why: "there are bytes that are not UTF-8" });
    expect(read(text).kind).toBe("samples");
  });
});

describe("parseExposition() of hostile sizes", () => {
  const repeat = (count: number, line: (at: number) => string): string =>
    Array.from({ length: count }, (_, at) => line(at)).join("");
  const labels = repeat(90_000, (at) => `l${at}="x",`).slice(0, -1);
  const texts: readonly { readonly name: string; readonly text: string; readonly openMetrics?: boolean }[] = [
    {
      name: "100,000 series",
      text: repeat(
        100_000,
        (at) => `ready{vhost="/",queue="queue ${at}",instance="web-1:15692",a="${"b".repeat(40)}"} ${at}\n`,
      ),
    },
    {
      name: "100,000 series of OpenMetrics",
      openMetrics: true,
      text: `# TYPE ready gauge\n${repeat(100_000, (at) => `ready{queue="${at}",vhost="/"} ${at}\n`)}# EOF\n`,
    },
    { name: "a million label pairs", text: `a{${labels}} 1\n`.repeat(11) },
    { name: "labels of OpenMetrics in one line", openMetrics: true, text: `a{${labels}} 1\n# EOF\n` },
    { name: "a million families", text: repeat(1_000_000, (at) => `a${at} 1\n`) },
    { name: "backslashes", text: `a{b="${"\\\\".repeat(500_000)}"} 1\n`.repeat(10) },
    { name: "a quote that never ends", text: `a{b="${'\\"'.repeat(500_000)} 1\n` },
    { name: "a number that is none at its last digit", text: `a ${"1".repeat(1_000_000)}x\n` },
    { name: "empty lines", text: "\n".repeat(10_000_000) },
    { name: "one line of 10 MB", text: "{".repeat(10_000_000) },
  ];
  for (const { name, text, openMetrics = false } of texts)
    test(`reads or refuses ${name}`, () => {
      const got = read(text, openMetrics ? "application/openmetrics-text" : "");
      expect(["samples", "fault"]).toContain(got.kind);
    }, 10_000);
});
