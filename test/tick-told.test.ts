import { describe, expect, test } from "bun:test";
import { openIncidents } from "../src/log/open-incidents.ts";
import { writeSilences } from "../src/state/silence.ts";
import { unitFacts } from "./fake-facts.ts";
import { seeded } from "./log/log-bed.ts";
import { createTickBed, paths, type TickBed } from "./tick-bed.ts";

const names = ["a", "b", "c", "d"] as const;
const needs: Readonly<Record<string, string>> = { b: ", needs: [a]", c: ", needs: [b]" };
const config = `host: web-1
confirm: 0s
chat:
  telegram: { chat_id: "42", token: { credential: telegram-token }, api: "http://127.0.0.1:8081" }
checks:
${names.map((name) => `  ${name}: { unit: { name: ${name}.service }${needs[name] ?? ""} }`).join("\n")}
heal:
  mode: apply
  rules:
    - { on: [a, b], recipe: restart-unit, with: { unit: a.service } }
    - { on: [d], recipe: restart-unit, with: { unit: d.service } }
`;

type Fate = "well" | "dead" | "unseen";

const befall = (bed: TickBed, name: string, fate: Fate, invocation: number): void => {
  const unit = `${name}.service`;
  const facts = {
    well: { invocationId: `${invocation}`.padStart(32, "0") },
    dead: { activeState: "failed", result: "signal", mainPid: 0, execMainCode: 2, execMainStatus: 9 },
    unseen: { activeState: "a-new-word" },
  }[fate];
  bed.host.systemd.units.set(unit, unitFacts({ unit, ...facts }));
};

/** What a message says: its word, its check, its incident, and those that go on in it. */
interface Heard {
  readonly word: string;
  readonly check: string;
  readonly incident: string | undefined;
  readonly tookOver: readonly string[];
}

const heardIn = (text: string): Heard => {
  const [, word = "", check = ""] = /^([A-Z ]+) web-1 · ([^:]+):/u.exec(text) ?? [];
  const tookOver = /^Took over: (.*)$/mu.exec(text)?.[1]?.split(", ") ?? [];
  return { word, check, incident: /^Incident (.*)$/mu.exec(text)?.[1], tookOver };
};

/** What the operator was told of one incident. */
interface Told {
  reds: number;
  ends: number;
}

const isEnd = ({ word }: Heard): boolean => word === "RECOVERED" || word === "HEALED";

/** The books that an operator would keep of the messages. */
const booksOf = (texts: readonly string[]): ReadonlyMap<string, Told> => {
  const books = new Map<string, Told>();
  const of = (incident: string): Told => {
    const told = books.get(incident) ?? { reds: 0, ends: 0 };
    books.set(incident, told);
    return told;
  };
  const taken = new Set<string>();
  for (const heard of texts.map(heardIn)) {
    if (heard.incident === undefined) continue;
    if (heard.word === "RED") of(heard.incident).reds += 1;
    of(heard.incident).ends += isEnd(heard) ? 1 : 0;
    for (const other of heard.tookOver) {
      // What was taken over is named in each message from then on, also where that incident is taken over in its turn.
      of(other).ends += taken.has(other) ? 0 : 1;
      taken.add(other);
    }
  }
  return books;
};

const silence = (check: string) => [
  { check, from: "2026-11-23T00:00:00.000Z", until: "2026-12-23T00:00:00.000Z", reason: "by chance", by: "uid:0" },
];

interface JsonTick {
  readonly checks: readonly { readonly name: string; readonly because: string | null; readonly verdict: string }[];
}

/** What befalls the units and their silences between two ticks, by chance. */
const chance = (bed: TickBed, below: (n: number) => number, at: number, hasSilences: boolean): void => {
  const fates: readonly Fate[] = ["well", "well", "dead", "dead", "unseen"];
  for (const name of names) if (below(3) === 0 || at === 1) befall(bed, name, fates[below(fates.length)] ?? "well", at);
  if (hasSilences && below(6) === 0)
    writeSilences(bed.host, paths.helper, below(2) === 0 ? [] : silence(names[below(names.length)] ?? "a"));
};

/** Messages of one tick about a check that is folded under another at its end; how a heal ended is told all the same. */
const ofFolded = async (bed: TickBed): Promise<readonly string[]> => {
  const before = bed.received.length;
  const { out } = await bed.tick({ isJson: true });
  const { checks }: JsonTick = JSON.parse(out);
  const folded = new Set(checks.flatMap(({ name, because }) => (because === null ? [] : [name])));
  return bed.received
    .slice(before)
    .filter((text) => folded.has(heardIn(text).check) && !isEnd(heardIn(text)) && !/^Heal (?:failed|cut)/mu.test(text));
};

/** Lives through `ticks` of chance, then through two hours in which all is well. */
const live = async (seed: number, ticks: number, hasSilences: boolean): Promise<TickBed> => {
  const below = seeded(seed);
  const bed = createTickBed(config);
  bed.host.exec.script = ({ argv }) => {
    if (below(3) > 0) befall(bed, argv.at(-1)?.slice(0, 1) ?? "", "well", bed.host.exec.ran.length + 1000);
    return { kind: "exited", status: 0, stdout: "", stderr: "" };
  };
  for (let at = 1; at <= ticks; at += 1) {
    chance(bed, below, at, hasSilences);
    expect(await ofFolded(bed)).toEqual([]);
  }
  writeSilences(bed.host, paths.helper, []);
  for (const name of names) befall(bed, name, "well", 9000);
  for (let at = 0; at < 24; at += 1) await bed.tick();
  return bed;
};

describe("tick() as the operator hears it over random histories", () => {
  for (const hasSilences of [false, true])
    test(`tick() tells each incident one end, RED at most once, and nothing of a folded check${hasSilences ? ", silences or not" : ""}`, async () => {
      let told = 0;
      for (let seed = 1; seed <= 12; seed += 1) {
        const bed = await live(seed, 40, hasSilences);
        const books = booksOf(bed.received);
        told += books.size;
        for (const [incident, { reds, ends }] of books)
          expect([seed, incident, ends, reds <= 1]).toEqual([seed, incident, 1, true]);
        expect(openIncidents(bed.host, paths.logFile)).toEqual([]);
        expect(bed.isWhole()).toBeTrue();
      }
      expect(told).toBeGreaterThan(80);
    }, 60_000);
});
