import { describe, expect, test } from "bun:test";
import { parseExposition } from "../../src/queues/exposition.ts";

const read = (text: string) =>
  parseExposition(text, {
    contentType: "application/openmetrics-text; version=1.0.0",
    isMalformed: false,
    isWhole: true,
  });

const long = "x".repeat(120);

/** Each is followed by `# EOF`. */
const valid: readonly { readonly name: string; readonly given: string }[] = [
  { name: "a counter", given: "# HELP jobs Done.\n# TYPE jobs counter\njobs_total 3\njobs_created 1.5e9\n" },
  { name: "a gauge with a unit", given: "# TYPE wait_seconds gauge\n# UNIT wait_seconds seconds\nwait_seconds 0.5\n" },
  { name: "an empty unit and help", given: "# UNIT jobs \n# HELP jobs \n" },
  { name: "a sample without metadata", given: 'jobs 1\nruns{a="b"} 2\n' },
  { name: "empty braces", given: "jobs{} 1\n" },
  {
    name: "numbers in all forms",
    given: 'a{n="1"} 007\na{n="2"} .5\na{n="3"} 5.\na{n="4"} -1E+3\na{n="5"} NaN\na{n="6"} -inf\n',
  },
  { name: "escapes, and those that are none", given: 'a{p="C:\\\\x",q="say \\"hi\\"\\n",r="\\z"} 1\n' },
  { name: "braces, blanks and hashes in a value", given: 'a{p="} # {"} 1\n' },
  { name: "timestamps that grow", given: "# TYPE a gauge\na 1 1\na 2 1.5\na 3 2e9\n" },
  { name: "one timestamp more than once", given: "# TYPE a gauge\na 1 7\na 2 7\n" },
  { name: "an info whose timestamps go back", given: '# TYPE a info\na_info{v="2"} 1 9\na_info{v="1"} 1 3\n' },
  { name: "a stateset", given: '# TYPE mode stateset\nmode{mode="on"} 1\nmode{mode="off"} 0\n' },
  { name: "a summary", given: '# TYPE a summary\na{quantile="0.99"} 3\na_count 4\na_sum 9\n' },
  { name: "a histogram", given: '# TYPE a histogram\na_bucket{le="1"} 2\na_bucket{le="+Inf"} 3\na_count 3\na_sum 4\n' },
  {
    name: "two histograms of one family",
    given:
      '# TYPE a histogram\na_bucket{q="1",le="+Inf"} 3\na_count{q="1"} 3\na_sum{q="1"} 4\na_bucket{le="+Inf",q="2"} 0\n',
  },
  {
    name: "a histogram below zero without a sum",
    given: '# TYPE a histogram\na_bucket{le="-1"} 2\na_bucket{le="+Inf"} 3\n',
  },
  {
    name: "a gauge histogram whose sum is below zero",
    given: '# TYPE a gaugehistogram\na_bucket{le="-1"} 2\na_bucket{le="+Inf"} 3\na_gcount 3\na_gsum -4\n',
  },
  { name: "an exemplar", given: '# TYPE a counter\na_total 1 # {trace="9"} 0.5\n' },
  { name: "a timestamp and an exemplar with one", given: '# TYPE a counter\na_total 1 5 # {trace="9"} 0.5 4.5\n' },
  { name: "an exemplar of 128 characters", given: `# TYPE a counter\na_total 1 # {trace_id="${long}"} 1\n` },
  { name: "an exemplar without labels", given: "# TYPE a counter\na_total 1 # {} 1\n" },
  { name: "names in quotes", given: '# TYPE "my.jobs" counter\n{"my.jobs_total", "from.host"="x"} 1\n' },
];

