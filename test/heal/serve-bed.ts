import type { Config } from "../../src/config/config.ts";
import { approveAll } from "../../src/heal/context.ts";
import { openJournal } from "../../src/heal/journal.ts";
import { recentLog } from "../../src/heal/recent-log.ts";
import type { Recipe } from "../../src/heal/recipe.ts";
import { serve } from "../../src/heal/serve.ts";
import { type Answer, parseAnswer, wireVersion } from "../../src/heal/wire.ts";
import type { NextLine } from "../../src/host/peers.ts";
import type { Reading } from "../../src/probes/probe.ts";
import type { HealState } from "../../src/state/heal-state.ts";
import { readHealState, writeHealState } from "../../src/state/store.ts";
import { configOf, httpCheck, reading, unitCheck } from "../checks.ts";
import { unitFacts } from "../fake-facts.ts";
import { createFakeHost, type FakeHost } from "../fake-host.ts";
import { verifyPlain } from "../log/verify-plain.ts";
import { recipe, rule } from "./bed.ts";

const folder = "/var/lib/dogwatch-heal";
const logFile = "/var/log/dogwatch/heal.jsonl";
const configSha256 = "c0".repeat(32);
const confirmMs = 10_000;

/** What a watcher says: requests, or lines as they are. */
export type Said = object | string | Exclude<NextLine, { readonly kind: "line" }>;

/** Root's side of the wall on a fake host, with a watcher that says what a test has it say. */
export interface ServeBed {
  readonly host: FakeHost;
  readonly config: Config;
  recipe: Recipe;
  /** What each check reads from now on; `well` where nothing is said. */
  readonly world: Record<string, Reading["kind"] | Reading>;
  /** Whether a run of the recipe makes all well. */
  isCure: boolean;
  /** Called before each look, with its number from 1. */
  onLook: (count: number) => void;
  /** Called before each question to systemd, likewise. */
  onShow: (count: number) => void;
  /** How long a look takes. */
  lookMs: number;
  /** The watcher is gone: nothing can be sent to it. */
  isGone: boolean;
  /** When which checks were looked at, in milliseconds of the monotonic clock. */
  readonly looks: { readonly atMs: number; readonly names: readonly string[] }[];
  readonly warned: readonly string[];
  /** `look` and the answers' words, in order. */
  readonly trace: readonly string[];
  /** One connection: says hello, then this, and hangs up; gives the answers after the hello's. */
  say(...said: readonly Said[]): Promise<readonly Answer[]>;
  /** The same without a hello. */
  sayOnly(...said: readonly Said[]): Promise<readonly Answer[]>;
  /** Asks to heal these, with an incident each that the log knows; gives the last answer. */
  heal(red: readonly string[], more?: object): Promise<Answer>;
  /** How often the recipe ran. */
  runs(): number;
  events(): readonly string[];
  saved(): HealState;
  save(heal: HealState): void;
  files(): Readonly<Record<string, string | undefined>>;
  isWhole(): boolean;
}

/** A gateway's unit and two addresses that need it; one rule heals the unit and the first of them. */
const configFor = (more: Partial<Config>): Config =>
  configOf(
    [
      unitCheck({ name: "unit" }),
      httpCheck({ name: "gateway", needs: ["unit"], redAfter: 2, graceMs: 300_000 }),
      httpCheck({ name: "board", needs: ["unit"] }),
      httpCheck({ name: "other" }),
    ],
    { confirmMs, heal: { mode: "apply", rules: [rule({ on: ["unit", "gateway"] })] }, ...more },
  );

const lineOf = (said: Said): NextLine => {
  if (typeof said === "string") return { kind: "line", text: said };
  if ("kind" in said) return said;
  return { kind: "line", text: JSON.stringify(said) };
};

/** An incident of this check, as its requests and events name it. */
export const incidentOf = (check: string): string => `${check}-20261123T020500Z`;

