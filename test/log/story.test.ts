import { afterEach, expect, test } from "bun:test";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { logCommand } from "../../src/cli/log.ts";
import type { NewEntry } from "../../src/log/entry.ts";
import type { SeenEntry } from "../../src/log/seen-entry.ts";
import { tellStory } from "../../src/log/story.ts";
import { createLogBed, healEntries, type LogBed } from "./log-bed.ts";

const golden = (name: string): string => readFileSync(join(import.meta.dir, "../golden/log", name), "utf8");

let bed: LogBed | undefined;

afterEach(() => {
  bed?.remove();
  bed = undefined;
});

const id = "gateway-20261123T020510Z";
const of = { by: "helper", incident: id, check: "gateway", recipe: "restart-unit", key: `${id}/restart-unit` } as const;
const argv = ["/usr/bin/systemctl", "--system", "restart", "--no-block", "openclaw-gateway.service"];
const target = { unit: "openclaw-gateway.service", user: "agents", pid: 4711 };
const seals = { recipe_sha256: "11".repeat(32), config_sha256: "22".repeat(32), binary_sha256: "33".repeat(32) };

/** A first try that fails and is undone, a second that heals; other incidents in between. */
const night = (columns: number): LogBed => {
  const made = createLogBed(columns);
  bed = made;
  const then = (ms: number, ...entries: readonly NewEntry[]): void => {
    made.wait(ms);
    made.append(...entries);
  };
  then(0, ...healEntries(1));
  then(5000, { event: "incident.opened", by: "watcher", incident: id, check: "gateway", evidence: "no answer in 5 s" });
  then(120, { event: "heal.archived", ...of, attempt: 1, why: "0 stale attempts closed" });
  then(0, { event: "heal.created", ...of, attempt: 1, ...seals, budget_left: 2 });
  const backup = [{ path: "/home/agents/.openclaw/openclaw.json", sha256: "cd".repeat(32) }];
  then(3, { event: "heal.planned", ...of, attempt: 1, argv, target, backup, why: "exactly one change is planned" });
  then(9, { event: "heal.dispatched", ...of, attempt: 1, argv });
  then(302_000, { event: "heal.failed", ...of, attempt: 1, exit: 0, proof: "HTTP 500", why: "not well within 5 min" });
  then(20, { event: "heal.restored", ...of, attempt: 1, backup, why: "" });
  then(20, ...healEntries(2));
  then(900_000, { event: "heal.created", ...of, attempt: 2, ...seals, budget_left: 1 });
  then(20, { event: "heal.dispatched", ...of, attempt: 2, argv });
  then(4100, { event: "heal.proved", ...of, attempt: 2, proof: "ok twice in a row: gateway: 200 in 2 ms" });
  then(30, { event: "incident.resolved", by: "watcher", incident: id, check: "gateway", why: "healed" });
  return made;
};

for (const { columns, file } of [
  { columns: 80, file: "story-80.txt" },
  { columns: 48, file: "story-48.txt" },
] as const)
  test(`tellStory() tells an incident on ${columns} columns as in ${file}`, async () => {
    const { host, path, out } = night(columns);
    expect(await logCommand(host, ["show", "--incident", id], { logFile: path }, false)).toBe(0);
    expect(out()).toBe(golden(file));
    for (const line of out().split("\n")) expect([...line].length).toBeLessThanOrEqual(columns);
  });

test("tellStory() gives each step the head that a message of that moment shows", async () => {
  const { host, path, out, verify } = night(80);
  await logCommand(host, ["show", "--incident", id], { logFile: path }, false);
  const heads = [...out().matchAll(/head {4}log (\S+)/gu)].map(([, head]) => head ?? "");
  expect(heads.length).toBe(11);
  for (const head of heads) expect(verify(head).kind).toBe("whole");
});

const seen = (more: Partial<SeenEntry>): SeenEntry => ({
  ...{ seq: 7, at: "2026-11-23T02:05:10.007Z", host: "h", boot: "b1", event: "heal.proved", by: "uid:0", prev: "" },
  ...{ incident: "i", check: "c" },
  ...more,
});
const sheet = { columns: 80, hasColour: false };
const sha256 = "ab".repeat(32);

test("tellStory() says that a beginning is gone, that the host was started anew, and stands a clock that was set back", () => {
  const told = tellStory(
    "i",
    [
      { entry: seen({}), sha256 },
      { entry: seen({ seq: 8, at: "2026-11-23T02:05:08.007Z", boot: "b2", event: "heal.dreamt" }), sha256 },
      { entry: seen({ seq: 9, at: "never" }), sha256 },
    ],
    sheet,
  );
  expect(told).toContain("(its beginning is in no file here)");
  expect(told).toContain("2: the host was started anew in between");
  expect(told).toContain("       -2 s  heal.dreamt (by uid:0)");
  expect(told).toContain("still open");
});

test("tellStory() lets no control, bidi or format character of a log reach the terminal", () => {
  const nasty = "\u001b]0;x\u0007\u001b[2J\u009b3J\u202e\u2066\u2028 \u{e0041} end";
  const entry = seen({
    ...{ at: `2026${nasty}`, host: nasty, event: nasty, by: nasty, check: nasty, evidence: nasty, argv: [nasty] },
    ...{ target: { unit: nasty, user: nasty }, backup: [{ path: nasty, sha256: nasty }], exit: nasty, why: nasty },
  });
  const told = tellStory(nasty, [{ entry, sha256 }], sheet);
  expect(told.replaceAll("\n", "")).not.toMatch(/[\p{Cc}\p{Cf}\p{Zl}\p{Zp}]/u);
});

test("tellStory() colours good and bad only where the terminal takes colour", () => {
  const lines = [{ entry: seen({}), sha256 }];
  expect(tellStory("i", lines, { columns: 80, hasColour: true })).toContain("\u001b[32mstep 5: proved");
  expect(tellStory("i", lines, sheet)).not.toContain("\u001b");
});
