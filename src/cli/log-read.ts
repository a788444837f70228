import { quoted } from "../config/near.ts";
import type { Host } from "../host/host.ts";
import { createNames, type Names } from "../log/names.ts";
import { createOutcomes, type Outcomes } from "../log/outcomes.ts";
import { type Scanned, type ScannedLine, scanLog } from "../log/scan.ts";
import type { SeenEntry } from "../log/seen-entry.ts";
import { segmentsOf } from "../log/segments.ts";
import { isAll, isWanted, type Wanted } from "../log/wanted.ts";
import type { LogPaths } from "./log.ts";

/** Lines that are no entries, as they were met. */
export interface Foreign {
  readonly torn: number;
  readonly broken: number;
  /** Where the first broken one is, else the first torn one, for a person. */
  readonly first: string;
}

/** What a reading of the log came to. */
export interface LogRead {
  /** Whether there is any file of the log. */
  readonly isThere: boolean;
  readonly scanned: Scanned;
  readonly foreign: Foreign;
  /** Entries that were asked for. */
  readonly found: number;
  readonly names: Names;
}

/** What is done with each line, in the order of the log. */
export interface LineTaker {
  readonly entry: (entry: SeenEntry, bytes: Uint8Array) => void;
  /** A line that is no entry; only where nothing in particular is asked for. */
  readonly foreign?: (number: number, kind: "torn" | "broken") => void;
}

const readOutcomes = async (host: Host, files: readonly string[]): Promise<Outcomes> => {
  const outcomes = createOutcomes();
  await scanLog(host, files, ({ what }) => {
    if (what.kind === "entry") outcomes.take(what.entry);
  });
  return outcomes;
};

const noForeign: Foreign = { torn: 0, broken: 0, first: "" };

const withForeign = (before: Foreign, { file, number }: ScannedLine, kind: "torn" | "broken"): Foreign => {
  const isFirst = before[kind] === 0 && (kind === "broken" || before.broken === 0);
  const first = isFirst ? `line ${number} in ${quoted(file)}` : before.first;
  return { ...before, [kind]: before[kind] + 1, first };
};

/** Reads all files of the log once (for `outcome` twice) and hands on the lines that are asked for, with flat memory. Never rejects. */
export const readWanted = async (host: Host, paths: LogPaths, wanted: Wanted, take: LineTaker): Promise<LogRead> => {
  const files = segmentsOf(host.files, paths.logFile);
  const outcomes = wanted.outcome === undefined ? undefined : await readOutcomes(host, files);
  const names = createNames();
  const isEverything = isAll(wanted);
  let [foreign, found] = [noForeign, 0];
  const scanned = await scanLog(host, files, (line) => {
    const { what } = line;
    if (what.kind !== "entry") {
      foreign = withForeign(foreign, line, what.kind);
      if (isEverything) take.foreign?.(line.number, what.kind);
      return;
    }
    if (!isEverything) names.take(what.entry);
    if (!isWanted(what.entry, wanted, outcomes)) return;
    found += 1;
    take.entry(what.entry, line.bytes);
  });
  return { isThere: files.length > 0, scanned, foreign, found, names };
};

const counted = (count: number, word: string): string => `${count} ${count === 1 ? "line" : "lines"} ${word}`;

/** What a person must know of lines that are no entries; undefined when all are. Pure. */
export const foreignText = ({ torn, broken, first }: Foreign): string | undefined => {
  const told = [
    ...(broken === 0 ? [] : [counted(broken, "cannot be read as an entry")]),
    ...(torn === 0 ? [] : [counted(torn, torn === 1 ? "was cut off in mid-write" : "were cut off in mid-write")]),
  ];
  return told.length === 0 ? undefined : `${told.join(", ")} (the first: ${first})`;
};
