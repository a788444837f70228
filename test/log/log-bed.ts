import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { Clock } from "../../src/host/clock.ts";
import type { Host, Terminal } from "../../src/host/host.ts";
import { createHost } from "../../src/host/real-host.ts";
import { appendEntries } from "../../src/log/append.ts";
import type { Head, NewEntry } from "../../src/log/entry.ts";
import type { Verdict } from "../../src/log/verifier.ts";
import { parseWitness } from "../../src/log/witness.ts";
import { verifyPlain } from "./verify-plain.ts";

/** A folder with a log in it, on a real file system; the clock and the terminal are ours. */
export interface LogBed {
  readonly host: Host;
  readonly folder: string;
  readonly path: string;
  readonly out: () => string;
  readonly err: () => string;
  /** Moves the clock. */
  readonly wait: (ms: number) => void;
  readonly append: (...entries: readonly NewEntry[]) => Head;
  readonly read: () => Buffer;
  readonly write: (bytes: string | Uint8Array) => void;
  readonly verify: (witness?: string) => Verdict;
  readonly remove: () => void;
}

export const createLogBed = (columns = 80): LogBed => {
  const folder = mkdtempSync(join(tmpdir(), "dogwatch-log-"));
  const path = join(folder, "heal.jsonl");
  const real = createHost({ env: {}, uid: process.getuid?.() ?? 0, binary: process.execPath, hostname: "web-1" });
  let [out, err, nowMs] = ["", "", Date.UTC(2026, 10, 23, 2, 5, 10, 7)];
  const clock: Clock = { ...real.clock, nowMs: () => nowMs, bootId: () => "0b6f4c1e-7e0b-4b34-9a55-3f1f7f3c2b11" };
  const terminal: Terminal = {
    out: (text) => {
      out += text;
    },
    err: (text) => {
      err += text;
      return true;
    },
    isOutTerminal: false,
    isErrTerminal: false,
    isErrJournal: false,
    columns,
    rows: 24,
    hasColour: false,
    canRedraw: false,
    isUtf8: true,
  };
  const host: Host = { ...real, clock, terminal };
  return {
    host,
    folder,
    path,
    out: () => out,
    err: () => err,
    wait: (ms) => {
      nowMs += ms;
    },
    append: (...entries) => {
      const done = appendEntries(host, path, entries);
      if (done.kind === "failed") throw new Error(done.why);
      return done.head;
    },
    read: () => readFileSync(path),
    write: (bytes) => writeFileSync(path, bytes),
    verify: (text) => {
      const witness = text === undefined ? undefined : parseWitness(text);
      return verifyPlain(host.files, [path], ...(witness === undefined ? [] : [witness]));
    },
    remove: () => rmSync(folder, { recursive: true }),
  };
};

/** A seeded generator of numbers from 0 up to below `below`. Source: mulberry32. */
export const seeded = (seed: number): ((below: number) => number) => {
  let state = seed;
  return (below) => {
    state = (state + 0x6d2b79f5) | 0;
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state);
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
    return ((mixed ^ (mixed >>> 14)) >>> 0) % below;
  };
};

/** The entries of one heal, as the helper writes them; `number` makes them its own. */
export const healEntries = (number: number): readonly NewEntry[] => {
  const of = { by: "helper", incident: `i-${number}`, check: "gateway", recipe: "restart-unit", attempt: 1 };
  const key = `i-${number}/restart-unit`;
  const argv = ["/usr/bin/systemctl", "--system", "restart", "--no-block", "openclaw-gateway.service"];
  return [
    {
      event: "incident.opened",
      by: "watcher",
      incident: `i-${number}`,
      check: "gateway",
      evidence: `no answer in 5 s from "http://127.0.0.1:18789/healthz" — ${number} × größer`,
    },
    { event: "heal.created", ...of, key, config_sha256: "ab".repeat(32), budget_left: 2 },
    { event: "heal.planned", ...of, key, argv, target: { unit: "openclaw-gateway.service", pid: 4000 + number } },
    { event: "heal.dispatched", ...of, key, argv },
    { event: "heal.proved", ...of, key, exit: 0, proof: "HTTP 200 twice in a row" },
    { event: "incident.resolved", by: "watcher", incident: `i-${number}`, check: "gateway", why: "proved healed" },
  ];
};