/** Sets root's side up; `more`: what its config says else. */
export const createServeBed = (more: Partial<Config> = {}): ServeBed => {
  const host = createFakeHost();
  host.files.makeFolder(folder, 0o750);
  const [warned, trace]: [string[], string[]] = [[], []];
  let [looked, shown] = [0, 0];
  const show = host.systemd.show;
  const machine = {
    ...host,
    systemd: {
      ...host.systemd,
      show: async (...asked: Parameters<typeof show>) => {
        shown += 1;
        bed.onShow(shown);
        return await show(...asked);
      },
    },
  };
  const startAnew = (): void => {
    const invocationId = String(host.exec.ran.length + 1).padStart(32, "0");
    host.systemd.units.set("gateway.service", unitFacts({ invocationId }));
  };
  startAnew();
  host.exec.script = () => {
    startAnew();
    if (bed.isCure) for (const name of Object.keys(bed.world)) delete bed.world[name];
    return { kind: "exited", status: 0, stdout: "", stderr: "" };
  };
  const readingOf = (name: string): Reading => {
    const seen = bed.world[name] ?? "ok";
    return typeof seen === "string" ? reading(seen) : seen;
  };
  const connect = async (said: readonly Said[]): Promise<readonly Answer[]> => {
    const answers: Answer[] = [];
    const queue = said.map(lineOf);
    await serve({
      ...{ host: machine, config: bed.config, configSha256, folder, by: "helper", approve: approveAll },
      journal: openJournal(host, { folder, logFile, hostName: "web-1", isReadOnly: false, rotation: null }),
      readRecipe: async () => bed.recipe,
      peer: {
        next: async () => queue.shift() ?? { kind: "end" },
        send: async (line) => {
          const answer = parseAnswer(line);
          if (answer !== undefined) {
            answers.push(answer);
            trace.push(answer.is);
          }
          return !bed.isGone;
        },
        close: () => undefined,
      },
      look: async (checks) => {
        looked += 1;
        trace.push("look");
        bed.onLook(looked);
        bed.looks.push({ atMs: host.clock.monotonicMs(), names: checks.map(({ name }) => name) });
        if (bed.lookMs > 0) await host.clock.sleep(bed.lookMs);
        return new Map(checks.map(({ name }) => [name, readingOf(name)]));
      },
      memory: {},
      keepables: [],
      keepMemory: (memory) => host.files.put(`${folder}/looks.json`, JSON.stringify(memory)),
      recent: async (isReadOnly) =>
        await recentLog(host, { logFile, folder, isReadOnly }, new Date(host.clock.nowMs()).toISOString()),
      watchMs: () => 90_000,
      onStep: () => undefined,
      warn: (text) => void warned.push(text),
    });
    return answers;
  };
  const now = () => ({ bootId: host.clock.bootId(), uptimeS: host.clock.uptimeS() });
  const hello = { do: "hello", version: wireVersion, config: configSha256 };
  const opened = (check: string) => ({
    event: "incident.opened",
    incident: incidentOf(check),
    check,
    evidence: "it reads bad",
  });
  const bed: ServeBed = {
    host,
    config: configFor(more),
    recipe: recipe(),
    world: {},
    isCure: true,
    onLook: () => undefined,
    onShow: () => undefined,
    lookMs: 0,
    isGone: false,
    looks: [],
    warned,
    trace,
    say: async (...said) => (await connect([hello, ...said])).slice(1),
    sayOnly: async (...said) => await connect(said),
    heal: async (red, change = {}) => {
      const incidents = red.map((check) => ({ check, incident: incidentOf(check) }));
      const answers = await bed.say(
        { do: "enter", events: red.map(opened) },
        { do: "heal", red, incidents, dryRun: false, ...change },
      );
      const last = answers.at(-1);
      if (last === undefined) throw new Error("no answer came");
      return last;
    },
    runs: () => host.exec.ran.length,
    events: () =>
      (host.files.text(logFile) ?? "")
        .split("\n")
        .filter((line) => line !== "")
        .map((line) => String(JSON.parse(line).event)),
    saved: () => readHealState(host, folder, now(), true).value,
    save: (heal) => void writeHealState(host, folder, heal),
    files: () => Object.fromEntries(host.files.paths().map((path) => [path, host.files.text(path)])),
    isWhole: () => host.files.text(logFile) === undefined || verifyPlain(host.files, [logFile]).kind === "whole",
  };
  return bed;
};
