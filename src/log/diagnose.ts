import { sealOf } from "./chain.ts";
import { type ChainState, unsealedOf } from "./chain-state.ts";
import { type Fault, faultAt } from "./fault.ts";
import { asItIs, type Line } from "./line.ts";

type Entry = Extract<Line, { kind: "entry" }>;

/** What stands around the first line that doesn't follow. */
export interface Scene {
  /** Up to the last line that did follow. */
  readonly before: ChainState;
  readonly at: Line;
  /** The lines after it, the first few. */
  readonly next: readonly Line[];
  /** The line that does follow `before`, further on, and whether the line after it follows it. */
  readonly resume: { readonly line: Line; readonly isFollowed: boolean } | undefined;
  /** Highest sequence and last place in the rest. */
  readonly maxSeq: number;
  readonly lastNumber: number;
}

const isEntry = (line: Line | undefined): line is Entry => line?.kind === "entry";

const seqOf = (line: Line | undefined): number | undefined =>
  line === undefined || line.kind === "broken" ? undefined : line.seq;

/** By how many lines the rest is shifted: above 0 lines are missing, below 0 there are too many. */
const shiftOf = ({ at, next, maxSeq, lastNumber }: Scene): number => {
  const rest = [at, ...next];
  for (const [i, line] of rest.entries()) {
    const after = rest[i + 1];
    if (line.kind !== "broken" && isEntry(after) && after.prev === line.sha256) return after.seq - after.number;
  }
  return maxSeq === 0 ? 0 : maxSeq - lastNumber;
};

const lines = (first: number, count: number): string =>
  count === 1 ? `line ${first} is` : `lines ${first} to ${first + count - 1} are`;

const changed = (line: Line, how: string): Fault =>
  faultAt("changed", line, `line ${line.number} was changed after it was written (a flipped byte or an edit): ${how}`);

const lost = (at: Line, first: number, count: number): Fault =>
  faultAt("lost", { ...at, number: first }, `${lines(first, count)} lost: the next line left is ${first + count}`);

/** Digits that two hashes share in place: two independent ones share about 4, a flipped one nearly all. */
const isNear = (left: string, right: string): boolean =>
  [...left].filter((digit, i) => digit === right[i]).length >= 32;

/** Whether what follows vouches for a line: undefined when nothing that follows could. */
const isVouched = (line: Line, next: readonly Line[]): boolean | undefined => {
  const seal = next.findLast((each) => isEntry(each) && each.event === "log.torn");
  const [first] = next;
  if (isEntry(first)) return first.prev === line.sha256;
  const pairs = seal?.kind === "entry" && first?.kind === "cut" ? (seal.proof ?? "").split(" ") : [];
  const told = pairs.find((pair) => pair.startsWith(`${line.number}:`));
  return told === undefined ? undefined : told === sealOf([{ seq: line.number, sha256: line.sha256 }]);
};

/** Lines that don't belong where they stand. */
const strayAt = ({ hash }: ChainState, at: Line, count: number): Fault => {
  const seq = seqOf(at);
  const where = count === 1 ? `line ${at.number}` : `lines ${at.number} to ${at.number + count - 1}`;
  const verb = count === 1 ? "repeats" : "repeat";
  if (at.sha256 === hash) return faultAt("duplicated", at, `${where} ${verb} line ${at.number - 1}`);
  const first = count === 1 ? "it" : "the first";
  const told = seq === undefined ? `${first} is no entry` : `${first} holds seq ${seq}`;
  if (seq !== undefined && seq < at.number)
    return faultAt(
      "duplicated",
      at,
      `${where} ${count === 1 ? "is" : "are"} inserted, an earlier line again or another log's: ${told}`,
    );
  return faultAt("inserted", at, `${where} ${count === 1 ? "was" : "were"} inserted: ${told}`);
};

/** The line that does follow stands further on: what is before it doesn't belong here. */
const diagnoseResumed = ({ before, at }: Scene, { line, isFollowed }: NonNullable<Scene["resume"]>): Fault => {
  const seq = seqOf(at);
  const told = `line ${at.number} holds seq ${seq}`;
  if (!isFollowed && seq === line.number)
    return faultAt("swapped", at, `lines ${at.number} and ${line.number} are swapped: ${told}`);
  if (!isFollowed && seq === at.number + 1)
    return faultAt("moved", at, `line ${at.number} was moved to line ${line.number}: ${told}`);
  return strayAt(before, at, line.number - at.number);
};

