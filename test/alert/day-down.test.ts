import { describe, expect, test } from "bun:test";
import { maxOutbox } from "../../src/alert/outbox.ts";
import { failedCommand } from "../../src/cli/failed.ts";
import type { HttpAnswer } from "../../src/host/host.ts";
import { readState } from "../../src/state/store.ts";
import { answer } from "../fake-facts.ts";
import { seeded } from "../log/log-bed.ts";
import { createTickBed, down, flags, paths, type TickBed } from "../tick-bed.ts";

/** Ticks of a day at one in five minutes. */
const day = 288;
const count = 12;

const configFor = (chat: string): string => `host: web-1
confirm: 0s
chat:
  ${chat}
checks:
${Array.from({ length: count }, (_, at) => `  c${at}: { http: { url: "http://127.0.0.1:80${at + 10}/" }, red_after: 1 }`).join("\n")}
heal: { mode: observe }
deadman: { url: "http://127.0.0.1:8099/uuid" }
remind_every: 4h
`;

const telegram = 'telegram: { chat_id: "42", token: { credential: telegram-token }, api: "http://127.0.0.1:8081" }';
const manager = 'alertmanager: { url: "http://127.0.0.1:9093" }';

interface Day {
  readonly bed: TickBed;
  /** Checks that are red now. */
  readonly sick: Set<number>;
  isChatDown: boolean;
  /** Bodies that the chat took. */
  readonly taken: string[];
  /** What the dead-man's switch heard: the end of its address, and the first line of the body. */
  readonly pings: string[];
}

const dayOf = (chat: string): Day => {
  const bed = createTickBed(configFor(chat));
  const day: Day = { bed, sick: new Set(), isChatDown: true, taken: [], pings: [] };
  bed.host.http.script = (request): HttpAnswer => {
    const check = /^check c(\d+)$/u.exec(request.for)?.[1];
    if (check !== undefined) return day.sick.has(Number(check)) ? down : answer(200);
    if (request.for === "deadman") {
      day.pings.push(`${request.url.split("/").at(-1)} ${request.body?.split("\n", 1)[0]}`);
      return answer(200);
    }
    if (day.isChatDown) return down;
    day.taken.push(request.body ?? "");
    return answer(200, '{"ok":true,"result":{"message_id":1}}');
  };
  return day;
};

const outboxOf = ({ bed }: Day) => readState(bed.host, paths.state, true).value.outbox;
const toldIn = (day: Day): number => outboxOf(day).reduce((sum, { folded }) => sum + (folded?.count ?? 1), 0);

/** What dogwatch-failed.service says after a tick with this status. */
const failed = async ({ bed: { host } }: Day, exit: number): Promise<string> => {
  Object.assign(host.terminal, { stderr: "" });
  Object.assign(host.env, { MONITOR_EXIT_STATUS: String(exit) });
  await failedCommand({ host, paths, flags, words: [] });
  return host.terminal.stderr;
};

/** A whole day without the chat, in which checks come and go; gives each tick's status and what was said of it. */
const without = async (now: Day, seed: number): Promise<{ readonly exits: number[]; readonly said: string[] }> => {
  const below = seeded(seed);
  const exits: number[] = [];
  const said: string[] = [];
  for (let tick = 0; tick < day; tick += 1) {
    const check = below(count);
    if (tick === 0 || now.sick.size === 0) now.sick.add(check);
    else if (below(3) === 0 && !now.sick.delete(check)) now.sick.add(check);
    const { exit } = await now.bed.tick();
    exits.push(exit);
    if (exit !== 0) said.push(await failed(now, exit));
    expect(outboxOf(now).length).toBeLessThanOrEqual(maxOutbox);
  }
  return { exits, said };
};

describe("a day with the chat down", () => {
  test("tick() keeps all, ends with 75 from the second tick on, and sends one message afterwards", async () => {
    const now = dayOf(telegram);
    const { exits, said } = await without(now, 7);
    expect(exits).toEqual([0, ...Array<number>(day - 1).fill(75)]);
    expect(said).toHaveLength(day - 1);
    expect(said.every((line) => line.includes("an alert cannot be delivered"))).toBeTrue();
    // Terminals: at once, and then every four hours; the journal each time.
    expect(said.filter((line) => line.startsWith("<0>"))).toHaveLength(6);
    expect(said.filter((line) => line.startsWith("<3>"))).toHaveLength(day - 1 - 6);

    const ends = now.pings.filter((ping) => !ping.startsWith("start?"));
    expect(ends).toHaveLength(day);
    expect(ends.slice(1).filter((ping) => !/^fail\?.* exit status 75$/u.test(ping))).toEqual([]);

    const waiting = toldIn(now);
    expect(waiting).toBeGreaterThan(20);
    now.isChatDown = false;
    expect((await now.bed.tick()).exit).toBe(0);
    const [first = "", ...others] = now.taken;
    const { text }: { text: string } = JSON.parse(first);
    expect(text).toMatch(
      new RegExp(`^(STILL )?RED web-1 · ${waiting} messages held back since 23 Nov 02:\\d\\d UTC`, "u"),
    );
    expect(others.filter((body) => body.includes("held back"))).toEqual([]);
    expect(outboxOf(now)).toEqual([]);
    now.taken.length = 0;
    expect((await now.bed.tick()).exit).toBe(0);
    expect(now.taken.filter((body) => body.includes("held back"))).toEqual([]);
  }, 60_000);

  test("tick() tells an Alertmanager its state as it is after the day, and 75 all the while", async () => {
    const now = dayOf(manager);
    const { exits } = await without(now, 11);
    expect(exits).toEqual([0, ...Array<number>(day - 1).fill(75)]);
    now.isChatDown = false;
    expect((await now.bed.tick()).exit).toBe(0);
    const alerts: { labels: Record<string, string>; endsAt: string }[] = JSON.parse(now.taken[0] ?? "[]");
    const red = alerts
      .filter(({ labels }) => labels["alertname"] === "DogwatchRed")
      .map(({ labels }) => labels["check"]);
    expect(red.sort()).toEqual([...now.sick].map((at) => `c${at}`).sort());
    expect(alerts.some(({ labels }) => labels["alertname"] === "DogwatchEnded")).toBeTrue();
    expect(outboxOf(now)).toEqual([]);
    expect(now.taken.join("")).not.toContain("held back");
    now.taken.length = 0;
    now.sick.clear();
    for (let tick = 0; tick < 6; tick += 1) expect((await now.bed.tick()).exit).toBe(0);
    expect(now.taken.length).toBeGreaterThanOrEqual(3);
    now.taken.length = 0;
    expect((await now.bed.tick()).exit).toBe(0);
    expect(now.taken).toEqual([]);
  }, 60_000);
});
