import { type ChainState, chainBefore, doesFollow, emptyChain, follow } from "./chain-state.ts";
import { diagnose, type Scene } from "./diagnose.ts";
import type { Head } from "./entry.ts";
import { type Fault, faultAt } from "./fault.ts";
import { factsOf, type Line, readLine } from "./line.ts";
import type { RawLine } from "./lines.ts";

/** A head kept outside the host's reach: a sequence and at least the first 16 hex digits of its hash. */
export interface Witness {
  readonly seq: number;
  readonly prefix: string;
}

/** What a chain is worth. `notes` are for a person: tears, a beginning in older files. */
export type Verdict =
  | { readonly kind: "whole"; readonly lines: number; readonly head: Head; readonly notes: readonly string[] }
  | { readonly kind: "faulty"; readonly fault: Fault }
  /** The chain is whole, but the witness's line is older than its first. */
  | { readonly kind: "too-old"; readonly firstSeq: number };

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

const cutAt = (last: Line | undefined, endOffset: number, { seq }: Witness): Fault => {
  const number = last?.number ?? 0;
  const place = { number: number + 1, file: last?.file ?? "", fileLine: (last?.fileLine ?? 0) + 1, offset: endOffset };
  const gone = number + 1 === seq ? `line ${seq} is` : `lines ${number + 1} to ${seq} are`;
  return faultAt("cut", place, `${gone} cut off: the log ends at line ${number}, and the witness saw line ${seq}`);
};

const witnessFault = (line: Line): Fault =>
  line.kind === "cut"
    ? faultAt("cut", line, `line ${line.number} is cut off in the middle, and the witness saw it whole`)
    : faultAt(
        "rewritten",
        line,
        `line ${line.number} is not the one that the witness saw, though the chain up to it is whole: it was changed, or the log was rewritten from an earlier line on`,
      );

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
  witnessed: Line | undefined;
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

const accept = (walk: Walk, line: Line, witness: Witness | undefined): void => {
  if (witness?.seq === line.number) walk.witnessed = line;
  if (line.kind === "cut") walk.tears += 1;
  walk.state = follow(walk.state, line);
};

const witnessVerdict = (
  { firstSeq, witnessed, state, endOffset }: Walk,
  witness: Witness | undefined,
): Verdict | undefined => {
  if (witness === undefined || witness.seq === 0) return undefined;
  if (witness.seq < firstSeq) return { kind: "too-old", firstSeq };
  if (witnessed === undefined) return { kind: "faulty", fault: cutAt(state.last, endOffset, witness) };
  return witnessed.sha256.startsWith(witness.prefix) ? undefined : { kind: "faulty", fault: witnessFault(witnessed) };
};

const notesOf = ({ firstSeq, tears, state }: Walk): readonly string[] => {
  const closed = tears - state.torn.length;
  return [
    ...(firstSeq === 1 ? [] : [`it begins at line ${firstSeq}: the lines before are in older files, not checked here`]),
    ...(closed === 0 ? [] : [`${plural(closed, "torn line")} (a kill in mid-write), sealed by log.torn`]),
    ...endNotes(state),
  ];
};

/** A verifier for one chain. `witness`: a head that must be found in it. */
export const createVerifier = (witness: Witness | undefined): Verifier => {
  const walk: Walk = {
    state: emptyChain,
    scene: undefined,
    firstSeq: 1,
    lines: 0,
    tears: 0,
    fileLine: 0,
    lastFile: undefined,
    endOffset: 0,
    witnessed: undefined,
  };
  return {
    take(raw, file): void {
      if (walk.lines === 0) begin(walk, raw);
      const line = placed(walk, raw, file);
      if (walk.scene !== undefined) lookOn(walk.scene, line);
      else if (doesFollow(walk.state, line)) accept(walk, line, witness);
      else walk.scene = sceneOf(walk.state, line);
    },
    end(): Verdict {
      if (walk.scene !== undefined) return { kind: "faulty", fault: diagnose(walk.scene) };
      const { lines, state } = walk;
      return witnessVerdict(walk, witness) ?? { kind: "whole", lines, head: state.head, notes: notesOf(walk) };
    },
  };
};
