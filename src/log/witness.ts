import { type Fault, faultAt } from "./fault.ts";
import type { Line } from "./line.ts";

/** A head kept outside the host's reach: a sequence and at least the first 16 hex digits of its hash. */
export interface Witness {
  readonly seq: number;
  readonly prefix: string;
}

/**
 * What became of a witness. `found`: its line is there, with the whole of its hash. `missed`: the line is another one, or cut off. `too-old`: it is
 * before the first line here. `unproved`: the chain broke before its line, so nothing is known.
 */
export type Met =
  | { readonly kind: "found"; readonly witness: Witness; readonly sha256: string }
  | { readonly kind: "missed"; readonly witness: Witness; readonly fault: Fault }
  | { readonly kind: "too-old" | "unproved"; readonly witness: Witness };

/** How far a chain was read. */
export interface Reach {
  readonly firstSeq: number;
  /** Lines that follow each other. */
  readonly last: Line | undefined;
  /** Where the last of them ends, in its file. */
  readonly endOffset: number;
  /** Whether the chain broke there. */
  readonly isBroken: boolean;
  /** The lines with a witness's number. */
  readonly lines: ReadonlyMap<number, Line>;
}

/**
 * Reads `41:9f3ac2d1c07be55a` as a witness; undefined when it is none, or has fewer than 16 digits: 8 are matched by trial in minutes. Before the first
 * line the hash is all zeros, and nothing else is a witness of that. Never throws.
 */
export const parseWitness = (text: string): Witness | undefined => {
  const [, seq, prefix] = /^(?:log )?(\d{1,15}):([0-9a-f]{16,64})$/u.exec(text.toLowerCase()) ?? [];
  if (seq === undefined || prefix === undefined) return undefined;
  return Number(seq) === 0 && /[^0]/u.test(prefix) ? undefined : { seq: Number(seq), prefix };
};

/** The heads in a text, such as a chat message that was copied whole: each `log 41:9f3ac2d1c07be55a`. Never throws. */
export const witnessesIn = (text: string): readonly Witness[] =>
  [...text.matchAll(/\blog \d{1,15}:[0-9a-f]{16,64}\b/giu)].flatMap(([found]) => parseWitness(found) ?? []);

const cutAt = ({ last, endOffset }: Reach, { seq }: Witness): Fault => {
  const number = last?.number ?? 0;
  const place = { number: number + 1, file: last?.file ?? "", fileLine: (last?.fileLine ?? 0) + 1, offset: endOffset };
  const gone = number + 1 === seq ? `line ${seq} is` : `lines ${number + 1} to ${seq} are`;
  return faultAt("cut", place, `${gone} cut off: the log ends at line ${number}, and the witness saw line ${seq}`);
};

const otherLine = (line: Line): Fault =>
  line.kind === "cut"
    ? faultAt("cut", line, `line ${line.number} is cut off in the middle, and the witness saw it whole`)
    : faultAt(
        "rewritten",
        line,
        `line ${line.number} is not the one that the witness saw, though the chain up to it is whole: it was changed, or the log was rewritten from an earlier line on`,
      );

/** Holds a witness against what was read. Never throws. */
export const meet = (reach: Reach, witness: Witness): Met => {
  const { seq, prefix } = witness;
  if (seq === 0) return { kind: "found", witness, sha256: "0".repeat(64) };
  if (seq < reach.firstSeq) return { kind: "too-old", witness };
  const line = reach.lines.get(seq);
  if (line === undefined)
    return reach.isBroken ? { kind: "unproved", witness } : { kind: "missed", witness, fault: cutAt(reach, witness) };
  return line.sha256.startsWith(prefix)
    ? { kind: "found", witness, sha256: line.sha256 }
    : { kind: "missed", witness, fault: otherLine(line) };
};
