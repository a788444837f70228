import { describe, expect, test } from "bun:test";
import { openIncidents } from "../src/log/open-incidents.ts";
import { readHealState } from "../src/state/store.ts";
import { unitFacts } from "./fake-facts.ts";
import { seeded } from "./log/log-bed.ts";
import { createTickBed, down, paths, type TickBed } from "./tick-bed.ts";

const names = ["a", "b", "c"] as const;
const config = `host: web-1
chat:
  telegram: { chat_id: "42", token: { credential: telegram-token }, api: "http://127.0.0.1:8081" }
checks:
${names.map((name, at) => `  ${name}: { unit: { name: ${name}.service }${at === 0 ? "" : `, needs: [${names[at - 1]}]`} }`).join("\n")}
heal:
  mode: apply
  rules:
${names.map((name) => `    - { on: [${name}], recipe: restart-unit, with: { unit: ${name}.service } }`).join("\n")}
`;

/** What may befall a unit between two ticks, by chance. */
const fates = ["well", "well", "well", "dead", "dead", "activating", "stopped", "missing", "unseen"] as const;

const befall = (bed: TickBed, name: string, fate: (typeof fates)[number], invocation: number): void => {
  const unit = `${name}.service`;
  const facts = {
    well: { invocationId: `${invocation}`.padStart(32, "0") },
    dead: { activeState: "failed", result: "signal", mainPid: 0, execMainCode: 2, execMainStatus: 9 },
    activating: { activeState: "activating", subState: "start-pre" },
    stopped: { activeState: "inactive", subState: "dead", mainPid: 0, activeExitUs: 5, execMainExitUs: 6 },
    missing: { loadState: "not-found", activeState: "inactive", mainPid: 0 },
    unseen: { activeState: "a-new-word" },
  }[fate];
  bed.host.systemd.units.set(unit, unitFacts({ unit, ...facts }));
};

/** Lets a host live through `ticks` of chance, and calls `seen` after each. */
const live = async (
  seed: number,
  ticks: number,
  seen: (bed: TickBed, commands: readonly string[], fateOf: ReadonlyMap<string, string>) => void,
): Promise<TickBed> => {
  const below = seeded(seed);
  const bed = createTickBed(config);
  const { chat } = bed;
  const fateOf = new Map<string, string>();
  bed.host.exec.script = ({ argv }) => {
    const name = argv.at(-1)?.slice(0, 1) ?? "";
    if (below(2) === 0) befall(bed, name, "well", bed.host.exec.ran.length + 1000);
    return { kind: "exited", status: below(8) === 0 ? 1 : 0, stdout: "", stderr: "" };
  };
  for (let at = 1; at <= ticks; at += 1) {
    for (const name of names)
      if (below(3) === 0 || at === 1) {
        const fate = fates[below(fates.length)] ?? "well";
        fateOf.set(name, fate);
        befall(bed, name, fate, at);
      }
    bed.chat = below(4) === 0 ? () => down : chat;
    const before = bed.host.exec.ran.length;
    await bed.tick();
    seen(
      bed,
      bed.host.exec.ran.slice(before).map(({ argv }) => argv.join(" ")),
      fateOf,
    );
  }
  return bed;
};

describe("tick() over a host on which anything may happen", () => {
  test("tick() applies at most one recipe each time, and none to what is activating, stopped, missing or unknown", async () => {
    let heals = 0;
    for (let seed = 1; seed <= 12; seed += 1)
      await live(seed, 40, (_, commands, fateOf) => {
        expect(commands.length).toBeLessThanOrEqual(1);
        const sick = commands.map((command) => fateOf.get(command.slice(-9, -8)));
        expect(sick.every((fate) => fate === "dead" || fate === "well")).toBeTrue();
        heals += commands.length;
      });
    expect(heals).toBeGreaterThan(20);
  });

  test("tick() keeps log, state and incidents in step, tick after tick", async () => {
    for (let seed = 20; seed <= 26; seed += 1)
      await live(seed, 40, (bed) => {
        expect(bed.isWhole()).toBeTrue();
        const state = JSON.parse(bed.host.files.text(`${paths.state}/state.json`) ?? "{}");
        const open = openIncidents(bed.host, paths.logFile).map(({ incident }) => incident);
        const known = Object.values<{ id: string }>(state.incidents).map(({ id }) => id);
        expect(open.sort()).toEqual(known.sort());
      });
  });

  test("tick() spends no rule's budget twice: at most three attempts an hour, two an incident", async () => {
    for (let seed = 40; seed <= 46; seed += 1) {
      const bed = await live(seed, 60, () => undefined);
      const { attempts } = readHealState(bed.host, paths.state, { bootId: "", uptimeS: 0 }, true).value;
      for (const each of attempts) {
        const hour = attempts.filter(
          ({ rule, started }) =>
            rule === each.rule &&
            Math.abs(started.uptimeS - each.started.uptimeS) < 3600 &&
            started.uptimeS >= each.started.uptimeS,
        );
        expect(hour.length).toBeLessThanOrEqual(3);
        expect(attempts.filter(({ key }) => key === each.key).length).toBeLessThanOrEqual(2);
      }
    }
  });

  test("tick() tells every incident's beginning and end, and empties its outbox once the chat is well", async () => {
    for (let seed = 60; seed <= 66; seed += 1) {
      const bed = await live(seed, 40, () => undefined);
      bed.chat = createTickBed().chat;
      for (const name of names) befall(bed, name, "well", 9000);
      // Longer than the window of a check that came and went.
      for (let at = 0; at < 24; at += 1) await bed.tick();
      const log = bed.host.files.text(paths.logFile) ?? "";
      const opened = log
        .split("\n")
        .filter((line) => line.includes('"incident.opened"'))
        .map((line) => JSON.parse(line));
      const all = bed.received.join("\n");
      const untold = opened.filter(({ check, evidence }) => !all.includes(` · ${check}: `) && !all.includes(evidence));
      expect(untold).toEqual([]);
      expect(bed.host.files.text(`${paths.state}/state.json`)).toContain('"outbox":[]');
      expect(openIncidents(bed.host, paths.logFile)).toEqual([]);
    }
  });
});
