import { afterAll, beforeAll, expect, test } from "bun:test";
import { createLogBed, healEntries, type LogBed, seeded } from "./log-bed.ts";

const count = 60;
let bed: LogBed;
let whole: readonly Buffer[];
let witness: string;

const linesOf = (bytes: Buffer): readonly Buffer[] => {
  const lines: Buffer[] = [];
  for (let start = 0; start < bytes.length; ) {
    const end = bytes.indexOf(10, start);
    lines.push(bytes.subarray(start, end));
    start = end + 1;
  }
  return lines;
};

const joined = (lines: readonly Buffer[]): Buffer => Buffer.concat(lines.flatMap((line) => [line, Buffer.from("\n")]));

beforeAll(() => {
  bed = createLogBed();
  for (let heal = 1; heal <= count / 6; heal++)
    for (const entry of healEntries(heal)) {
      bed.append(entry);
      bed.wait(1234);
    }
  whole = linesOf(bed.read());
  const head = bed.append();
  witness = `${head.seq}:${head.sha256.slice(0, 16)}`;
});

afterAll(() => bed.remove());

/** One edit: the lines after it, the line that must be named, and the words that may name it. */
interface Edit {
  readonly bytes: Buffer;
  readonly line: number;
  readonly kinds: readonly string[];
}

type Random = (below: number) => number;

const swap = (lines: readonly Buffer[], left: number, right: number): readonly Buffer[] =>
  lines.map((line, i) => (i === left ? (lines[right] ?? line) : i === right ? (lines[left] ?? line) : line));

const edits: Readonly<Record<string, (random: Random) => Edit>> = {
  "a flipped byte": (random) => {
    const bytes = Buffer.from(joined(whole));
    const at = random(bytes.length);
    bytes[at] = (bytes[at] ?? 0) ^ (1 << random(8));
    const line =
      joined(whole)
        .subarray(0, at)
        .filter((byte) => byte === 10).length + 1;
    return { bytes, line, kinds: ["changed", ...(line === count ? ["rewritten", "cut"] : [])] };
  },
  "an edited word": (random) => {
    const at = random(count);
    const lines = whole.map((line, i) => (i === at ? Buffer.from(line.toString().replace("web-1", "web-2")) : line));
    return { bytes: joined(lines), line: at + 1, kinds: ["changed", "rewritten"] };
  },
  "a lost line": (random) => {
    const at = random(count - 1);
    return { bytes: joined(whole.filter((_, i) => i !== at)), line: at + 1, kinds: ["lost"] };
  },
  "some lost lines": (random) => {
    const at = random(count - 6);
    const size = 2 + random(4);
    return { bytes: joined(whole.filter((_, i) => i < at || i >= at + size)), line: at + 1, kinds: ["lost"] };
  },
  "a duplicated line": (random) => {
    const at = random(count);
    return { bytes: joined(whole.toSpliced(at, 0, whole[at] ?? Buffer.of())), line: at + 2, kinds: ["duplicated"] };
  },
  "two swapped neighbours": (random) => {
    const at = random(count - 1);
    return { bytes: joined(swap(whole, at, at + 1)), line: at + 1, kinds: ["swapped"] };
  },
  "two swapped lines": (random) => {
    const left = random(count - 1);
    const right = left + 1 + random(count - left - 1);
    return { bytes: joined(swap(whole, left, right)), line: left + 1, kinds: ["swapped"] };
  },
  "a moved line": (random) => {
    const from = random(count - 3);
    const to = from + 2 + random(count - from - 2);
    const lines = whole.toSpliced(from, 1).toSpliced(to, 0, whole[from] ?? Buffer.of());
    return { bytes: joined(lines), line: from + 1, kinds: ["moved"] };
  },
  "an inserted copy": (random) => {
    const from = random(count);
    const at = random(count + 1);
    // A copy beside its own line is a duplicate of it, whichever of the two is called the copy.
    const line = from === at ? at + 2 : at + 1;
    const lines = whole.toSpliced(at, 0, whole[from] ?? Buffer.of());
    return { bytes: joined(lines), line, kinds: from < at || from === at ? ["duplicated"] : ["inserted"] };
  },
  "an inserted forgery": (random) => {
    const at = 1 + random(count - 1);
    const like = JSON.parse(String(whole[at])) as unknown;
    const forged = Buffer.from(JSON.stringify({ ...(like ?? {}), why: `forged ${random(1000)}` }));
    return { bytes: joined(whole.toSpliced(at, 0, forged)), line: at + 1, kinds: ["inserted"] };
  },
  "inserted noise": (random) => {
    const at = random(count + 1);
    return {
      bytes: joined(whole.toSpliced(at, 0, Buffer.from("hello"))),
      line: at + 1,
      kinds: [at === count ? "changed" : "inserted"],
    };
  },
  "a line overwritten by another": (random) => {
    const at = random(count);
    const other = (at + 1 + random(count - 1)) % count;
    const lines = whole.map((line, i) => (i === at ? (whole[other] ?? line) : line));
    return { bytes: joined(lines), line: at + 1, kinds: ["changed", "duplicated", "inserted", "lost", "swapped"] };
  },
  "a line cut short": (random) => {
    const at = random(count - 1);
    const lines = whole.map((line, i) => (i === at ? line.subarray(0, random(line.length)) : line));
    return { bytes: joined(lines), line: at + 1, kinds: ["changed"] };
  },
  "a cut tail": (random) => {
    const left = random(count);
    return { bytes: joined(whole.slice(0, left)), line: left + 1, kinds: ["cut"] };
  },
  "a tail cut in mid-line": (random) => {
    const left = random(count);
    const rest = (whole[left] ?? Buffer.of()).subarray(0, 1 + random((whole[left]?.length ?? 2) - 1));
    // The torn line is left as a tear; what is missing begins after it, unless it is the very line that the witness saw.
    const line = left + 1 === count ? count : left + 2;
    return { bytes: Buffer.concat([joined(whole.slice(0, left)), rest]), line, kinds: ["cut"] };
  },
};

for (const [name, edit] of Object.entries(edits))
  test(`verifyLog() names the first bad line and what is wrong: ${name}, 40 times`, () => {
    const random = seeded(name.length * 7919);
    for (let time = 0; time < 40; time++) {
      const { bytes, line, kinds } = edit(random);
      bed.write(bytes);
      const verified = bed.verify(witness);
      const told = verified.kind === "faulty" ? verified.fault : undefined;
      expect({ name, time, line: told?.line, isKind: kinds.includes(told?.kind ?? verified.kind), told }).toEqual({
        name,
        time,
        line,
        isKind: true,
        told,
      });
    }
  });

test("verifyLog() raises no alarm over a log that nobody touched", () => {
  bed.write(joined(whole));
  expect(bed.verify(witness)).toMatchObject({ kind: "whole", lines: count, notes: [] });
  expect(bed.verify()).toMatchObject({ kind: "whole", lines: count, notes: [] });
});
