import { type ChainState, chainBefore, doesFollow, emptyChain, follow } from "./chain-state.ts";
import { diagnose, type Scene } from "./diagnose.ts";
import type { Head } from "./entry.ts";
import type { Fault } from "./fault.ts";
import { factsOf, type Line, readLine } from "./line.ts";
import type { RawLine } from "./lines.ts";
import { type Met, meet, type Witness } from "./witness.ts";

/**
 * What a chain is worth. `notes` are for a person: tears, a beginning in older files. `met`: what became of each witness, in the order given. A
 * witness that isn't met makes the chain `faulty`; one that is older than its first line, and nothing worse, `too-old`.
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
  | { readonly kind: "faulty"; readonly fault: Fault; readonly met: readonly Met[] }
  | { readonly kind: "too-old"; readonly firstSeq: number; readonly witness: Witness; readonly met: readonly Met[] };

/** The chain as a machine: takes lines in order, from one file or several. Pure but for its own memory, which stays small. */
export interface Verifier {
  take(raw: RawLine, file: string): void;
  end(): Verdict;
}

const maxNext = 8;

type Aftermath = { -readonly [Key in keyof Scene]: Scene[Key] } & { readonly next: Line[] };

const isResume = ({ before, at, resume }: Scene, line: Line): boolean =>
  resume === undefined && line.kind === "entry" && line.seq === at.number && line.prev === before.hash;

const lookOn = (scene: Aftermath, line: Line): void => {
  if (scene.resume !== undefined && scene.resume.line.number === line.number - 1 && line.kind === "entry")
    scene.resume = { line: scene.resume.line, isFollowed: line.prev === scene.resume.line.sha256 };
  if (isResume(scene, line)) scene.resume = { line, isFollowed: false };
  if (scene.next.length < maxNext) scene.next.push(line);
  if (line.kind !== "broken") scene.maxSeq = Math.max(scene.maxSeq, line.seq ?? 0);
  scene.lastNumber = line.number;
};

const sceneOf = (before: ChainState, at: Line): Aftermath => ({
  before,
  at,
  next: [],
  resume: undefined,
  maxSeq: Math.max(before.head.seq, at.kind === "broken" ? 0 : (at.seq ?? 0)),
  lastNumber: at.number,
});

const plural = (count: number, word: string): string => `${count} ${word}${count === 1 ? "" : "s"}`;

const endNotes = ({ last, torn }: ChainState): readonly string[] => {
  const [first, final] = [torn[0]?.number, torn.at(-1)?.number];
  if (first !== undefined)
    return [
      `${first === final ? `line ${first} is` : `lines ${first} to ${final} are`} cut off in mid-write; the next append closes the tear with log.torn`,
    ];
  return last === undefined || last.isClosed
    ? []
    : [`line ${last.number} lacks its newline; the next append adds it, and a log.torn`];
};

/** How far the chain was read, and what was seen on the way. */
interface Walk {
  state: ChainState;
  /** Set by the first bad line; from there on lines are only looked at, to tell what happened. */
  scene: Aftermath | undefined;
  firstSeq: number;
  lines: number;
  tears: number;
  fileLine: number;
  lastFile: string | undefined;
  endOffset: number;
  /** The lines that a witness asks for; null until they are met. */
  readonly asked: Map<number, Line | null>;
}

/** A log whose first line says that it was rotated goes on from older files; any other begins at 1. */
const begin = (walk: Walk, raw: RawLine): void => {
  const facts = factsOf(raw);
  if (facts.kind !== "entry" || facts.event !== "log.rotated" || facts.seq === 1) return;
  walk.firstSeq = facts.seq;
  walk.state = chainBefore(facts.seq, facts.prev);
};

const placed = (walk: Walk, raw: RawLine, file: string): Line => {
  walk.fileLine = file === walk.lastFile ? walk.fileLine + 1 : 1;
  walk.lastFile = file;
  const line = readLine(raw, { number: walk.firstSeq + walk.lines, file, fileLine: walk.fileLine });
  walk.lines += 1;
  walk.endOffset = raw.offset + raw.bytes.length + (raw.isClosed ? 1 : 0);
  return line;
};

const accept = (walk: Walk, line: Line): void => {
  if (walk.asked.has(line.number)) walk.asked.set(line.number, line);
  if (line.kind === "cut") walk.tears += 1;
  walk.state = follow(walk.state, line);
};

const metBy = ({ firstSeq, asked, state, endOffset, scene }: Walk, witnesses: readonly Witness[]): readonly Met[] => {
  const lines = new Map([...asked].flatMap(([seq, line]) => (line === null ? [] : [[seq, line] as const])));
  const reach = { firstSeq, last: state.last, endOffset, isBroken: scene !== undefined, lines };
  return witnesses.map((witness) => meet(reach, witness));
};

/** The fault that stands first in the log; of two at one line the chain's own, since it tells more. */
const firstFault = ({ scene }: Walk, met: readonly Met[]): Fault | undefined => {
  const own = scene === undefined ? [] : [diagnose(scene)];
  const [first] = [...own, ...met.flatMap((each) => (each.kind === "missed" ? [each.fault] : []))].toSorted(
    (a, b) => a.seq - b.seq,
  );
  return first;
};

const notesOf = ({ firstSeq, tears, state }: Walk): readonly string[] => {
  const closed = tears - state.torn.length;
  return [
    ...(firstSeq === 1 ? [] : [`it begins at line ${firstSeq}: the lines before are in older files, not checked here`]),
    ...(closed === 0 ? [] : [`${plural(closed, "torn line")} (a kill in mid-write), sealed by log.torn`]),
    ...endNotes(state),
  ];
};

const judged = (walk: Walk, witnesses: readonly Witness[]): Verdict => {
  const met = metBy(walk, witnesses);
  const fault = firstFault(walk, met);
  if (fault !== undefined) return { kind: "faulty", fault, met };
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
  const walk: Walk = {
    state: emptyChain,
    scene: undefined,
    firstSeq: 1,
    lines: 0,
    tears: 0,
    fileLine: 0,
    lastFile: undefined,
    endOffset: 0,
    asked: new Map(witnesses.map(({ seq }) => [seq, null])),
  };
  return {
    take(raw, file): void {
      if (walk.lines === 0) begin(walk, raw);
      const line = placed(walk, raw, file);
      if (walk.scene !== undefined) lookOn(walk.scene, line);
      else if (doesFollow(walk.state, line)) {
        accept(walk, line);
        onLine(line, raw);
      } else walk.scene = sceneOf(walk.state, line);
    },
    end: () => judged(walk, witnesses),
  };
};
