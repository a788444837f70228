import { describe, expect, test } from "bun:test";
import { openJournal } from "../../src/heal/journal.ts";
import { type ServeParts, serve } from "../../src/heal/serve.ts";
import { maxRequests } from "../../src/heal/wire.ts";
import type { NextLine } from "../../src/host/peers.ts";
import type { Reading } from "../../src/probes/probe.ts";
import { emptyHealState } from "../../src/state/heal-state.ts";
import { readHealState, writeHealState } from "../../src/state/store.ts";
import { configOf, unitCheck } from "../checks.ts";
import { createFakeHost, type FakeHost } from "../fake-host.ts";
import { moment, rule } from "./bed.ts";

const folder = "/var/lib/dogwatch";
const logFile = "/var/log/dogwatch/heal.jsonl";
const sha256 = "c0".repeat(32);

interface Served {
  readonly host: FakeHost;
  readonly answers: readonly {
    readonly is: string;
    readonly why?: string;
    readonly healed?: { readonly why: string };
  }[];
  readonly warned: readonly string[];
  /** Names of the checks that were looked at, look by look. */
  readonly looked: readonly string[];
  readonly events: () => readonly string[];
}

interface How {
  readonly host?: FakeHost;
  /** What the helper's own looks find. */
  readonly kind?: Reading["kind"];
  /** Whether the peer hears an answer. */
  readonly isHeard?: boolean;
}

const linesOf = (host: FakeHost): readonly string[] =>
  (host.files.text(logFile) ?? "").split("\n").filter((line) => line !== "");

/** One connection that says these lines, served on a fake machine. */
const served = async (
  lines: readonly NextLine[],
  { host = createFakeHost(), kind = "ok", isHeard = true }: How = {},
): Promise<Served> => {
  const [said, warned, looked] = [[...lines], [] as string[], [] as string[]];
  const answers: Served["answers"][number][] = [];
  const parts: ServeParts = {
    host,
    config: configOf([unitCheck({ name: "gateway" }), unitCheck({ name: "board" })], {
      heal: { mode: "apply", rules: [rule({ on: ["gateway"] })] },
    }),
    configSha256: sha256,
    folder,
    journal: openJournal(host, { folder, logFile, hostName: "web-1", isReadOnly: false, rotation: null }),
    readRecipe: async () => ({ kind: "fault", why: "no recipe here" }),
    by: "helper",
    recent: async () => ({ kind: "failed", code: "EACCES", why: "permission denied" }),
    look: async (checks) => {
      looked.push(checks.map(({ name }) => name).join());
      return new Map(checks.map(({ name }) => [name, { kind, evidence: "seen", durationMs: 1 }]));
    },
    memory: {},
    keepMemory: () => undefined,
    keepables: [],
    approve: async () => true,
    watchMs: () => 1000,
    onStep: () => undefined,
    warn: (text) => void warned.push(text),
    peer: {
      next: async () => said.shift() ?? { kind: "end" },
      send: async (line) => {
        answers.push(JSON.parse(line));
        return isHeard;
      },
      close: () => undefined,
    },
  };
  await serve(parts);
  return {
    host,
    answers,
    warned,
    looked,
    events: () => linesOf(host).map((line) => String(JSON.parse(line).event)),
  };
};

const line = (request: object): NextLine => ({ kind: "line", text: JSON.stringify(request) });
const repeat = (count: number, ...requests: readonly object[]): readonly NextLine[] =>
  Array.from({ length: count }, () => requests.map(line)).flat();
const hello = { do: "hello", version: 1, config: sha256 };
const heal = { do: "heal", red: ["gateway"], incidents: [], dryRun: false };
const id = "gateway-20261123T020500Z";
const opened = { event: "incident.opened", incident: id, check: "gateway", evidence: "dead" };

