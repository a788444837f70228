import { seeded } from "./log-bed.ts";

export type Random = (below: number) => number;

/** A line of a log that lies in several files: its bytes, and which file. `isOpen`: no newline stands behind it. */
export interface Laid {
  readonly bytes: Buffer;
  readonly part: number;
  readonly isOpen?: true;
}

/** A log after one edit: its lines, the number of the line that must be named, where in `lines` that is, and the words that may name it. */
export interface Edited {
  readonly lines: readonly Laid[];
  readonly seq: number;
  readonly at: number;
  readonly kinds: readonly string[];
}

type Edit = (log: readonly Laid[], random: Random, other: readonly Buffer[]) => Edited;

const newline = 10;
const none = Buffer.of();

const bytesAt = (log: readonly Laid[], i: number): Buffer => log[i]?.bytes ?? none;
const partAt = (log: readonly Laid[], i: number): number => log[Math.min(i, log.length - 1)]?.part ?? 0;
const withBytes = (log: readonly Laid[], at: number, bytes: Buffer): readonly Laid[] =>
  log.map((line, i) => (i === at ? { ...line, bytes } : line));
const inserted = (log: readonly Laid[], at: number, bytes: Buffer): readonly Laid[] =>
  log.toSpliced(at, 0, { bytes, part: partAt(log, at) });
const lost = (log: readonly Laid[], at: number, count: number): Edited => ({
  lines: log.toSpliced(at, count),
  seq: at + 1,
  at,
  kinds: ["lost"],
});

/** Puts the bytes of a line back as lines: one that became a newline parts it. */
const parted = (log: readonly Laid[], at: number, bytes: Buffer, isOpen: boolean): readonly Laid[] => {
  const end = bytes.indexOf(newline);
  const { part } = log[at] ?? { part: 0 };
  const whole: readonly Laid[] =
    end === -1
      ? [{ bytes, part, ...(isOpen ? { isOpen: true as const } : {}) }]
      : [
          { bytes: bytes.subarray(0, end), part },
          ...(end + 1 === bytes.length ? [] : [{ bytes: bytes.subarray(end + 1), part }]),
        ];
  return log.toSpliced(at, 1, ...whole);
};

/** A byte of line or newline is another one. */
const flip: Edit = (log, random) => {
  const at = random(log.length);
  const bytes = Buffer.concat([bytesAt(log, at), Buffer.of(newline)]);
  const where = random(bytes.length);
  bytes[where] = (bytes[where] ?? 0) ^ (1 << random(8));
  const kinds = ["changed", ...(at === log.length - 1 ? ["rewritten", "cut"] : [])];
  if (where < bytes.length - 1) return { lines: parted(log, at, bytes.subarray(0, -1), false), seq: at + 1, at, kinds };
  const isLastOfFile = log[at + 1]?.part !== log[at]?.part;
  const lines = isLastOfFile
    ? parted(log, at, bytes, true)
    : parted(log.toSpliced(at + 1, 1), at, Buffer.concat([bytes, bytesAt(log, at + 1)]), false);
  return { lines, seq: at + 1, at, kinds };
};

const forgery = (line: Buffer, random: Random): Buffer =>
  Buffer.from(line.toString().replace(/,"prev":"(?=[0-9a-f]{64}"\}$)/u, `,"why":"forged ${random(1000)}"$&`));

const isEntry = (line: Buffer): boolean => line.at(-1) === 0x7d && line.includes('"prev":');

/** A line that is a whole entry, so that a forgery can be made of it. */
const entryAt = (log: readonly Laid[], random: Random, from = 0): number => {
  for (;;) {
    const at = from + random(log.length - from);
    if (isEntry(bytesAt(log, at))) return at;
  }
};

