import type { Check, Rule } from "../config/config.ts";
import type { Host } from "../host/host.ts";
import type { Reading } from "../probes/probe.ts";
import type { HealState } from "../state/heal-state.ts";
import type { Moment } from "../state/state.ts";
import type { HandFile, Hands } from "./hands.ts";
import { storeKept } from "./kept.ts";
import { fileChangeOf, filesAs, fillRecipe, type Recipe } from "./recipe.ts";

type Readings = ReadonlyMap<string, Reading>;

/** A file that a rule's recipe may put back: whose it is (null: whoever owns it), and the checks that say that it ran green. Plain JSON. */
export interface Keepable {
  /** Checks that must be green. */
  readonly on: readonly string[];
  /** Those of them that tell when the program started. */
  readonly startsOf: readonly string[];
  readonly path: string;
  readonly user: string | null;
}

/** Whether a check tells the start of one program for sure: of several processes a reading tells the youngest, which may be a worker. Pure. */
export const tellsStart = (check: Check): boolean =>
  check.kind === "unit" || (check.kind === "process" && check.count.max === 1);

/** The file that a rule's recipe would put back; undefined for a recipe that puts none back, or isn't filled right. Pure. */
export const keepableOf = (rule: Rule, recipe: Recipe, checks: readonly Check[]): Keepable | undefined => {
  if (recipe.fileChange?.kind !== "restore-kept") return undefined;
  const filled = fillRecipe(recipe, rule.with);
  const change = filled.kind === "filled" ? fileChangeOf(filled.steps[0] ?? []) : undefined;
  if (change === undefined) return undefined;
  const startsOf = checks.flatMap((check) => (rule.on.includes(check.name) && tellsStart(check) ? [check.name] : []));
  return { on: rule.on, startsOf, path: change.path, user: filesAs(recipe, rule.with) ?? null };
};

/** Two starts of one process, told by two clocks that round: the kernel counts in hundredths of a second. */
const isSameStart = (one: number, other: number): boolean => Math.abs(one - other) < 0.05;

/** When what a rule's checks look at started: the earliest that they tell. Undefined: not all are green, or none tells. */
const greenSince = ({ on, startsOf }: Keepable, readings: Readings): number | undefined => {
  if (on.length === 0 || !on.every((name) => readings.get(name)?.kind === "ok")) return undefined;
  const starts = startsOf.flatMap((name) => readings.get(name)?.startedUptimeS ?? []).filter(Number.isFinite);
  return starts.length === 0 ? undefined : Math.min(...starts);
};

/**
 * Whether a rule's file should be looked at, to keep what ran green: all its checks are green, and what they look at has started
 * since the file was last looked at. Needs no right to the file. Pure.
 */
export const isKeepDue = (file: Keepable, readings: Readings, kept: HealState["kept"], bootId: string): boolean => {
  const startedUptimeS = greenSince(file, readings);
  if (startedUptimeS === undefined) return false;
  const last = Object.hasOwn(kept, file.path) ? kept[file.path] : undefined;
  return last === undefined || last.bootId !== bootId || !isSameStart(last.startedUptimeS, startedUptimeS);
};

/** Uptime, start and wall time are each rounded, or read a moment apart: less than this is no order. */
const unclearMs = 30;

/**
 * Whether a process that started then read the file as it is now: the file has not changed since in any way, not even its mode. `now`:
 * wall time and uptime of one moment. A wall clock that was set forward in between is not noticed. Pure.
 */
export const hasRun = (
  changedMs: number,
  startedUptimeS: number,
  now: { readonly ms: number; readonly uptimeS: number },
): boolean => now.ms - (now.uptimeS - startedUptimeS) * 1000 - changedMs > unclearMs;

/** What keeping came to. `notes`: why a file could not be kept, for the run's own log. */
export interface Kept {
  readonly kept: HealState["kept"];
  readonly notes: readonly string[];
}

/** What keeping works on. `now`: the present moment, with its wall time to show. */
export interface Keeping {
  readonly host: Host;
  readonly hands: Hands;
  readonly helperFolder: string;
  readonly files: readonly Keepable[];
  readonly readings: Readings;
  readonly kept: HealState["kept"];
  readonly now: { readonly at: string; readonly moment: Moment };
}

type Looked = { readonly kind: "looked"; readonly sha256: string } | { readonly kind: "note"; readonly why: string };

const keepFile = (work: Keeping, path: string, file: HandFile, startedUptimeS: number): Looked => {
  const { host, helperFolder, now } = work;
  const before = work.kept[path]?.sha256 ?? "";
  const moment = { ms: host.clock.nowMs(), uptimeS: host.clock.uptimeS() };
  if (!hasRun(file.changedMs, startedUptimeS, moment)) return { kind: "looked", sha256: before };
  const start = { bootId: now.moment.bootId, startedUptimeS, at: now.at };
  const stored = storeKept(host, helperFolder, path, file, start);
  return stored.kind === "done" ? { kind: "looked", sha256: file.sha256 } : { kind: "note", why: stored.why };
};

const look = async (work: Keeping, { path, user }: Keepable, startedUptimeS: number): Promise<Looked> => {
  const read = await work.hands.read(path, user ?? undefined);
  switch (read.kind) {
    case "failed":
      return { kind: "note", why: read.why };
    case "absent":
      return { kind: "looked", sha256: work.kept[path]?.sha256 ?? "" };
    case "read":
      return keepFile(work, path, read, startedUptimeS);
  }
};

/**
 * Keeps a copy of each file that a recipe may put back, when all checks of its rule are green and what they look at started after the
 * file last changed: what is kept is what ran. A file that was changed since is looked at again after the next start. Gives the
 * record for the heal state, which the caller saves. Never throws for expected trouble.
 */
export const keepGreen = async (work: Keeping): Promise<Kept> => {
  const { bootId } = work.now.moment;
  const notes: string[] = [];
  let { kept } = work;
  for (const file of work.files) {
    const startedUptimeS = greenSince(file, work.readings);
    if (startedUptimeS === undefined || !isKeepDue(file, work.readings, kept, bootId)) continue;
    const looked = await look({ ...work, kept }, file, startedUptimeS);
    if (looked.kind === "note") notes.push(`cannot keep a copy of "${file.path}": ${looked.why}`);
    else kept = { ...kept, [file.path]: { sha256: looked.sha256, bootId, startedUptimeS } };
  }
  return { kept, notes };
};

/** Forgets files that no rule puts back any more, so that the record stays small. Pure. */
export const withoutForgotten = (kept: HealState["kept"], files: readonly Keepable[]): HealState["kept"] => {
  const paths = new Set(files.map(({ path }) => path));
  return Object.fromEntries(Object.entries(kept).filter(([path]) => paths.has(path)));
};
