import { seeded } from "../log/log-bed.ts";

/** A log's files by name, oldest first, each as its lines without their newlines. The last line of the last may lack its newline. */
export type Files = readonly { readonly name: string; readonly lines: readonly Buffer[]; readonly isOpen?: boolean }[];

type Random = (below: number) => number;
type Edit = (files: Files, random: Random, other: Files) => Files;

const change =
  (edit: (lines: readonly Buffer[], random: Random, at: number) => readonly Buffer[]): Edit =>
  (files, random) => {
    const which = random(files.length);
    return files.map((file, i) =>
      i === which ? { ...file, lines: edit(file.lines, random, random(file.lines.length)) } : file,
    );
  };

const forged = (line: Buffer, random: Random): Buffer =>
  Buffer.from(line.toString("utf8").replace("}", `,"why":"forged ${random(1000)}"}`));

/** Single edits; whether each can be seen at all is for the verifiers to agree on. */
export const edits: Readonly<Record<string, Edit>> = {
  untouched: (files) => files,
  "a flipped bit": change((lines, random, at) =>
    lines.map((line, i) => {
      if (i !== at) return line;
      const bytes = Buffer.from(line);
      const where = random(bytes.length);
      bytes[where] = (bytes[where] ?? 0) ^ (1 << random(7));
      return bytes.indexOf(10) === -1 ? bytes : line;
    }),
  ),
  "a lost line": change((lines, _, at) => lines.toSpliced(at, 1)),
  "some lost lines": change((lines, random, at) => lines.toSpliced(at, 2 + random(3))),
  "a duplicated line": change((lines, _, at) => lines.toSpliced(at, 0, lines[at] ?? Buffer.of())),
  "two swapped lines": change((lines, random, at) => {
    const other = random(lines.length);
    return lines.with(at, lines[other] ?? Buffer.of()).with(other, lines[at] ?? Buffer.of());
  }),
  "a forged line": change((lines, random, at) => lines.with(at, forged(lines[at] ?? Buffer.of(), random))),
  "an inserted forgery": change((lines, random, at) =>
    lines.toSpliced(at, 0, forged(lines[random(lines.length)] ?? Buffer.of(), random)),
  ),
  "inserted noise": change((lines, random, at) =>
    lines.toSpliced(at + random(2), 0, Buffer.from(["", "hello", "[1]", "{}", "7", '{"seq":'][random(6)] ?? "")),
  ),
  "a line cut short": change((lines, random, at) =>
    lines.with(at, (lines[at] ?? Buffer.of()).subarray(0, 1 + random((lines[at]?.length ?? 2) - 1))),
  ),
  "a cut tail": change((lines, random) => lines.slice(0, 1 + random(lines.length))),
  "a tear at the end": (files, random) =>
    files.map((file, i) => {
      const last = file.lines.at(-1);
      if (i < files.length - 1 || last === undefined) return file;
      const torn = Buffer.concat([last.subarray(0, 1 + random(last.length - 1)), Buffer.alloc(random(3))]);
      return { ...file, lines: file.lines.with(-1, torn), isOpen: random(2) === 0 };
    }),
  "a lost file": (files, random) => files.toSpliced(random(files.length - 1), 1),
  "two files in each other's place": (files, random) => {
    const at = random(files.length - 1);
    const [left, right] = [files[at]?.lines ?? [], files[at + 1]?.lines ?? []];
    return files.map((file, i) => ({ ...file, lines: i === at ? right : i === at + 1 ? left : file.lines }));
  },
  "a file of another log": (files, random, other) => {
    const which = random(files.length);
    return files.map((file, i) => (i === which ? { ...file, lines: other[i]?.lines ?? [] } : file));
  },
  "the rest of another log": (files, random, other) => {
    const from = 1 + random(files.length - 1);
    return files.map((file, i) => (i >= from ? { ...file, lines: other[i]?.lines ?? [] } : file));
  },
};

/** One edited log. */
export interface Case {
  readonly name: string;
  readonly files: Files;
}

/** Each kind of edit so many times, seeded: the same ones in each run. */
export const casesOf = (files: Files, other: Files, times: number): readonly Case[] =>
  Object.entries(edits).flatMap(([name, edit], kind) => {
    const random = seeded(7919 * (kind + 1));
    return Array.from({ length: times }, (_, time) => ({
      name: `${name}, ${time + 1}`,
      files: edit(files, random, other),
    }));
  });

/** A file's bytes. */
export const bytesOf = ({ lines, isOpen }: Files[number]): Buffer => {
  const whole = Buffer.concat(lines.flatMap((line) => [line, Buffer.from("\n")]));
  return isOpen === true ? whole.subarray(0, -1) : whole;
};