const faulty: readonly {
  readonly name: string;
  readonly given: string;
  readonly line: number;
  readonly why: string;
}[] = [
  { name: "no end", given: "jobs 1\n", line: 1, why: "the text does not end with # EOF: it is cut" },
  { name: "text after the end", given: "jobs 1\n# EOF\njobs 2\n", line: 3, why: "there is something after # EOF" },
  { name: "an empty line", given: "jobs 1\n\n# EOF\n", line: 2, why: "the line is empty" },
  {
    name: "a plain comment",
    given: "# hello\n# EOF\n",
    line: 1,
    why: "expected # TYPE, # HELP or # UNIT with a name and a text, or # EOF",
  },
  {
    name: "an unknown type",
    given: "# TYPE jobs untyped\n# EOF\n",
    line: 1,
    why: 'the TYPE of "jobs" is none that exists',
  },
  { name: "a second HELP", given: "# HELP jobs a\n# HELP jobs a\n# EOF\n", line: 2, why: 'a second HELP for "jobs"' },
  {
    name: "TYPE after samples",
    given: "jobs 1\n# TYPE jobs gauge\n# EOF\n",
    line: 2,
    why: 'TYPE of "jobs" stands after its samples',
  },
  {
    name: "a unit that is not in the name",
    given: "# UNIT jobs seconds\n# EOF\n",
    line: 1,
    why: 'the UNIT of "jobs" is not the end of its name',
  },
  {
    name: "the unit of an info",
    given: "# TYPE a_s info\n# UNIT a_s s\n# EOF\n",
    line: 2,
    why: '"a_s" can\'t have a UNIT, as its TYPE is info',
  },
  {
    name: "a counter without _total",
    given: "# TYPE jobs counter\njobs 1\n# EOF\n",
    line: 2,
    why: '"jobs" is a counter: its samples are named "jobs_total" or "jobs_created"',
  },
  {
    name: "a counter below zero",
    given: "# TYPE jobs counter\njobs_total -1\n# EOF\n",
    line: 2,
    why: '"jobs_total" counts, and is below zero',
  },
  {
    name: "a counter that is NaN",
    given: "# TYPE jobs counter\njobs_total NaN\n# EOF\n",
    line: 2,
    why: '"jobs_total" counts, and is NaN',
  },
  {
    name: "interleaved families",
    given: 'a 1\nb 1\na{x="y"} 1\n# EOF\n',
    line: 3,
    why: '"a" comes again, or is a name of another family',
  },
  {
    name: "interleaved metrics",
    given: '# TYPE a gauge\na{x="1"} 1\na{x="2"} 1\na{x="1"} 1 5\n# EOF\n',
    line: 4,
    why: '"a" comes again after samples of other labels',
  },
  {
    name: "one series twice",
    given: '# TYPE a gauge\na{x="1",y="2"} 1\na{y="2",x="1"} 1\n# EOF\n',
    line: 3,
    why: '"a" stands twice with the same labels',
  },
  {
    name: "a name that another family has",
    given: "# TYPE a_created gauge\na_created 1\n# TYPE a counter\na_total 1\n# EOF\n",
    line: 4,
    why: '"a_created" is a name of another family too',
  },
  {
    name: "timestamps going back",
    given: "# TYPE a gauge\na 1 2\na 1 1\n# EOF\n",
    line: 3,
    why: 'timestamps of "a" go backwards',
  },
  {
    name: "a timestamp here and none there",
    given: "# TYPE a gauge\na 1 2\na 1\n# EOF\n",
    line: 3,
    why: 'samples of "a" with and without a timestamp stand together',
  },
  { name: "an endless timestamp", given: "a 1 +Inf\n# EOF\n", line: 1, why: "the timestamp is not a number" },
  { name: "two blanks", given: "a  1\n# EOF\n", line: 1, why: 'the value of "a" is not a number' },
  { name: "a blank at the end", given: "a 1 \n# EOF\n", line: 1, why: "the timestamp is not a number" },
  { name: "a carriage return", given: "a 1\r\n# EOF\r\n", line: 1, why: 'the value of "a" is not a number' },
  { name: "a hexadecimal number", given: "a 0x1F\n# EOF\n", line: 1, why: 'the value of "a" is not a number' },
  { name: "a comma at the end", given: 'a{x="1",} 1\n# EOF\n', line: 1, why: "a label's name is wrong or missing" },
  { name: "no comma", given: 'a{x="1"y="2"} 1\n# EOF\n', line: 1, why: 'expected "," or "}" after a label' },
  {
    name: "a blank among labels",
    given: 'a{x="1", y="2"} 1\n# EOF\n',
    line: 1,
    why: "a label's name is wrong or missing",
  },
  { name: "no quotes", given: "a{x=1} 1\n# EOF\n", line: 1, why: 'the value of the label "x" is not in quotes' },
  { name: "one label twice", given: 'a{x="1",x="2"} 1\n# EOF\n', line: 1, why: 'the label "x" stands twice' },
  { name: "open quotes", given: 'a{x="1} 1\n# EOF\n', line: 1, why: "a text in quotes does not end in its line" },
  { name: "no value", given: "a\n# EOF\n", line: 1, why: 'expected one blank and a value after "a"' },
  {
    name: "a stateset with a 2",
    given: '# TYPE a stateset\na{a="x"} 2\n# EOF\n',
    line: 2,
    why: '"a" is a stateset, and neither 0 nor 1',
  },
  {
    name: "a stateset without its label",
    given: '# TYPE a stateset\na{b="x"} 1\n# EOF\n',
    line: 2,
    why: '"a" is a stateset without the label "a"',
  },
  {
    name: "an info with a 0",
    given: '# TYPE a info\na_info{b="x"} 0\n# EOF\n',
    line: 2,
    why: '"a_info" is an info, and not 1',
  },
  {
    name: "a quantile beyond 1",
    given: '# TYPE a summary\na{quantile="1.5"} 1\n# EOF\n',
    line: 2,
    why: 'the label "quantile" is not from 0 to 1',
  },
  {
    name: "a bucket without le",
    given: "# TYPE a histogram\na_bucket 1\n# EOF\n",
    line: 2,
    why: 'the label "le" is missing or no number',
  },
  {
    name: "an infinity in other letters",
    given: '# TYPE a histogram\na_bucket{le="Inf"} 1\n# EOF\n',
    line: 2,
    why: 'the label "le" is infinite, but not "+Inf"',
  },
  {
    name: "half a job in a bucket",
    given: '# TYPE a histogram\na_bucket{le="+Inf"} 0.5\n# EOF\n',
    line: 2,
    why: '"a_bucket" counts, and is not a whole number',
  },
  {
    name: "buckets in no order",
    given: '# TYPE a histogram\na_bucket{le="2"} 1\na_bucket{le="1"} 1\n# EOF\n',
    line: 3,
    why: 'buckets of "a_bucket" are out of order',
  },
  {
    name: "a bucket with less",
    given: '# TYPE a histogram\na_bucket{le="2"} 1\na_bucket{le="+Inf"} 0\n# EOF\n',
    line: 3,
    why: 'a bucket of "a_bucket" holds less than the one before it',
  },
  {
    name: "no last bucket",
    given: '# TYPE a histogram\na_bucket{le="2"} 1\nb 1\n# EOF\n',
    line: 2,
    why: 'the histogram "a" has no bucket le="+Inf" at its end',
  },
  {
    name: "another count",
    given: '# TYPE a histogram\na_bucket{le="+Inf"} 1\na_count 2\na_sum 1\n# EOF\n',
    line: 4,
    why: 'the count of "a" is not that of its bucket le="+Inf"',
  },
  {
    name: "a count without a sum",
    given: '# TYPE a histogram\na_bucket{le="+Inf"} 1\na_count 1\n# EOF\n',
    line: 3,
    why: 'the histogram "a" has only one of count and sum',
  },
  {
    name: "a sum over buckets below zero",
    given: '# TYPE a histogram\na_bucket{le="-1"} 1\na_bucket{le="+Inf"} 1\na_count 1\na_sum -1\n# EOF\n',
    line: 5,
    why: '"a_sum" counts, and is below zero',
  },
  {
    name: "a gauge histogram's odd sum",
    given: '# TYPE a gaugehistogram\na_bucket{le="+Inf"} 1\na_gcount 1\na_gsum -1\n# EOF\n',
    line: 4,
    why: 'the sum of "a" is below zero, and none of its buckets is',
  },
  {
    name: "a gauge's exemplar",
    given: '# TYPE a gauge\na 1 # {x="y"} 1\n# EOF\n',
    line: 2,
    why: '"a" can\'t have an exemplar',
  },
  {
    name: "a long exemplar",
    given: `# TYPE a counter\na_total 1 # {trace_id0="${long}"} 1\n# EOF\n`,
    line: 2,
    why: "the exemplar's labels are longer than 128 characters",
  },
  {
    name: "an exemplar without its value",
    given: '# TYPE a counter\na_total 1 # {x="y"}\n# EOF\n',
    line: 2,
    why: "the exemplar's value is not a number",
  },
  {
    name: "an exemplar's wrong label",
    given: "# TYPE a counter\na_total 1 # {x=y} 1\n# EOF\n",
    line: 2,
    why: 'in the exemplar: the value of the label "x" is not in quotes',
  },
  {
    name: "an exemplar's endless timestamp",
    given: '# TYPE a counter\na_total 1 # {x="y"} 1 Inf\n# EOF\n',
    line: 2,
    why: "the exemplar's timestamp is not a number",
  },
  { name: "two names", given: 'a{"b"} 1\n# EOF\n', line: 1, why: "two metric names in one line" },
  { name: "no name", given: '{x="1"} 1\n# EOF\n', line: 1, why: "the metric's name is wrong or missing" },
];

describe("parseExposition() of OpenMetrics", () => {
  for (const { name, given } of valid)
    test(`reads ${name}`, () => expect(read(`${given}# EOF\n`)).toMatchObject({ kind: "samples" }));
  for (const { name, given, line, why } of faulty)
    test(`refuses ${name}, with its line`, () => expect(read(given)).toEqual({ kind: "fault", line, why }));

  test("gives names, labels and values as they are meant", () =>
    expect(read('# TYPE a counter\na_total{p="x\\ny",q="\\z"} 2e3 5 # {t="9"} 1\n# EOF')).toEqual({
      kind: "samples",
      samples: [{ name: "a_total", labels: ["p", "x\ny", "q", "\\z"], value: 2000 }],
    }));
});
