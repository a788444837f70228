import { type Aftermath, lookOn, sceneOf } from "./aftermath.ts";
import { betweenFiles } from "./between.ts";
import { type ChainState, chainBefore, doesFollow, emptyChain, follow } from "./chain-state.ts";
import { diagnose } from "./diagnose.ts";
import type { Head } from "./entry.ts";
import { type Fault, faultAt } from "./fault.ts";
import { factsOf, type Line, readLine } from "./line.ts";
import type { RawLine } from "./lines.ts";
import { notesOf } from "./notes.ts";
import { type Met, meet, type Witness } from "./witness.ts";

/**
 * What a chain is worth. `notes` are for a person: tears, a beginning in older files. `met`: what became of each witness, in the order given. A
 * witness that isn't met makes the chain `faulty`; one that is older than its first line, and nothing worse, `too-old`. `isBroken`: lines don't follow each
 * other, whatever witnesses say.
 */
export type Verdict =
  | {
      readonly kind: "whole";
      readonly lines: number;
      readonly firstSeq: number;
      readonly head: Head;
      readonly notes: readonly string[];
      readonly met: readonly Met[];
    }
  | { readonly kind: "faulty"; readonly fault: Fault; readonly isBroken: boolean; readonly met: readonly Met[] }
  | { readonly kind: "too-old"; readonly firstSeq: number; readonly witness: Witness; readonly met: readonly Met[] };

/** The chain as a machine: takes lines in order, from one file or several. Pure but for its own memory, which stays small. */
export interface Verifier {
  take(raw: RawLine, file: string): void;
  /** A file can't be read beyond this offset: what packed it is damaged, as `why` says. Nothing may be taken after this. */
  stop(file: string, offset: number, why: string): void;
  end(): Verdict;
}

/** How far the chain was read, and what was seen on the way. */
interface Walk {
  state: ChainState;
  /** Set by the first bad line; from there on lines are only looked at, to tell what happened. */
  scene: Aftermath | undefined;
  damage: Fault | undefined;
  firstSeq: number;
  /** What the first line says of the one before it. */
  firstPrev: string;
  removedAt: number | undefined;
  lines: number;
  tears: number;
  fileLine: number;
  lastFile: string | undefined;
  endOffset: number;
  /** The lines that a witness asks for; null until they are met. */
  readonly asked: Map<number, Line | null>;
}

const walkFor = (witnesses: readonly Witness[]): Walk => ({
  state: emptyChain,
  scene: undefined,
  damage: undefined,
  firstSeq: 1,
  firstPrev: emptyChain.hash,
  removedAt: undefined,
  lines: 0,
  tears: 0,
  fileLine: 0,
  lastFile: undefined,
  endOffset: 0,
  asked: new Map(witnesses.map(({ seq }) => [seq, null])),
});

/** A log whose first line says that it was rotated goes on from older files, also where one before it seals a tear at their end; any other begins at 1. */
const begin = (walk: Walk, raw: RawLine, next: RawLine | undefined): void => {
  const facts = factsOf(raw);
  if (facts.kind !== "entry" || facts.seq === 1) return;
  const opening = facts.event === "log.torn" && next !== undefined ? factsOf(next) : facts;
  if (opening.kind !== "entry" || opening.event !== "log.rotated") return;
  walk.firstSeq = facts.seq;
  walk.firstPrev = facts.prev;
  walk.state = chainBefore(facts.seq, facts.prev);
};

const stepInto = (walk: Walk, file: string): void => {
  walk.fileLine = file === walk.lastFile ? walk.fileLine + 1 : 1;
  walk.lastFile = file;
};

const placed = (walk: Walk, raw: RawLine, file: string): Line => {
  stepInto(walk, file);
  const line = readLine(raw, { number: walk.firstSeq + walk.lines, file, fileLine: walk.fileLine });
  walk.lines += 1;
  walk.endOffset = raw.offset + raw.bytes.length + (raw.isClosed ? 1 : 0);
  return line;
};

