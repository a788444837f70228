import { expect, test } from "bun:test";
import { askHelper } from "../../src/heal/ask.ts";
import { noHeal } from "../../src/heal/healed.ts";
import { type Answer, toWire } from "../../src/heal/wire.ts";
import type { LinePeer, NextLine } from "../../src/host/peers.ts";
import { configOf } from "../checks.ts";
import { createFakeHost } from "../fake-host.ts";
import { judged } from "./bed.ts";

const besides = { head: null, notes: [], trouble: null };
const hello: Answer = { ...besides, is: "hello" };
const applying: Answer = { ...besides, is: "applying", healed: toWire({ ...noHeal(""), recipe: "restart-unit" }) };

/** Asks a helper for a heal that says these things, and then no more than `end`. */
const healBy = async (said: readonly Answer[], end: NextLine) => {
  const lines: NextLine[] = said.map((answer) => ({ kind: "line", text: JSON.stringify(answer) }));
  const peer: LinePeer = { next: async () => lines.shift() ?? end, send: async () => true, close: () => undefined };
  const fake = createFakeHost();
  const host = { ...fake, peers: { ...fake.peers, connect: async () => peer } };
  const helper = askHelper({
    ...{ host, config: configOf([]), configSha256: "c0", socket: "/run/x.sock", isDryRun: false },
    waitMs: () => 9,
  });
  return await helper.heal({ judged: [judged()], incidents: {}, isDryRun: false, onApply: () => undefined });
};

const cases = [
  { name: "watched, of a helper that is slow with a heal", said: [hello, applying], end: "late", want: "watching" },
  { name: "cut off, of one that hangs up in it", said: [hello, applying], end: "end", want: "indeterminate" },
  { name: "refused, of one that hangs up before it", said: [hello], end: "end", want: "refused" },
] as const;

for (const { name, said, end, want } of cases)
  test(`heal() of askHelper() is ${name}`, async () => {
    const healed = await healBy(said, { kind: end });
    expect(healed.outcome).toBe(want);
    expect(healed.why).toStartWith('cannot reach the heal helper at "/run/x.sock": ');
    expect(healed.recipe).toBe(want === "refused" ? null : "restart-unit");
  });
