import { describe, expect, test } from "bun:test";
import { expose } from "../../src/metrics/expose.ts";
import { familyText, label } from "../../src/metrics/exposition.ts";
import type { Facts } from "../../src/metrics/facts.ts";
import { families, familyNames } from "../../src/metrics/families.ts";
import { parseExposition } from "../../src/queues/exposition.ts";
import { facts, judged, look, queue } from "./facts-bed.ts";

/** The lines that are series. */
const series = (given: Facts): readonly string[] =>
  expose(given)
    .split("\n")
    .filter((line) => line !== "" && !line.startsWith("#"));

const about = (given: Facts, start: string): readonly string[] =>
  series(given).filter((line) => line.startsWith(`dogwatch_${start}`));

describe("expose()", () => {
  test("expose() has every family with HELP and TYPE, each once, in one block", () => {
    const heads = expose(facts())
      .split("\n")
      .filter((line) => line.startsWith("#"));
    expect(heads).toEqual(
      familyNames.flatMap((name) => [`# HELP ${name} ${families[name].help}`, `# TYPE ${name} ${families[name].type}`]),
    );
  });

  const rules: readonly { readonly name: string; readonly given: Facts; readonly want: readonly string[] }[] = [
    {
      name: "a verdict as one series for each word, one of them 1",
      given: facts({ look: look({ verdict: "red", checks: [judged({ verdict: "red" })] }) }),
      want: [
        'dogwatch_verdict{verdict="green"} 0',
        'dogwatch_verdict{verdict="amber"} 0',
        'dogwatch_verdict{verdict="unknown"} 0',
        'dogwatch_verdict{verdict="red"} 1',
        'dogwatch_check_verdict{check="gateway",verdict="green"} 0',
        'dogwatch_check_verdict{check="gateway",verdict="amber"} 0',
        'dogwatch_check_verdict{check="gateway",verdict="unknown"} 0',
        'dogwatch_check_verdict{check="gateway",verdict="red"} 1',
      ],
    },
    {
      name: "durations and moments in seconds",
      given: facts({ outbox: 2, oldestAlertAt: "2026-11-23T02:00:00.000Z" }),
      want: [
        "dogwatch_tick_last_finished_timestamp_seconds 1795399500.25",
        "dogwatch_tick_duration_seconds 0.014",
        'dogwatch_check_duration_seconds{check="gateway"} 0.005',
        "dogwatch_outbox_alerts 2",
        "dogwatch_outbox_oldest_timestamp_seconds 1795399200",
      ],
    },
    {
      name: "0 for a moment that never was",
      given: facts({ finishedAt: "" }),
      want: ["dogwatch_tick_last_finished_timestamp_seconds 0", "dogwatch_outbox_oldest_timestamp_seconds 0"],
    },
    {
      name: "heals by outcome, those that never were too",
      given: facts({ latched: 1 }),
      want: [
        'dogwatch_heals_total{outcome="healed"} 3',
        'dogwatch_heals_total{outcome="failed"} 1',
        'dogwatch_heals_total{outcome="indeterminate"} 0',
        "dogwatch_heals_latched 1",
      ],
    },
    {
      name: "what is folded and what is silenced",
      given: facts({
        look: look({
          checks: [judged(), judged({ name: "child", because: "gateway", card: "gateway-down" })],
          silenced: new Set(["child"]),
          silences: 1,
        }),
      }),
      want: [
        'dogwatch_check_info{check="child",kind="http",card="gateway-down"} 1',
        'dogwatch_check_folded{check="gateway"} 0',
        'dogwatch_check_folded{check="child"} 1',
        'dogwatch_check_silenced{check="gateway"} 0',
        'dogwatch_check_silenced{check="child"} 1',
        "dogwatch_silences_active 1",
      ],
    },
    {
      name: "the jobs that a queue counted, and none that it doesn't tell",
      given: facts(),
      want: [
        'dogwatch_queue_jobs{check="board",state="ready"} 7',
        'dogwatch_queue_jobs{check="board",state="running"} 2',
      ],
    },
    {
      name: "an illness with its status, beside what was seen",
      given: facts({ exit: 75 }),
      want: ["dogwatch_ill 1", "dogwatch_tick_exit_status 75", 'dogwatch_verdict{verdict="green"} 1'],
    },
  ];
  for (const { name, given, want } of rules)
    test(`expose() tells ${name}`, () => {
      const said = series(given);
      expect(want.filter((line) => !said.includes(line))).toEqual([]);
    });

  test("expose() says nothing of checks where the last run came to no verdict", () => {
    const ill = facts({ exit: 78, look: null });
    for (const start of ["verdict", "check_", "queue_", "tick_duration", "silences"])
      expect(about(ill, start)).toEqual([]);
    expect(about(ill, "ill")).toEqual(["dogwatch_ill 1"]);
    expect(about(ill, "ticks_total")).toEqual(["dogwatch_ticks_total 12"]);
  });

  test("expose() takes no count from a queue that could not be looked at, and none from another kind of check", () => {
    const checks = [queue({ reading: "unknown" }), judged({ memory: { ready: 3 } })];
    expect(about(facts({ look: look({ checks }) }), "queue_")).toEqual([]);
  });

  test("expose() is read by our own reader of the format, sample by sample", () => {
    const read = parseExposition(expose(facts()), { contentType: "", isMalformed: false, isWhole: true });
    expect(read).toMatchObject({ kind: "samples" });
    expect(read.kind === "samples" ? read.samples.length : 0).toBe(series(facts()).length);
  });

  test("expose() has no text of a probed system in it", () => {
    const checks = [judged({ verdict: "red", evidence: "EVIDENCE", findings: ["FINDING"] })];
    expect(expose(facts({ look: look({ checks }) }))).not.toMatch(/EVIDENCE|FINDING/u);
  });

  test("expose() writes the labels that a family has, in their order, and HELP texts that need no escape", () => {
    const seen = new Map<string, Set<string>>();
    for (const line of series(facts())) {
      const [, name = "", inside = ""] = /^(\w+)(?:\{(.*)\})? /u.exec(line) ?? [];
      const labels = [...inside.matchAll(/(\w+)="/gu)].map(([, label = ""]) => label).join(" ");
      seen.set(name, (seen.get(name) ?? new Set()).add(labels));
    }
    for (const name of familyNames) {
      expect([name, ...(seen.get(name) ?? [])]).toEqual([name, families[name].labels.join(" ")]);
      expect(families[name].help).not.toMatch(/[\\\n]/u);
    }
  });

  test("label() escapes what a label may hold", () => {
    expect(label("check", 'a"b\\c\nd')).toBe('check="a\\"b\\\\c\\nd"');
    expect(label("check", "gateway.web-1")).toBe('check="gateway.web-1"');
  });

  test("familyText() writes numbers as the format has them", () => {
    const texts = [0.1, 1e21, Number.NaN, Number.POSITIVE_INFINITY, Number.NEGATIVE_INFINITY].map(
      (value) => familyText("dogwatch_ill", [{ labels: "", value }]).split("\n")[2],
    );
    expect(texts).toEqual([
      ...["dogwatch_ill 0.1", "dogwatch_ill 1e+21", "dogwatch_ill NaN", "dogwatch_ill +Inf", "dogwatch_ill -Inf"],
    ]);
  });
});