describe("serve()", () => {
  const refused: readonly { readonly name: string; readonly given: NextLine; readonly why: RegExp }[] = [
    { name: "no request", given: { kind: "line", text: "GET /" }, why: /no request/u },
    { name: "half a line", given: { kind: "late" }, why: /no whole line/u },
    { name: "a line without end", given: { kind: "too-long" }, why: /too long/u },
    { name: "another version", given: line({ ...hello, version: 2 }), why: /another version/u },
    { name: "another config", given: line({ ...hello, config: "ab" }), why: /another config/u },
  ];
  for (const { name, given, why } of refused)
    test(`serve() ends a connection at ${name}, says why, and hears nothing more`, async () => {
      const { answers, warned } = await served([line(hello), given, line({ do: "incidents" })]);
      expect(answers.map(({ is }) => is)).toEqual(["hello", "refused"]);
      expect(answers[1]?.why).toMatch(why);
      expect(warned).toEqual([expect.stringMatching(why)]);
    });

  test(`serve() answers ${maxRequests} requests of one connection`, async () => {
    const { answers } = await served(repeat(300, { do: "incidents" }));
    expect(answers.length).toBe(maxRequests + 1);
    expect(answers.at(-1)?.why).toContain(`more than ${maxRequests}`);
  });

  test("serve() does nothing more for a peer that doesn't hear it", async () => {
    const { looked } = await served(repeat(50, { do: "look", checks: ["gateway"] }), { isHeard: false });
    expect(looked).toEqual(["gateway"]);
  });

  test("serve() looks at no check that the config doesn't know", async () => {
    const { answers, looked } = await served([line({ do: "look", checks: ["/etc/shadow", "__proto__"] })]);
    expect(looked).toEqual([""]);
    expect(answers[0]).toMatchObject({ is: "readings", readings: {} });
  });

  test("serve() heals the check under its own open incident, where the watcher names one that the log doesn't know", async () => {
    const ask = { ...heal, incidents: [{ check: "gateway", incident: "gateway-20200101T000000Z" }] };
    const { answers, events } = await served([line({ do: "enter", events: [opened] }), line(ask)], { kind: "bad" });
    expect(answers.at(-1)?.healed?.why).toBe("no recipe here");
    expect(events()).toEqual(["incident.opened", "heal.refused"]);
  });

  test("serve() writes a claim down that isn't so, once, and a flood of claims within the hour's bound", async () => {
    const { host, events } = await served(repeat(5, heal));
    expect(events()).toEqual(["heal.refused"]);
    for (let round = 0; round < 5; round += 1) await served(repeat(100, heal, { do: "tidy", notGreen: [] }), { host });
    expect(linesOf(host).length).toBe(201);
    expect(linesOf(host).at(-1)).toContain("more than 200 lines");
  });

  for (const { kind, left } of [
    { kind: "bad", left: ["1:restart-unit"] },
    { kind: "unknown", left: ["1:restart-unit"] },
    { kind: "ok", left: [] },
  ] as const)
    test(`serve() ends a latch by no word: a day is over, and its own look reads ${kind}`, async () => {
      const host = createFakeHost();
      const since = { bootId: host.clock.bootId(), uptimeS: host.clock.uptimeS() - 86_400 };
      const latched = { "1:restart-unit": { at: "2026-11-22T00:00:00.000Z", moment: since, why: "spent" } };
      writeHealState(host, folder, { ...emptyHealState, latched });
      await served([line({ do: "tidy", notGreen: [] })], { host, kind });
      expect(Object.keys(readHealState(host, folder, moment(), true).value.latched)).toEqual([...left]);
    });

  test("serve() heals nothing where the lock of heals can't be taken", async () => {
    const host = createFakeHost();
    host.files.fail("lock", /heal\.lock$/u, "ELOOP");
    const { answers } = await served(
      [line({ do: "enter", events: [opened] }), line({ ...heal, incidents: [{ check: "gateway", incident: id }] })],
      { host, kind: "bad" },
    );
    expect(answers.at(-1)?.healed?.why).toContain("the lock of heals can't be taken");
    expect(host.files.text(`${folder}/heal.json`)).toBeUndefined();
  });
});
