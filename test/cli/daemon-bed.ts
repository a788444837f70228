import type { Flags } from "../../src/cli/cli.ts";
import { runDaemon } from "../../src/cli/daemon-loop.ts";
import { openRunLog } from "../../src/host/run-log.ts";
import type { Bells } from "../../src/host/schedule.ts";
import type { Signal } from "../../src/host/signals.ts";
import { loadKept } from "../../src/load.ts";
import { createTickBed, flags, paths, type TickBed } from "../tick-bed.ts";

/** What the service manager was told, in order. */
type Said = readonly [kind: "ready" | "status" | "reloading" | "stopping" | "keep-alive", text?: string];

/** A daemon on the host of the tick's tests, whose schedule rings every five minutes of the fake clock. */
export interface DaemonBed extends TickBed {
  /** Starts it; resolves with its exit status. */
  run(change?: Partial<Flags>): Promise<number>;
  /** Lets all run that can run without the clock. */
  settle(): Promise<void>;
  /** The next due time comes, and its tick runs to its end. */
  due(): Promise<void>;
  /** Due times that come while no time passes for us: a tick is in hand. */
  ring(count: number): Promise<void>;
  /** Due times that the schedule notices too late. */
  missed(count: number): Promise<void>;
  signal(signal: Signal): Promise<void>;
  readonly said: readonly Said[];
  readonly died: readonly Signal[];
  /** Lines of the run log and all else on stderr. */
  lines(): readonly string[];
  /** How often the schedule was opened, and whether one still is. */
  opened(): number;
  isOpen(): boolean;
  isHeard(): boolean;
}

export const periodMs = 300_000;

/** Sets the host and the daemon's doors up. `watchdogMs`: how often the manager wants a sign of life. */
export const createDaemonBed = (config?: string, watchdogMs?: number): DaemonBed => {
  const bed = createTickBed(config);
  const { host } = bed;
  const said: Said[] = [];
  const died: Signal[] = [];
  let bells: Bells | undefined;
  let hear: ((signal: Signal) => void) | undefined;
  let [opened, dueMs] = [0, 0];
  const say =
    (kind: Said[0]) =>
    (text?: string): void =>
      void said.push(text === undefined ? [kind] : [kind, text]);
  const settle = async (): Promise<void> => {
    for (let turn = 0; turn < 3000; turn += 1) await new Promise((resolve) => setImmediate(resolve));
  };
  const next = (): void => {
    dueMs = host.clock.monotonicMs() + periodMs;
  };
  return Object.assign(bed, {
    said,
    died,
    settle,
    opened: () => opened,
    isOpen: () => bells !== undefined,
    isHeard: () => hear !== undefined,
    lines: () => host.terminal.stderr.split("\n").filter((line) => line !== ""),
    run: async (change: Partial<Flags> = {}) => {
      const cli = { host, paths, flags: { ...flags, ...change }, words: [] };
      const log = await openRunLog(host.terminal, { level: "info", format: "text" });
      const start = await loadKept(host, paths, false);
      if (start.kind === "faults") throw new Error("the bed's config is invalid");
      return await runDaemon({
        ...{ cli, log, start },
        open: (to) => {
          [bells, opened] = [to, opened + 1];
          next();
          return {
            msToNext: () => Math.max(0, dueMs - host.clock.monotonicMs()),
            stop: () => {
              if (bells === to) bells = undefined;
            },
          };
        },
        hear: (to) => {
          hear = to;
          return () => {
            hear = undefined;
          };
        },
        dieOf: (signal) => void died.push(signal),
        notify: {
          ready: say("ready"),
          status: say("status"),
          reloading: say("reloading"),
          stopping: say("stopping"),
          keepAlive: say("keep-alive"),
          watchdogMs,
          told: () => Promise.resolve(),
        },
      });
    },
    due: async () => {
      host.clock.advance(Math.max(0, dueMs - host.clock.monotonicMs()));
      next();
      bells?.due();
      await settle();
    },
    ring: async (count: number) => {
      for (let each = 0; each < count; each += 1) bells?.due();
      await settle();
    },
    missed: async (count: number) => {
      for (let each = 0; each < count; each += 1) bells?.missed();
      await settle();
    },
    signal: async (signal: Signal) => {
      hear?.(signal);
      await settle();
    },
  });
};
