import type { Rule } from "../../src/config/config.ts";
import type { Bench } from "../../src/heal/attempt.ts";
import type { Applicable, Candidate } from "../../src/heal/choice.ts";
import { createHands } from "../../src/heal/hands.ts";
import { openJournal } from "../../src/heal/journal.ts";
import type { Recipe } from "../../src/heal/recipe.ts";
import type { Reading } from "../../src/probes/probe.ts";
import type { HealState } from "../../src/state/heal-state.ts";
import { readHealState, writeHealState } from "../../src/state/store.ts";
import { unitFacts } from "../fake-facts.ts";
import { createFakeHost, type FakeHost } from "../fake-host.ts";
import { verifyPlain } from "../log/verify-plain.ts";
import { candidate, incident, recipe } from "./bed.ts";

export const state = "/var/lib/dogwatch";
export const logFile = "/var/log/dogwatch/heal.jsonl";

/** One heal on a fake machine, with the real log and the real heal state, and a record of what came after what. */
export interface HealBed {
  readonly host: FakeHost;
  readonly bench: Bench;
  /** `log heal.created`, `save`, `run /usr/bin/systemctl …`, `look`, in order. */
  readonly trace: readonly string[];
  /** What the sick checks read from now on. */
  reading: Reading["kind"];
  /** Milliseconds that this tick may watch. */
  watchMs: number;
  readonly events: () => readonly string[];
  readonly saved: () => HealState;
  readonly isWhole: () => boolean;
}

export const createHealBed = (): HealBed => {
  const host = createFakeHost();
  const trace: string[] = [];
  const now = () => ({
    at: new Date(host.clock.nowMs()).toISOString(),
    moment: { bootId: host.clock.bootId(), uptimeS: host.clock.uptimeS() },
  });
  const journal = openJournal(host, { folder: state, logFile, hostName: "web-1", isReadOnly: false, rotation: null });
  host.systemd.units.set("gateway.service", unitFacts({ invocationId: "0b".repeat(16) }));
  host.exec.script = ({ argv }) => {
    trace.push(`run ${argv.join(" ")}`);
    return { kind: "exited", status: 0, stdout: "", stderr: "" };
  };
  const bed: HealBed = {
    host,
    trace,
    reading: "ok",
    watchMs: 90_000,
    bench: {
      host,
      by: "helper",
      hands: createHands(host),
      helperFolder: state,
      now,
      append: (entries) => {
        const done = journal.enter((book) => ({ entries, book }));
        trace.push(...entries.map(({ event }) => `${done.kind === "appended" ? "log" : "no log"} ${event}`));
        return done;
      },
      save: (heal) => {
        const done = writeHealState(host, state, heal);
        trace.push(done.kind === "done" ? `save ${heal.attempts.at(-1)?.outcome ?? "none"}` : "no save");
        return done;
      },
      look: async (names) => {
        trace.push("look");
        return new Map(
          names.map((name) => [name, { kind: bed.reading, evidence: `it is ${bed.reading}`, durationMs: 1 }]),
        );
      },
      watchMs: () => bed.watchMs,
      onStep: () => undefined,
      approve: async () => true,
      seals: async () => ({ config_sha256: "c0".repeat(32), binary_sha256: "b1".repeat(32) }),
    },
    events: () =>
      (host.files.text(logFile) ?? "")
        .split("\n")
        .filter((line) => line !== "")
        .map((line) => String(JSON.parse(line).event)),
    saved: () => readHealState(host, state, now().moment, true).value,
    isWhole: () => host.files.text(logFile) === undefined || verifyPlain(host.files, [logFile]).kind === "whole",
  };
  return bed;
};

/** The choice that {@link attemptHeal} gets; say what differs. */
export const applicable = (facts: {
  readonly candidate?: Partial<Candidate>;
  readonly recipe?: Partial<Recipe>;
  readonly rule?: Rule;
}): Applicable => {
  const made = recipe(facts.recipe);
  return {
    kind: "chosen",
    candidate: candidate({ recipe: made, ...facts.candidate }),
    recipe: made,
    check: "gateway",
    incident: incident(),
    number: 1,
    budgetLeft: 2,
  };
};

export { emptyHealState } from "../../src/state/heal-state.ts";
