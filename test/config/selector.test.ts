import { describe, expect, test } from "bun:test";
import { parseSelector } from "../../src/config/selector.ts";

describe("parseSelector()", () => {
  const valid = [
    { given: "jobs", want: { metric: "jobs", matchers: [] } },
    { given: " app:jobs:rate5m {} ", want: { metric: "app:jobs:rate5m", matchers: [] } },
    {
      given: 'jobs{state="ready", queue=~"mail|sms",a!="b",c!~"d.*",}',
      want: {
        metric: "jobs",
        matchers: [
          { label: "state", op: "=", value: "ready" },
          { label: "queue", op: "=~", value: "mail|sms" },
          { label: "a", op: "!=", value: "b" },
          { label: "c", op: "!~", value: "d.*" },
        ],
      },
    },
    { given: "jobs{a='it\"s'}", want: { metric: "jobs", matchers: [{ label: "a", op: "=", value: 'it"s' }] } },
    { given: 'jobs{a="x\\"\\n\\\\"}', want: { metric: "jobs", matchers: [{ label: "a", op: "=", value: 'x"\n\\' }] } },
    {
      given: 'jobs{a=~"\\\\d+\\\\."}',
      want: { metric: "jobs", matchers: [{ label: "a", op: "=~", value: "\\d+\\." }] },
    },
    {
      given: '"my.jobs"{"from.host"="x"}',
      want: { metric: "my.jobs", matchers: [{ label: "from.host", op: "=", value: "x" }] },
    },
  ] as const;
  for (const { given, want } of valid)
    test(`reads ${given}`, () => expect<unknown>(parseSelector(given)).toEqual({ kind: "selector", selector: want }));

  const faulty = [
    { given: "", why: 'wrong selector at character 1: expected the name of a metric, such as jobs{state="ready"}' },
    {
      given: '{a="b"}',
      why: 'wrong selector at character 1: expected the name of a metric, such as jobs{state="ready"}',
    },
    {
      given: "a-b",
      why: "wrong selector at character 2: nothing more can stand here: functions and operators are not known",
    },
    {
      given: "rate(jobs[5m])",
      why: "wrong selector at character 5: nothing more can stand here: functions and operators are not known",
    },
    { given: "jobs{", why: 'wrong selector at character 6: expected a label, such as queue="mail"' },
    { given: 'jobs{a:b="c"}', why: 'wrong selector at character 9: expected a label, such as queue="mail"' },
    { given: 'jobs{a=="b"}', why: 'wrong selector at character 8: expected a value in quotes after "a="' },
    { given: "jobs{a>3}", why: 'wrong selector at character 7: expected "=", "!=", "=~" or "!~" after "a"' },
    { given: 'jobs{a="b" c="d"}', why: 'wrong selector at character 12: expected "," or "}" after the label "a"' },
    {
      given: 'jobs{a=~"(?i)b"}',
      why: 'wrong selector at character 16: the regular expression "(?i)b" does not compile',
    },
    {
      given: `jobs{a=~"${"x".repeat(501)}"}`,
      why: "wrong selector at character 512: a regular expression of more than 500 characters",
    },
    { given: `jobs{${'a="b",'.repeat(33)}}`, why: "wrong selector at character 198: more than 32 labels" },
  ];
  for (const { given, why } of faulty)
    test(`says what is wrong with ${given.slice(0, 40)}`, () =>
      expect(parseSelector(given)).toEqual({ kind: "fault", why }));
});