/** Whether a line tells that all lines before the first were removed for their age. */
const tellsOfRemoval = ({ firstSeq, firstPrev }: Walk, line: Line): boolean =>
  line.kind === "entry" &&
  line.event === "log.rotated" &&
  firstSeq > 1 &&
  line.number > firstSeq &&
  line.proof === `${firstSeq - 1}:${firstPrev}`;

const accept = (walk: Walk, line: Line): void => {
  if (walk.asked.has(line.number)) walk.asked.set(line.number, line);
  if (line.kind === "cut") walk.tears += 1;
  if (tellsOfRemoval(walk, line)) walk.removedAt = line.number;
  walk.state = follow(walk.state, line);
};

const isBroken = ({ scene, damage }: Walk): boolean => (scene ?? damage) !== undefined;

const metBy = (walk: Walk, witnesses: readonly Witness[]): readonly Met[] => {
  const { firstSeq, asked, state, endOffset } = walk;
  const lines = new Map([...asked].flatMap(([seq, line]) => (line === null ? [] : [[seq, line] as const])));
  const reach = { firstSeq, last: state.last, endOffset, isBroken: isBroken(walk), lines };
  return witnesses.map((witness) => meet(reach, witness));
};

const ownFault = ({ scene, damage }: Walk): Fault | undefined =>
  scene === undefined ? damage : betweenFiles(scene, diagnose(scene));

/** The fault that stands first in the log; of two at one line the chain's own, since it tells more. */
const firstFault = (walk: Walk, met: readonly Met[]): Fault | undefined => {
  const own = ownFault(walk);
  const missed = met.flatMap((each) => (each.kind === "missed" ? [each.fault] : []));
  return [...(own === undefined ? [] : [own]), ...missed].toSorted((a, b) => a.seq - b.seq)[0];
};

const judged = (walk: Walk, witnesses: readonly Witness[]): Verdict => {
  const met = metBy(walk, witnesses);
  const fault = firstFault(walk, met);
  if (fault !== undefined) return { kind: "faulty", fault, isBroken: isBroken(walk), met };
  const { lines, firstSeq, state } = walk;
  const old = met.find(({ kind }) => kind === "too-old");
  if (old !== undefined) return { kind: "too-old", firstSeq, witness: old.witness, met };
  return { kind: "whole", lines, firstSeq, head: state.head, notes: notesOf(walk), met };
};

/** A verifier for one chain. `witnesses`: heads that must be found in it. `onLine`: told of each line that follows the ones before it. */
export const createVerifier = (
  witnesses: readonly Witness[] = [],
  onLine: (line: Line, raw: RawLine) => void = () => undefined,
): Verifier => {
  const walk = walkFor(witnesses);
  let held: { readonly raw: RawLine; readonly file: string } | undefined;
  const step = (raw: RawLine, file: string): void => {
    const line = placed(walk, raw, file);
    if (walk.scene !== undefined) lookOn(walk.scene, line);
    else if (doesFollow(walk.state, line)) {
      accept(walk, line);
      onLine(line, raw);
    } else walk.scene = sceneOf(walk.state, line);
  };
  /** The first line waits for the second, which may tell how the log begins. */
  const release = (next?: RawLine): void => {
    if (held === undefined) return;
    const { raw, file } = held;
    held = undefined;
    begin(walk, raw, next);
    step(raw, file);
  };
  return {
    take(raw, file): void {
      if (walk.lines === 0 && held === undefined) {
        held = { raw: { ...raw, bytes: raw.bytes.slice() }, file };
        return;
      }
      release(raw);
      step(raw, file);
    },
    stop(file, offset, why): void {
      release();
      stepInto(walk, file);
      const place = { number: walk.firstSeq + walk.lines, file, fileLine: walk.fileLine, offset };
      walk.damage = faultAt("damaged", place, `"${file}" is damaged from line ${place.number} on: ${why}`);
    },
    end: () => {
      release();
      return judged(walk, witnesses);
    },
  };
};
