import { baseNameOf } from "../config/path.ts";
import type { Files } from "../host/host.ts";
import { startOf } from "../host/packed.ts";
import { factsOf } from "./line.ts";
import { splitLines } from "./lines.ts";

/** Enough of a file for its first few lines; a Zstandard block, 128 KiB at most, is unpacked whole or not at all. */
const startBytes = 163_840;
/** Lines that are asked: one alone may be torn, or changed. */
const maxAsked = 9;

/** The number that most of these give, of equally many the one that comes first. */
const mostCommon = (numbers: readonly number[]): number | undefined => {
  const counts = new Map<number, number>();
  for (const each of numbers) counts.set(each, (counts.get(each) ?? 0) + 1);
  const most = Math.max(...counts.values());
  return numbers.find((each) => counts.get(each) === most);
};

/** The number that a file's first line must have, as its first lines tell it together, else its name; undefined where neither does. */
const firstSeqOf = (files: Files, path: string): number | undefined => {
  const read = files.readAt(path, 0, startBytes);
  const lines = read.kind === "read" ? splitLines(startOf(read.bytes), 0).slice(0, maxAsked) : [];
  const told = lines.flatMap((line, i) => {
    const facts = factsOf(line);
    return facts.kind === "entry" ? [facts.seq - i] : [];
  });
  const named = /-(\d{10,15})\.jsonl/u.exec(baseNameOf(path))?.[1];
  return mostCommon(told) ?? (named === undefined ? undefined : Number(named));
};

/** Puts the files of a log in order, oldest first, whatever they are called; those that don't tell come last, as given. The same path counts once. Never throws. */
export const inOrder = (files: Files, paths: readonly string[]): readonly string[] => {
  const once = [...new Set(paths)];
  if (once.length < 2) return once;
  const firsts = new Map(once.map((path) => [path, firstSeqOf(files, path) ?? Number.MAX_SAFE_INTEGER]));
  return once.toSorted((a, b) => (firsts.get(a) ?? 0) - (firsts.get(b) ?? 0));
};
