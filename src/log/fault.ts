import type { Packing } from "../host/unpacked.ts";
import type { Place } from "./line.ts";

/** What a chain can suffer, as far as the lines that are left can tell. `damaged`: a packed file that can't be unpacked from there on. */
export type FaultKind =
  | "changed"
  | "lost"
  | "swapped"
  | "moved"
  | "duplicated"
  | "inserted"
  | "cut"
  | "rewritten"
  | "damaged";

/** The first bad line of a log, and what is wrong with it. */
export interface Fault {
  readonly kind: FaultKind;
  /** Sequence that the line in this place must have: its line number, counted over all files. */
  readonly seq: number;
  readonly file: string;
  /** Line number in its file, from 1. For lost lines: where they are missing. */
  readonly line: number;
  /** Byte offset in its file, or in what it unpacks to where `packing` is set. */
  readonly offset: number;
  readonly packing?: Exclude<Packing, "plain">;
  /** One sentence for a person. */
  readonly what: string;
}

/** A fault at a line's place. Never throws. */
export const faultAt = (
  kind: FaultKind,
  place: Pick<Place, "number" | "file" | "fileLine" | "offset">,
  what: string,
): Fault => ({ kind, seq: place.number, file: place.file, line: place.fileLine, offset: place.offset, what });
