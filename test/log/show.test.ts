import { afterEach, expect, test } from "bun:test";
import { appendFileSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { logCommand } from "../../src/cli/log.ts";
import { nothingShown, showEntry } from "../../src/log/show.ts";
import { createLogBed, healEntries, type LogBed } from "./log-bed.ts";

const golden = (name: string): string => readFileSync(join(import.meta.dir, "../golden/log", name), "utf8");

let bed: LogBed | undefined;

afterEach(() => {
  bed?.remove();
  bed = undefined;
});

/** A night: a heal, a tear, a heal that failed and a second try, and a person. */
const night = (columns: number): LogBed => {
  const made = createLogBed(columns);
  bed = made;
  for (const entry of healEntries(1)) {
    made.append(entry);
    made.wait(2345);
  }
  made.append({
    event: "config.changed",
    by: "watcher",
    config_sha256: "ab".repeat(32),
    why: "the config was changed",
  });
  appendFileSync(made.path, '{"seq":8,"at":"2026-11');
  made.wait(86_400_000);
  const of = {
    by: "helper",
    incident: "i-2",
    check: "board",
    recipe: "restart-unit",
    key: "i-2/restart-unit",
    attempt: 1,
  };
  made.append(
    { event: "incident.opened", by: "watcher", incident: "i-2", check: "board", evidence: "stuck: 4 ready, 0 running" },
    {
      event: "heal.dispatched",
      ...of,
      argv: ["/opt/heal me", "--why", 'a "quoted" word'],
      backup: [{ path: "/etc/x.conf", sha256: "cd".repeat(32) }],
    },
    {
      event: "heal.failed",
      ...of,
      exit: "timeout",
      why: `it did not end in time: https://example.org/${"x".repeat(60)}`,
    },
    { event: "heal.unlatched", by: "uid:0", recipe: "restart-unit", why: "by hand" },
  );
  return made;
};

for (const { columns, file } of [
  { columns: 80, file: "show-80.txt" },
  { columns: 48, file: "show-48.txt" },
] as const)
  test(`showEntry() tells a night on ${columns} columns as in ${file}`, async () => {
    const { host, path, out } = night(columns);
    expect(await logCommand(host, ["show"], { logFile: path }, false)).toBe(0);
    expect(out()).toBe(golden(file));
    for (const line of out().split("\n")) expect([...line].length).toBeLessThanOrEqual(columns);
  });

test("showEntry() lets no control, bidi or format character of a log reach the terminal", () => {
  const nasty = "\u001b]0;x\u0007\u001b[2J\u009b3J\u202e\u2066\u2028 \u{e0041} end";
  const text = showEntry(
    nothingShown,
    {
      ...{ seq: 1, at: `2026${nasty}`, host: nasty, boot: "b", event: nasty, by: nasty, prev: "" },
      ...{ incident: nasty, check: nasty, evidence: nasty, argv: [nasty], target: { unit: nasty }, exit: nasty },
    },
    { columns: 80, hasColour: false },
  ).text;
  expect(text.replaceAll("\n", "")).not.toMatch(/[\p{Cc}\p{Cf}\p{Zl}\p{Zp}]/u);
});

test("showEntry() colours good and bad only where the terminal takes colour", () => {
  const entry = {
    seq: 1,
    at: "2026-11-23T02:05:10.007Z",
    host: "h",
    boot: "b",
    event: "heal.proved",
    by: "helper",
    prev: "",
  };
  expect(showEntry(nothingShown, entry, { columns: 80, hasColour: true }).text).toContain("\u001b[32mheal.proved");
  expect(showEntry(nothingShown, entry, { columns: 80, hasColour: false }).text).not.toContain("\u001b");
});
