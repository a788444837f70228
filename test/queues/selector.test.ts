import { describe, expect, test } from "bun:test";
import { parseSelector } from "../../src/config/selector.ts";
import type { Sample } from "../../src/queues/exposition-scan.ts";
import { valuesOf } from "../../src/queues/selector.ts";

const samples: readonly Sample[] = [
  { name: "jobs", labels: ["queue", "mail", "state", "ready"], value: 1 },
  { name: "jobs", labels: ["queue", "mail", "state", "running"], value: 2 },
  { name: "jobs", labels: ["queue", "emails", "state", "ready"], value: 4 },
  { name: "jobs", labels: [], value: 8 },
  { name: "jobs_total", labels: ["queue", "mail"], value: 16 },
  { name: "twice", labels: ["a", "1", "b", "2"], value: 32 },
  { name: "twice", labels: ["b", "2", "a", "1"], value: 64 },
];

const values = (text: string): readonly number[] => {
  const parsed = parseSelector(text);
  if (parsed.kind === "fault") throw new Error(parsed.why);
  return valuesOf(samples, parsed.selector);
};

describe("valuesOf()", () => {
  const cases = [
    { given: "jobs", want: [1, 2, 4, 8] },
    { given: 'jobs{state="ready"}', want: [1, 4] },
    { given: 'jobs{state="ready",queue="mail"}', want: [1] },
    { given: 'jobs{state!="ready"}', want: [2, 8] },
    { given: 'jobs{queue=~"mail"}', want: [1, 2] },
    { given: 'jobs{queue=~".*mail.*"}', want: [1, 2, 4] },
    { given: 'jobs{queue!~"mail|sms"}', want: [4, 8] },
    { given: 'jobs{queue=""}', want: [8] },
    { given: 'jobs{queue=~"mail|"}', want: [1, 2, 8] },
    { given: 'jobs{state="lost"}', want: [] },
    { given: "job", want: [] },
    { given: "twice", want: [64] },
  ];
  for (const { given, want } of cases) test(`finds the series of ${given}`, () => expect(values(given)).toEqual(want));
});
