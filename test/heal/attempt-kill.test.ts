import { describe, expect, test } from "bun:test";
import { attemptHeal } from "../../src/heal/attempt.ts";
import { createHands } from "../../src/heal/hands.ts";
import { emptyHealState } from "../../src/state/heal-state.ts";
import { readHealState, writeHealState } from "../../src/state/store.ts";
import { type Death, mortal } from "../mortal-host.ts";
import { choose, createFilesBed, file, keep } from "./files-bed.ts";
import { type HealBed, state } from "./heal-bed.ts";

interface Died {
  readonly bed: HealBed;
  readonly step: string;
}

/** One attempt on a process that dies at step `dieAt`; undefined when it lives to the end. */
const die = async (dieAt: number, how: Death, reading: "ok" | "bad"): Promise<Died | undefined> => {
  const bed = createFilesBed();
  await keep(bed, "good");
  bed.reading = reading;
  const chosen = await choose(bed, [file], "restore-kept");
  const cut = mortal(bed.host, dieAt, how);
  const bench: HealBed["bench"] = {
    ...bed.bench,
    host: cut.host,
    hands: createHands(cut.host),
    save: (heal) => writeHealState(cut.host, state, heal),
  };
  const end = await Promise.race([attemptHeal(bench, emptyHealState, chosen, ["gateway"]), cut.killed]);
  return end === "killed" ? { bed, step: `${how} ${dieAt} ${cut.steps.at(-1)}` } : undefined;
};

const everyDeath = async (reading: "ok" | "bad"): Promise<readonly Died[]> => {
  const all: Died[] = [];
  for (const how of ["before", "after"] as const)
    for (let at = 1; ; at += 1) {
      const died = await die(at, how, reading);
      if (died === undefined) break;
      all.push(died);
    }
  return all;
};

/** What a person finds after the kill: the file, and what the state and the copy say of it. */
const found = ({ bed }: Died) => {
  const now = bed.host.files.text(file) ?? "none";
  const [last] = readHealState(bed.host, state, { bootId: "boot-1", uptimeS: 0 }, true).value.attempts;
  const isChanged = now !== "bad" || bed.host.exec.ran.length > 0;
  const copy = bed.host.files.text(last?.backup?.[0]?.was?.copy ?? "");
  return { now, isChanged, outcome: last?.outcome ?? "none", copy };
};

describe("attemptHeal() killed at any of its steps", () => {
  for (const reading of ["ok", "bad"] as const)
    test(`attemptHeal() leaves the old file or the kept one, whole, and a copy of what it changed (proof: ${reading})`, async () => {
      const deaths = await everyDeath(reading);
      expect(deaths.length).toBeGreaterThan(12);
      for (const died of deaths) {
        const { now, isChanged, outcome, copy } = found(died);
        const { step } = died;
        expect({ step, isWhole: now === "bad" || now === "good" }).toEqual({ step, isWhole: true });
        if (isChanged) {
          expect({ step, copy }).toEqual({ step, copy: "bad" });
          expect(["running", "healed", "failed"]).toContain(outcome);
        }
      }
    });
});
