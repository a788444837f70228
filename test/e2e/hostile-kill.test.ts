import { expect, test } from "bun:test";
import { existsSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { Chat, Den, type Entry, readEntry, stateFiles } from "./hostile-bed.ts";

const rounds = 34;
/** Ticks that are killed in a row, in each round. */
const kills = 3;

/** A gateway that is sick while the file `sick` is there. The recipe takes it away, after noting the log's last line. */
class Patient implements Disposable {
  readonly den: Den = new Den();
  readonly chat: Chat = new Chat();
  readonly #server: Bun.Server<undefined> = Bun.serve({
    port: 0,
    hostname: "127.0.0.1",
    fetch: () => new Response("", { status: existsSync(this.den.at("sick")) ? 500 : 200 }),
  });

  constructor() {
    this.den.recipe("mine", `rm -f ${this.den.at("sick")}`, "proof: { within: 1s, every: 100ms }\ncooldown: 0s");
    const url = `http://127.0.0.1:${this.#server.port}/`;
    this.den.write(
      "dogwatch.yaml",
      `confirm: 0s\n${this.chat.yaml}checks: { gw: { http: { url: "${url}" }, red_after: 1 } }\n` +
        "heal: { mode: apply, rules: [{ on: [gw], recipe: mine }] }\n",
    );
  }

  fallIll(): void {
    writeFileSync(this.den.at("sick"), "");
  }

  cure(): void {
    rmSync(this.den.at("sick"), { force: true });
  }

  [Symbol.dispose](): void {
    void this.#server.stop(true);
    this.chat[Symbol.dispose]();
    this.den[Symbol.dispose]();
  }
}

const killed = async (den: Den, afterMs: number): Promise<void> => {
  const child = Bun.spawn([...den.argv(["tick"])], { env: { ...den.env }, stdio: ["ignore", "ignore", "ignore"] });
  const timer = setTimeout(() => child.kill("SIGKILL"), afterMs);
  await child.exited;
  clearTimeout(timer);
};

/** The attempts of which entries tell this event. */
const attemptsIn = (entries: readonly Entry[], ...events: readonly string[]): readonly string[] =>
  entries.flatMap(({ event, key, attempt }) => (events.includes(event) ? [`${key} ${attempt}`] : []));
const incidentsIn = (entries: readonly Entry[], wanted: string): readonly string[] =>
  entries.flatMap(({ event, incident }) => (event === wanted ? [incident ?? ""] : []));

/** Nothing ran twice, everything that began has ended, and the log says so. */
const expectWhole = (round: number, { den }: Patient): void => {
  const entries = den.entries();
  const ran = existsSync(den.at("ran")) ? readFileSync(den.at("ran"), "utf8").trim().split("\n").map(readEntry) : [];
  const runs = attemptsIn(ran, "heal.dispatched");
  expect({ round, ran: ran.length }).toEqual({ round, ran: new Set(runs).size });
  const ended = new Set(attemptsIn(entries, "heal.proved", "heal.failed", "heal.indeterminate"));
  const endless = attemptsIn(entries, "heal.dispatched").filter((attempt) => !ended.has(attempt));
  const resolved = new Set(incidentsIn(entries, "incident.resolved"));
  const open = incidentsIn(entries, "incident.opened").filter((incident) => !resolved.has(incident));
  expect({ round, endless, open }).toEqual({ round, endless: [], open: [] });
};

/** Every incident is told by its id, also held back with others. */
const expectTold = (round: number, { den, chat }: Patient): void => {
  const told = chat.taken.map(({ text }) => text).join("\n");
  const untold = incidentsIn(den.entries(), "incident.opened").filter(
    (id) => !told.includes(`Incident ${id}\n`) && !told.includes(` [${id}]\n`),
  );
  expect({ round, untold }).toEqual({ round, untold: [] });
};

/** How long a whole red tick with its heal takes, in milliseconds. */
const measured = async (): Promise<number> => {
  using patient = new Patient();
  patient.fallIll();
  const startedMs = performance.now();
  expect((await patient.den.tick()).json.heal.outcome).toBe("healed");
  return performance.now() - startedMs;
};

// A patient of its own for each round: one that falls ill thirty times in a minute flaps, and is healed no more.
test(`tick, killed at any instant of ${rounds * kills} red ticks, repeats no heal, loses no alert, leaves a log that verifies`, async () => {
  const wholeMs = await measured();
  for (let round = 0; round < rounds; round += 1) {
    using patient = new Patient();
    const { den } = patient;
    await den.tick();
    patient.fallIll();
    for (let kill = 0; kill < kills; kill += 1) await killed(den, ((round + Math.random()) / rounds) * wholeMs);
    expect({ round, ...(await den.tick()).json }).toMatchObject({ round, exit: 0, troubles: [], outbox: 0 });
    patient.cure();
    expect({ round, ...(await den.tick()).json }).toMatchObject({ round, verdict: "green", troubles: [], outbox: 0 });
    expect({ round, verify: await den.verify() }).toEqual({ round, verify: "0 ok" });
    expect([den.names(), readdirSync(den.logs)]).toEqual([stateFiles, ["heal.jsonl", "heal.seals"]]);
    expectTold(round, patient);
    expectWhole(round, patient);
  }
}, 240_000);