/** The edits, by name. Each gives another log than it got. */
export const edits: Readonly<Record<string, Edit>> = {
  "a flipped bit": flip,
  "another flipped bit": flip,
  "a changed word": (log, random) => {
    const at = entryAt(log, random);
    const bytes = Buffer.from(bytesAt(log, at).toString().replace('"host":"web-1"', '"host":"web-2"'));
    return { lines: withBytes(log, at, bytes), seq: at + 1, at, kinds: ["changed", "rewritten"] };
  },
  "a forged field": (log, random) => {
    const at = entryAt(log, random);
    const lines = withBytes(log, at, forgery(bytesAt(log, at), random));
    return { lines, seq: at + 1, at, kinds: ["changed", "rewritten"] };
  },
  "a deleted line": (log, random) => lost(log, random(log.length - 1), 1),
  "some deleted lines": (log, random) => {
    const at = random(log.length - 6);
    return lost(log, at, 2 + random(4));
  },
  "a deleted file, or the first half": (log, random) => {
    const last = log.at(-1)?.part ?? 0;
    const part = last < 2 ? 0 : 1 + random(last - 1);
    const first = log.findIndex((line) => line.part === part);
    const count = last < 2 ? Math.floor(log.length / 2) : log.filter((line) => line.part === part).length;
    return lost(log, first, count);
  },
  "an inserted forgery": (log, random) => {
    const at = entryAt(log, random, 1);
    return { lines: inserted(log, at, forgery(bytesAt(log, at), random)), seq: at + 1, at, kinds: ["inserted"] };
  },
  "inserted noise": (log, random) => {
    const at = random(log.length + 1);
    const noise = Buffer.from(["hello", "[1]", "{}", "", "null"][random(5)] ?? "");
    return { lines: inserted(log, at, noise), seq: at + 1, at, kinds: ["inserted", "changed"] };
  },
  "an inserted copy": (log, random) => {
    const from = random(log.length);
    const at = random(log.length + 1);
    // A copy beside its own line is a duplicate of it, whichever of the two is called the copy.
    const seq = from === at ? at + 2 : at + 1;
    return { lines: inserted(log, at, bytesAt(log, from)), seq, at: seq - 1, kinds: ["inserted", "duplicated"] };
  },
  "two swapped neighbours": (log, random) => {
    const at = random(log.length - 1);
    const lines = withBytes(withBytes(log, at, bytesAt(log, at + 1)), at + 1, bytesAt(log, at));
    return { lines, seq: at + 1, at, kinds: ["swapped"] };
  },
  // One of them may be torn: it doesn't tell where it belongs.
  "two swapped lines": (log, random) => {
    const at = random(log.length - 1);
    const other = at + 1 + random(log.length - at - 1);
    const lines = withBytes(withBytes(log, at, bytesAt(log, other)), other, bytesAt(log, at));
    return { lines, seq: at + 1, at, kinds: ["swapped", "changed"] };
  },
  "a moved line": (log, random) => {
    const from = random(log.length - 3);
    const to = from + 2 + random(log.length - from - 2);
    const lines = inserted(log.toSpliced(from, 1), to, bytesAt(log, from));
    return { lines, seq: from + 1, at: from, kinds: ["moved", "swapped", "lost"] };
  },
  "a duplicated line": (log, random) => {
    const at = random(log.length);
    return { lines: inserted(log, at + 1, bytesAt(log, at)), seq: at + 2, at: at + 1, kinds: ["duplicated"] };
  },
  "some duplicated lines": (log, random) => {
    const count = 2 + random(4);
    const at = random(log.length - count);
    const copies = log.slice(at, at + count).map(({ bytes }) => ({ bytes, part: partAt(log, at + count - 1) }));
    const lines = log.toSpliced(at + count, 0, ...copies);
    return { lines, seq: at + count + 1, at: at + count, kinds: ["duplicated"] };
  },
  "a line overwritten by another": (log, random) => {
    const at = random(log.length);
    const other = (at + 1 + random(log.length - 1)) % log.length;
    const kinds = ["changed", "duplicated", "inserted", "lost", "swapped", "moved"];
    return { lines: withBytes(log, at, bytesAt(log, other)), seq: at + 1, at, kinds };
  },
  "a line cut short": (log, random) => {
    const at = entryAt(log.slice(0, -1), random);
    const bytes = bytesAt(log, at);
    return { lines: withBytes(log, at, bytes.subarray(0, random(bytes.length))), seq: at + 1, at, kinds: ["changed"] };
  },
  "a cut tail": (log, random) => {
    const left = random(log.length);
    return { lines: log.slice(0, left), seq: left + 1, at: left, kinds: ["cut"] };
  },
  "a tail cut in mid-line": (log, random) => {
    const left = random(log.length);
    const bytes = bytesAt(log, left);
    const rest = {
      bytes: bytes.subarray(0, 1 + random(bytes.length - 1)),
      part: partAt(log, left),
      isOpen: true as const,
    };
    // The torn line is left as a tear; what is missing begins behind it, unless it is the very line that the witness saw.
    const seq = left + 1 === log.length ? left + 1 : left + 2;
    return { lines: [...log.slice(0, left), rest], seq, at: seq - 1, kinds: ["cut"] };
  },
  "another log from here on": (log, random, other) => {
    const at = 1 + random(Math.min(log.length, other.length) - 2);
    const rest = log
      .slice(at)
      .flatMap(({ part }, i) => (other[at + i] === undefined ? [] : [{ part, bytes: other[at + i] ?? none }]));
    // Whether the line before the seam was changed, or those behind it are another log's, can't be told: both are named.
    return { lines: [...log.slice(0, at), ...rest], seq: at, at: at - 1, kinds: ["changed", "rewritten"] };
  },
  "another log's end from here on": (log, random, other) => {
    const at = 1 + random(log.length - 2);
    const from = random(other.length);
    const rest = other.slice(from).map((bytes) => ({ bytes, part: partAt(log, at) }));
    const seq = from === at ? at : at + 1;
    return {
      lines: [...log.slice(0, at), ...rest],
      seq,
      at: seq - 1,
      kinds: ["changed", "lost", "duplicated", "inserted", "rewritten"],
    };
  },
};

/** An edit that does something, by its number: all kinds in turn, each with a generator of its own. */
export const editOf = (
  number: number,
  log: readonly Laid[],
  other: readonly Buffer[],
): Edited & { readonly name: string } => {
  const [name, edit] = Object.entries(edits)[number % Object.keys(edits).length] ?? ["", flip];
  const whole = Buffer.concat(log.flatMap(({ bytes }) => [bytes, Buffer.of(newline)]));
  for (let turn = 0; ; turn++) {
    const edited = edit(log, seeded(number * 7919 + turn * 104_729 + 1), other);
    const after = Buffer.concat(
      edited.lines.flatMap(({ bytes, isOpen }) => (isOpen ? [bytes] : [bytes, Buffer.of(newline)])),
    );
    if (!after.equals(whole)) return { name, ...edited };
  }
};
