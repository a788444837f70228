import { describe, expect, test } from "bun:test";
import type { Check, HttpCheck } from "../../src/config/config.ts";
import type { Reading } from "../../src/probes/probe.ts";
import type { Judged } from "../../src/verdict/judge.ts";
import { httpCheck, reading } from "../checks.ts";
import { seeded } from "../log/log-bed.ts";
import { judgeAll, type Tick } from "./history.ts";

const rounds = 300;
type Next = ReturnType<typeof seeded>;

const pick = <T>(next: Next, list: readonly [T, ...(readonly T[])]): T => list[next(list.length)] ?? list[0];

/** Up to six checks, each needing only earlier ones, as a config without a circle has them. */
const someChecks = (next: Next): readonly HttpCheck[] =>
  Array.from({ length: 1 + next(6) }, (_, i) =>
    httpCheck({
      name: `c${i}`,
      redAfter: 1 + next(4),
      severity: pick(next, ["red", "red", "red", "amber"]),
      graceMs: pick(next, [0, 0, 300_000, 1_200_000]),
      needs: Array.from({ length: i }, (__, k) => `c${k}`).filter(() => next(3) === 0),
    }),
  );

const someReading = (next: Next, uptimeS: number): Reading => {
  const started = next(4) === 0 ? { startedUptimeS: uptimeS - next(2000) } : {};
  return reading(pick(next, ["ok", "bad", "bad", "bad", "unknown"]), started);
};

const someTicks = (next: Next, checks: readonly Check[]): readonly Tick[] =>
  Array.from({ length: 5 + next(20) }, (_, i) => {
    const uptimeS = 60 + i * 300;
    const seen = checks.flatMap(({ name }) => (next(12) === 0 ? [] : [[name, someReading(next, uptimeS)] as const]));
    return { readings: new Map(seen), uptimeS };
  });

interface Lived {
  readonly check: HttpCheck;
  /** What was judged of it, tick by tick, up to and with the one that is looked at. */
  readonly past: readonly Judged[];
  readonly now: Judged;
  readonly before: Judged | undefined;
  readonly others: ReadonlyMap<string, Judged>;
}

/** Every check at every tick of seeded random lives. */
const lives = (seed: number): readonly Lived[] => {
  const next = seeded(seed);
  const checks = someChecks(next);
  const history = judgeAll(checks, someTicks(next, checks));
  return history.flatMap((judged, tick) =>
    checks.flatMap((check, i) => {
      const past = history.slice(0, tick + 1).flatMap((each) => each[i] ?? []);
      const now = past.at(-1);
      const others = new Map(judged.map((each) => [each.name, each]));
      return now === undefined ? [] : [{ check, past, now, before: past.at(-2), others }];
    }),
  );
};

/** Bad readings since the last ok. */
const badsInARow = (past: readonly Judged[]): number =>
  past.slice(past.findLastIndex((each) => each.reading === "ok") + 1).filter((each) => each.reading === "bad").length;

/** All that a check needs, directly or through others. */
const allNeeds = (check: Check, checks: ReadonlyMap<string, Check>): ReadonlySet<string> =>
  new Set(
    check.needs.flatMap((name) => {
      const need = checks.get(name);
      return need === undefined ? [name] : [name, ...allNeeds(need, checks)];
    }),
  );

const holds = (name: string, law: (lived: Lived) => boolean): void =>
  test(`judge(): ${name} (${rounds} seeded histories)`, () => {
    for (let seed = 1; seed <= rounds; seed += 1)
      for (const lived of lives(seed)) {
        const { check, now, past } = lived;
        const told = { seed, check, readings: past.map(({ reading: kind, verdict }) => `${kind} ${verdict}`), now };
        expect(law(lived) ? "holds" : told).toBe("holds");
      }
  });

describe("judge() over random histories", () => {
  holds(
    "ok is green, whatever was before, and nothing else is",
    ({ now }) => (now.reading === "ok") === (now.verdict === "green"),
  );
  holds(
    "unknown is unknown, whatever was before, and nothing else is",
    ({ now }) => (now.reading === "unknown") === (now.verdict === "unknown"),
  );
  holds(
    "no red without red_after bad readings since the last ok",
    ({ now, past, check }) => now.verdict !== "red" || badsInARow(past) >= check.redAfter,
  );
  holds("no red without a bad reading now", ({ now }) => now.verdict !== "red" || now.reading === "bad");
  holds("an advisory check is never red", ({ now, check }) => check.severity === "red" || now.verdict !== "red");
  holds("nothing turns red in its grace that wasn't red since its last ok", ({ now, past }) => {
    const since = past.slice(past.findLastIndex((each) => each.reading === "ok") + 1, -1);
    return !(now.isInGrace && now.verdict === "red") || since.some(({ verdict }) => verdict === "red");
  });
  holds("what was red, then unknown, is red again when it reads bad", ({ now, past }) => {
    const last = past.slice(0, -1).findLast(({ reading: kind }) => kind !== "unknown");
    return now.reading !== "bad" || last?.verdict !== "red" || now.verdict === "red";
  });
  holds(
    "what is red and reads bad stays red",
    ({ now, before }) => !(before?.verdict === "red" && now.reading === "bad") || now.verdict === "red",
  );
  holds(
    "red comes at once when the threshold is reached outside a grace",
    ({ now, past, check }) =>
      check.severity === "amber" ||
      now.isInGrace ||
      now.reading !== "bad" ||
      badsInARow(past) < check.redAfter ||
      now.verdict === "red",
  );
  holds("bad ticks are the bad readings since the last ok", ({ now, past }) => now.badTicks === badsInARow(past));
  holds(
    "a folded check isn't green, and what explains it is red",
    ({ now, others }) =>
      now.because === undefined || (now.verdict !== "green" && others.get(now.because)?.verdict === "red"),
  );
  holds("a check is never folded under itself", ({ now }) => now.because !== now.name);
  holds("ticks and since tell the run of equal readings", ({ now, before }) =>
    before?.reading === now.reading ? now.ticks === before.ticks + 1 && now.since === before.since : now.ticks === 1,
  );
});

test(`judge(): a sick check is folded just when something that it needs is red (${rounds} seeded histories)`, () => {
  for (let seed = 1; seed <= rounds; seed += 1) {
    const next = seeded(seed);
    const checks = someChecks(next);
    const byName = new Map(checks.map((check) => [check.name, check]));
    for (const judged of judgeAll(checks, someTicks(next, checks))) {
      const red = new Set(judged.flatMap(({ name, verdict }) => (verdict === "red" ? [name] : [])));
      const roots = judged.filter(({ verdict, because }) => verdict === "red" && because === undefined);
      expect(roots.length > 0).toBe(red.size > 0);
      for (const { name, verdict, because } of judged) {
        const check = byName.get(name);
        const isExplained = check !== undefined && [...allNeeds(check, byName)].some((need) => red.has(need));
        expect(because !== undefined).toBe(verdict !== "green" && isExplained);
      }
    }
  }
});
