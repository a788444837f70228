import type { NextTick, UnitFacts } from "./host.ts";

/** The properties that {@link parseShow} reads, for `systemctl show -p`. Source: org.freedesktop.systemd1(5). */
export const shownProperties = [
  "Id",
  "LoadState",
  "ActiveState",
  "SubState",
  "Type",
  "Result",
  "UnitFileState",
  "InvocationID",
  "MainPID",
  "NRestarts",
  "ExecMainStatus",
  "ExecMainCode",
  "Job",
  "ActiveEnterTimestampMonotonic",
  "ActiveExitTimestampMonotonic",
  "ExecMainStartTimestampMonotonic",
  "ExecMainExitTimestampMonotonic",
] as const;

/** Properties of one unit by name. */
type Properties = ReadonlyMap<string, string>;

/**
 * Splits the output of `systemctl show` into one block a unit, in the order in which units were asked for: `NAME=value`
 * lines with an empty line between blocks. Properties that a kind of unit doesn't have are left out by systemctl. Pure,
 * never throws. Source: systemctl(1).
 */
export const parseBlocks = (text: string): readonly Properties[] => {
  const blocks: Map<string, string>[] = [];
  let block: Map<string, string> | undefined;
  for (const line of text.split("\n")) {
    const equals = line.indexOf("=");
    if (equals > 0) {
      if (block === undefined) {
        block = new Map();
        blocks.push(block);
      }
      block.set(line.slice(0, equals), line.slice(equals + 1));
    } else if (line === "") {
      block = undefined;
    }
  }
  return blocks;
};

const factsOf = (unit: string, block: Properties): UnitFacts => {
  const text = (name: string): string => block.get(name) ?? "";
  // Timers and sockets have no main process; "[not set]" and "infinity" are no numbers either.
  const number = (name: string): number => (/^\d+$/.test(text(name)) ? Number(text(name)) : 0);
  return {
    unit,
    loadState: text("LoadState"),
    activeState: text("ActiveState"),
    subState: text("SubState"),
    serviceType: text("Type"),
    result: text("Result"),
    unitFileState: text("UnitFileState"),
    invocationId: text("InvocationID"),
    mainPid: number("MainPID"),
    restarts: number("NRestarts"),
    execMainStatus: number("ExecMainStatus"),
    execMainCode: number("ExecMainCode"),
    hasJob: number("Job") !== 0,
    activeEnterUs: number("ActiveEnterTimestampMonotonic"),
    activeExitUs: number("ActiveExitTimestampMonotonic"),
    execMainStartUs: number("ExecMainStartTimestampMonotonic"),
    execMainExitUs: number("ExecMainExitTimestampMonotonic"),
  };
};

/**
 * Reads the output of `systemctl show` for `units`, which are the names that were asked for and that the answer carries
 * (an alias is answered under its own `Id`). Undefined when the output hasn't one whole block for each. Pure, never
 * throws.
 */
export const parseShow = (text: string, units: readonly string[]): readonly UnitFacts[] | undefined => {
  const blocks = parseBlocks(text);
  const isWhole =
    blocks.length === units.length && blocks.every((block) => block.get("LoadState") && block.get("ActiveState"));
  return isWhole ? blocks.map((block, index) => factsOf(units[index] ?? "", block)) : undefined;
};

/** A point in time as systemctl prints it under TZ=UTC; undefined for `n/a` and the like. Source: systemd.time(7). */
const timestamp = (text: string): string | undefined => {
  const [, date, time] = /^\w{3} (\d{4}-\d\d-\d\d) (\d\d:\d\d:\d\d)(?:\.\d+)? UTC$/.exec(text) ?? [];
  return date === undefined || time === undefined ? undefined : `${date}T${time}Z`;
};

const msOfUnit: Readonly<Record<string, number>> = {
  us: 0.001,
  ms: 1,
  s: 1000,
  min: 60_000,
  h: 3_600_000,
  d: 86_400_000,
  w: 604_800_000,
  month: 2_629_800_000,
  y: 31_557_600_000,
};

/** `2h 1min 50.761127s` in ms; 0 for `0`, `infinity` and anything else. Source: systemd.time(7), format_timespan. */
const timespanMs = (text: string): number => {
  let sum = 0;
  for (const part of text.split(" ")) {
    const [, count, unit] = /^(\d+(?:\.\d+)?)([a-z]+)$/.exec(part) ?? [];
    const unitMs = unit === undefined ? undefined : msOfUnit[unit];
    if (unitMs === undefined) return 0;
    sum += Number(count) * unitMs;
  }
  return sum;
};

const nextAt = (block: Properties, bootedAtMs: number): string | undefined => {
  const realtime = timestamp(block.get("NextElapseUSecRealtime") ?? "");
  if (realtime !== undefined) return realtime;
  const sinceBootMs = timespanMs(block.get("NextElapseUSecMonotonic") ?? "");
  return sinceBootMs === 0 ? undefined : new Date(Math.round((bootedAtMs + sinceBootMs) / 1000) * 1000).toISOString();
};

/**
 * When a timer fires next, from its `NextElapseUSecRealtime`, or, for timers that count from boot, from `NextElapseUSecMonotonic` and
 * the wall time of the boot; and its period, from `LastTriggerUSec`, once it has fired. Undefined when it isn't waiting. Pure.
 * Source: org.freedesktop.systemd1(5), systemd.time(7).
 */
export const nextElapse = (block: Properties, bootedAtMs: number): NextTick | undefined => {
  const at = nextAt(block, bootedAtMs);
  const last = timestamp(block.get("LastTriggerUSec") ?? "");
  const periodS = at === undefined || last === undefined ? 0 : (Date.parse(at) - Date.parse(last)) / 1000;
  return at === undefined ? undefined : { at, ...(periodS > 0 ? { periodS } : {}) };
};
