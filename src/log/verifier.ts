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

/** A verifier for one chain. `witness`: a head that must be found in it. */
export const createVerifier = (witness: Witness | undefined): Verifier => {
  let state = emptyChain;
  let scene: Aftermath | undefined;
  let firstSeq = 1;
  let lines = 0;
  let tears = 0;
  let fileLine = 0;
  let lastFile: string | undefined;
  let endOffset = 0;
  let witnessed: Line | undefined;

  const begin = (raw: RawLine): void => {
    const facts = factsOf(raw);
    if (facts.kind !== "entry" || facts.event !== "log.rotated" || facts.seq === 1) return;
    firstSeq = facts.seq;
    state = chainBefore(facts.seq, facts.prev);
  };

  const accept = (line: Line): void => {
    if (witness?.seq === line.number) witnessed = line;
    if (line.kind === "cut") tears += 1;
    state = follow(state, line);
  };

  const witnessVerdict = (): Verdict | undefined => {
    if (witness === undefined || witness.seq === 0) return undefined;
    if (witness.seq < firstSeq) return { kind: "too-old", firstSeq };
    if (witnessed === undefined) return { kind: "faulty", fault: cutAt(state.last, endOffset, witness) };
    return witnessed.sha256.startsWith(witness.prefix) ? undefined : { kind: "faulty", fault: witnessFault(witnessed) };
  };

  return {
    take(raw, file): void {
      if (lines === 0) begin(raw);
      fileLine = file === lastFile ? fileLine + 1 : 1;
      lastFile = file;
      const line = readLine(raw, { number: firstSeq + lines, file, fileLine });
      lines += 1;
      endOffset = raw.offset + raw.bytes.length + (raw.isClosed ? 1 : 0);
      if (scene !== undefined) lookOn(scene, line);
      else if (doesFollow(state, line)) accept(line);
      else scene = sceneOf(state, line);
    },
    end(): Verdict {
      if (scene !== undefined) return { kind: "faulty", fault: diagnose(scene) };
      const verdict = witnessVerdict();
      if (verdict !== undefined) return verdict;
      const closed = tears - state.torn.length;
      const notes = [
        ...(firstSeq === 1
          ? []
          : [`it begins at line ${firstSeq}: the lines before are in older files, not checked here`]),
        ...(closed === 0 ? [] : [`${plural(closed, "torn line")} (a kill in mid-write), sealed by log.torn`]),
        ...endNotes(state),
      ];
      return { kind: "whole", lines, head: state.head, notes };
    },
  };
};
