import type { Seal } from "./seal.ts";

/** A line of the log as seals see it. */
export interface SeenLine {
  readonly number: number;
  /** Lower-case hex SHA-256 of its bytes. */
  readonly sha256: string;
  readonly file: string;
  readonly fileLine: number;
  readonly offset: number;
}

/** The first line that isn't as the seals have it. */
export interface HeldFault {
  readonly kind: "rewritten" | "cut" | "other-day";
  /** Sequence, file, line in it and byte offset; where lines are gone, of the last one that is there. */
  readonly seq: number;
  readonly file: string;
  readonly line: number;
  readonly offset: number;
  readonly what: string;
}

/** What seals say of a log that is a whole chain by itself. */
export interface HeldLog {
  readonly fault: HeldFault | undefined;
  /** Lines after the newest seal. */
  readonly unsealed: { readonly from: number; readonly to: number } | undefined;
  /** The last line that came by. */
  readonly reached: number;
}

/** Holds lines against seals, as they come by; in order, and each that follows the one before it. */
export interface Holder {
  /** `at`: asked for only after the newest seal's line. */
  take(line: SeenLine, at: () => string | undefined): void;
  end(): HeldLog;
}

const span = (from: number, to: number): string => (from >= to ? `line ${to} is` : `lines ${from} to ${to} are`);

const placeOf = ({ number, file, fileLine, offset }: SeenLine): Omit<HeldFault, "kind" | "what"> => ({
  seq: number,
  file,
  line: fileLine,
  offset,
});

const rewritten = (line: SeenLine, before: number, { seal, made }: Seal): HeldFault => ({
  kind: "rewritten",
  ...placeOf(line),
  what: `${span(before + 1, line.number)} not what seal ${seal} has sealed on ${made}: one of them or more was changed, and the chain made anew`,
});

const cut = (last: SeenLine | undefined, { seal, made, head }: Seal): HeldFault => ({
  kind: "cut",
  ...placeOf(last ?? { number: 0, sha256: "", file: "", fileLine: 0, offset: 0 }),
  what: `${span((last?.number ?? 0) + 1, head.seq)} cut off: the log ends at line ${last?.number ?? 0}, and seal ${seal} has sealed line ${head.seq} on ${made}`,
});

const otherDay = (line: SeenLine, at: string, { seal, made }: Seal): HeldFault => ({
  kind: "other-day",
  ...placeOf(line),
  what: `line ${line.number} is of ${at.slice(0, 10)}, and no seal was made that day, the newest is seal ${seal} of ${made}: seals were cut off, or could not be made (then that was told at the time)`,
});

/**
 * Holds a log against seals that are good: each seal's line must be there as it was, and the lines after the newest must all be of the day in which it was made,
 * because a line of another day is never written before a seal. Flat memory but for one entry a seal.
 */
export const holdAgainst = (seals: readonly Seal[]): Holder => {
  const newest = seals.at(-1);
  const waiting = seals.filter(({ head }) => head.seq > 0).toSorted((a, b) => a.head.seq - b.head.seq);
  let at = 0;
  let last: SeenLine | undefined;
  let good = 0;
  let fault: HeldFault | undefined;
  const meet = (line: SeenLine): void => {
    for (let seal = waiting[at]; seal !== undefined && seal.head.seq <= line.number; seal = waiting[++at]) {
      // Of a line before the first that is here, nothing is known.
      if (seal.head.seq < line.number) continue;
      if (seal.head.sha256 === line.sha256) good = line.number;
      else fault ??= rewritten(line, good, seal);
    }
  };
  return {
    take: (line, when) => {
      if (last === undefined) good = line.number - 1;
      last = { ...line };
      meet(line);
      if (newest === undefined || line.number <= newest.head.seq || fault !== undefined) return;
      const moment = when();
      if (moment !== undefined && moment.slice(0, 10) !== newest.made.slice(0, 10))
        fault = otherDay(line, moment, newest);
    },
    end: () => {
      const missing = waiting[at];
      const to = last?.number ?? 0;
      const from = (newest?.head.seq ?? 0) + 1;
      return {
        fault: fault ?? (missing === undefined ? undefined : cut(last, missing)),
        unsealed: to >= from ? { from, to } : undefined,
        reached: to,
      };
    },
  };
};
