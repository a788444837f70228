import { type IsSigned, type NoteAt, parseNotes, signedBy } from "./note.ts";
import { parseSeal, type Seal } from "./seal.ts";
import { parseVKey, type VKey } from "./vkey.ts";

/** The first thing that is wrong with a file of seals. `line`: in that file, from 1. */
export interface SealFault {
  readonly kind: "missing" | "forged" | "changed" | "replayed" | "another-chain" | "damaged" | "not-by-this-key";
  readonly line: number;
  readonly what: string;
}

/** What a file of seals is worth to the holder of one key. */
export interface SealChain {
  /** Seals that are good, one after the other: the first is by the key, each other by the key that the one before it names. */
  readonly seals: readonly Seal[];
  /** Why the chain ends after them, where more stands in the file. */
  readonly fault: SealFault | undefined;
}

interface Held {
  readonly line: number;
  readonly note: NonNullable<NoteAt["note"]>;
  readonly seal: Seal;
}

const held = ({ line, note }: NoteAt): Held | undefined => {
  const seal = note === undefined ? undefined : parseSeal(note);
  return note === undefined || seal === undefined ? undefined : { line, note, seal };
};

const fault = (kind: SealFault["kind"], line: number, what: string): SealFault => ({ kind, line, what });

/** Whether this seal may come after that one, by its number. */
const orderFault = ({ seal, line }: Held, before: Seal | undefined): SealFault | undefined => {
  if (before === undefined || seal.seal === before.seal + 1) return undefined;
  if (seal.seal === 0)
    return fault(
      "another-chain",
      line,
      `after seal ${before.seal} another chain of keys begins, on ${seal.made}: the key was lost, or somebody put another in its place; nothing after seal ${before.seal} is proved by your key`,
    );
  if (seal.seal <= before.seal)
    return fault("replayed", line, `after seal ${before.seal} an older one stands again, seal ${seal.seal}`);
  const [from, to] = [before.seal + 1, seal.seal - 1];
  const gone = from === to ? `seal ${from} is` : `seals ${from} to ${to} are`;
  return fault("missing", line, `${gone} missing: after seal ${before.seal} comes seal ${seal.seal}`);
};

const isOwnBeginning = ({ seal, next, first }: Seal, key: VKey): boolean =>
  seal === 0 ? next === key.text && first === key.text : first === undefined;

const signatureFault = (at: Held, key: VKey, before: Seal | undefined, isSigned: IsSigned): SealFault | undefined => {
  const { seal, line, note } = at;
  const whose = before === undefined ? "your key" : `the key that seal ${before.seal} names`;
  const by = signedBy(note, key, isSigned);
  if (by === "not-theirs")
    return fault("forged", line, `seal ${seal.seal} is not by ${whose}: it was forged, or comes from another chain`);
  if (by === "wrong" || !isOwnBeginning(seal, key))
    return fault("changed", line, `seal ${seal.seal} is not what ${whose} signed: it was changed`);
  return undefined;
};

/** Where the chain of this key begins; it may be the first of all, or one that a seal named. */
const startOf = (all: readonly NoteAt[], key: VKey): number =>
  all.findIndex(({ note }) => note?.signatures.some(({ name, id }) => name === key.name && id === key.id) ?? false);

const noStart = (file: string, all: readonly NoteAt[], key: VKey): SealFault => {
  if (file.includes("\r\n"))
    return fault(
      "damaged",
      1,
      "the lines of the seals end in CR LF; a mail program or an editor does that: fetch the file anew, as it is",
    );
  const named = all.map(held).find((each) => each?.seal.next === key.text && each.seal.seal > 0);
  return named === undefined
    ? fault(
        "not-by-this-key",
        1,
        "no seal here is by your key: it is the key of another host or chain, or the seals are gone",
      )
    : fault(
        "not-by-this-key",
        named.line,
        `no seal here is by your key yet: seal ${named.seal.seal} names it for the next one`,
      );
};

/**
 * Follows the seals of a file from the key that somebody kept: signatures, numbers, and each key named by the seal before. What stands before the first seal by
 * that key belongs to others, and isn't looked at. Pure.
 */
export const checkSeals = (file: string, key: VKey, isSigned: IsSigned): SealChain => {
  const all = parseNotes(file);
  const start = startOf(all, key);
  if (start < 0) return { seals: [], fault: noStart(file, all, key) };
  const seals: Seal[] = [];
  let by: VKey | undefined = key;
  for (const each of all.slice(start)) {
    const at = held(each);
    const before = seals.at(-1);
    if (at === undefined || by === undefined) {
      const after = before === undefined ? "" : ` after seal ${before.seal}`;
      return {
        seals,
        fault: fault("damaged", each.line, `what stands${after} is no whole seal: it was changed or cut`),
      };
    }
    const wrong = orderFault(at, before) ?? signatureFault(at, by, before, isSigned);
    if (wrong !== undefined) return { seals, fault: wrong };
    seals.push(at.seal);
    by = parseVKey(at.seal.next);
  }
  return { seals, fault: undefined };
};

/** The newest seal of a file, whoever signed it; undefined where none is whole. Pure. */
export const newestSeal = (file: string): Seal | undefined =>
  parseNotes(file)
    .map(held)
    .findLast((each) => each !== undefined)?.seal;

/** The first key of the newest chain in a file, as its seal 0 tells it; undefined where there is none. Pure. */
export const firstKey = (file: string): string | undefined =>
  parseNotes(file)
    .map(held)
    .findLast((each) => each?.seal.first !== undefined)?.seal.first;
