import { describe, expect, test } from "bun:test";
import type { Check } from "../src/config/config.ts";
import { type LookElsewhere, lookAll, lookAsUsers } from "../src/looks.ts";
import type { LookOptions } from "../src/probes/look.ts";
import { tcpCheck } from "./checks.ts";
import { createFakeHost, type FakeHost } from "./fake-host.ts";

const options: LookOptions = { secret: () => ({ kind: "failed", why: "none" }), memory: () => undefined };
const own = tcpCheck({ name: "own" });
const theirs = tcpCheck({ name: "theirs", as: "agents" });
const probed = tcpCheck({ name: "probed", as: "dogwatch-probe" });
const users = { dogwatch: 995, agents: 1001, "dogwatch-probe": 994 };

/** Whoever is asked writes his checks' names down and reads them well. */
const elsewhereOf =
  (asked: string[]): LookElsewhere =>
  async (checks) => {
    asked.push(...checks.map(({ name }) => name));
    return new Map(checks.map(({ name }) => [name, { kind: "ok" as const, evidence: "elsewhere", durationMs: 1 }]));
  };

interface Case {
  readonly name: string;
  readonly uid: number;
  readonly usual: string | null;
  readonly elsewhere: readonly string[];
}

const cases: readonly Case[] = [
  { name: "the watcher looks itself but for other users", uid: 995, usual: null, elsewhere: ["theirs", "probed"] },
  { name: "who is the check's user looks himself", uid: 1001, usual: null, elsewhere: ["probed"] },
  {
    name: "root looks at nothing of another user, nor with a usual one",
    uid: 0,
    usual: "dogwatch-probe",
    elsewhere: ["own", "theirs", "probed"],
  },
  {
    name: "root without a usual one looks itself where nobody is named",
    uid: 0,
    usual: null,
    elsewhere: ["theirs", "probed"],
  },
];

describe("lookAll()", () => {
  for (const { name, uid, usual, elsewhere } of cases)
    test(`lookAll(): ${name}`, async () => {
      const asked: string[] = [];
      const checks: readonly Check[] = [own, theirs, probed];
      const readings = await lookAll(createFakeHost({ uid, users }), checks, options, elsewhereOf(asked), usual);
      expect(asked).toEqual([...elsewhere]);
      expect([...readings.keys()].toSorted()).toEqual(["own", "probed", "theirs"]);
      for (const check of elsewhere) expect(readings.get(check)?.evidence).toBe("elsewhere");
    });
});

const names = (host: FakeHost): readonly string[] =>
  host.exec.ran.map(({ user, stdin }) => {
    const { checks }: { readonly checks: readonly Check[] } = JSON.parse(stdin ?? "");
    return `${user}: ${checks.map(({ name }) => name).join()}`;
  });

describe("lookAsUsers()", () => {
  test("lookAsUsers() starts one child for each user, the usual one where nobody is named", async () => {
    const host = createFakeHost({ users });
    await lookAsUsers(host, "dogwatch-probe")([own, theirs, probed], options);
    expect(names(host)).toEqual(["dogwatch-probe: own,probed", "agents: theirs"]);
  });

  test("lookAsUsers() starts nothing where nobody is named and there is no usual one: never as root", async () => {
    const host = createFakeHost({ users });
    const readings = await lookAsUsers(host, null)([own], options);
    expect(host.exec.ran).toEqual([]);
    expect(readings.get("own")?.kind).toBe("unknown");
  });
});

test("lookAll() tells of each reading, whoever looked", async () => {
  const told: string[] = [];
  const host = createFakeHost({ uid: 995, users });
  await lookAll(host, [own, theirs], { ...options, onReading: (name) => void told.push(name) }, elsewhereOf([]));
  expect(told.toSorted()).toEqual(["own", "theirs"]);
});