/** The place is right, the hash isn't: the line before was changed, or this line's own `prev`. */
const diagnoseHash = ({ before, at, next }: Scene, prev: string): Fault => {
  const last = before.last;
  if (last?.isCrLf === true) return changed(last, `it ends in CR LF; ${asItIs}`);
  const isVouchedFor = isVouched(at, next);
  const isNearIt = isNear(prev, before.hash);
  const orBefore = isNearIt || last === undefined ? "" : ", which may be another one than it was, too";
  if (isVouchedFor === undefined ? isNearIt : !isVouchedFor)
    return changed(at, `its prev isn't the hash of line ${at.number - 1}${orBefore}`);
  if (last === undefined) return changed(at, "the first line's prev must be 64 zeros");
  return changed(last, `its hash isn't the prev of line ${at.number}`);
};

/** `log.torn` fits, but what it seals doesn't: a torn line or the entry before it. */
const diagnoseSeal = ({ before, at, next }: Scene & { readonly at: Entry }, torn: Line): Fault => {
  const isVouchedFor = isVouched(at, next);
  if (isVouchedFor === false) return changed(at, "its hash isn't the prev of the next line");
  if (at.event !== "log.torn") return changed(torn, "it is cut off in the middle and no log.torn follows it");
  const want = unsealedOf(before);
  const told = (at.proof ?? "").split(" ");
  const wrong = want.findIndex((each, i) => sealOf([each]) !== told[i]);
  const first = [before.entry, ...before.torn].filter((line) => line !== undefined)[wrong];
  const isOwnProof =
    isVouchedFor === undefined && isNear(told[wrong] ?? "", sealOf(want.slice(wrong, wrong + 1)) ?? "");
  return first === undefined || isOwnProof
    ? changed(at, "its proof isn't the seal of the torn lines")
    : changed(first, `its hash isn't the one that line ${at.number} (log.torn) seals`);
};

const diagnosePlace = (scene: Scene, seq: number): Fault => {
  const { at, before, next } = scene;
  const torn = at.kind === "entry" ? next.find((line) => line.kind === "cut" && line.sha256 === at.prev) : undefined;
  if (torn !== undefined && seq === torn.number)
    return faultAt("swapped", at, `lines ${at.number} and ${seq} are swapped: line ${at.number} holds seq ${seq}`);
  const shift = shiftOf(scene);
  if (shift > 0) return lost(at, at.number, shift);
  if (shift < 0) return strayAt(before, at, Math.min(-shift, scene.lastNumber - at.number + 1));
  if (seq === at.number) return changed(at, "more torn lines in a row than a host can leave");
  return changed(at, `it holds seq ${seq}: another line was put in its place`);
};

const diagnoseEntry = (scene: Scene & { readonly at: Entry }): Fault => {
  const { at, before, next } = scene;
  const torn = before.torn[0];
  if (at.prev === before.hash) {
    if (at.seq === at.number && torn !== undefined) return diagnoseSeal(scene, torn);
    if (torn === undefined) return changed(at, `it holds seq ${at.seq}`);
    const shift = at.seq - at.number;
    return shift > 0 ? lost(torn, torn.number, shift) : strayAt(before, torn, -shift);
  }
  if (at.seq === at.number) return diagnoseHash(scene, at.prev);
  const last = before.last;
  if (at.seq === at.number - 1 && at.prev === before.hashBefore && at.sha256 !== before.hash && last !== undefined)
    if (isVouched(at, next) !== false)
      return faultAt(
        "inserted",
        last,
        `line ${last.number} was inserted: line ${at.number} follows the line before it`,
      );
  return diagnosePlace(scene, at.seq);
};

const diagnoseBroken = (scene: Scene, why: string): Fault => {
  const { before, at, next } = scene;
  const split = before.torn.at(-1);
  const shift = shiftOf(scene);
  if (split !== undefined && shift < 0) return changed(split, `a line break parts it from line ${at.number}`);
  if (shift < 0 && next.some(isEntry)) return faultAt("inserted", at, `line ${at.number} was inserted: ${why}`);
  return changed(at, why);
};

/** Names the first bad line and what happened to it, as well as the lines around it tell. Never throws. */
export const diagnose = (scene: Scene): Fault => {
  const { at, resume } = scene;
  if (resume !== undefined) return diagnoseResumed(scene, resume);
  switch (at.kind) {
    case "entry":
      return diagnoseEntry({ ...scene, at });
    case "cut":
      return diagnosePlace(scene, at.seq ?? at.number);
    case "broken":
      return diagnoseBroken(scene, at.why);
  }
};
