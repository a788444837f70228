import type { Head } from "../log/entry.ts";
import type { Note } from "./note.ts";

/** What a seal says. It is signed by the key of its day, which is then erased. */
export interface Seal {
  /** 0, 1, 2, … */
  readonly seal: number;
  /** When it was made, RFC 3339 UTC. */
  readonly made: string;
  /** The UTC day of the key that signs, `2026-11-26`. */
  readonly day: string;
  /** The log's head then. */
  readonly head: Head;
  /** The verifier key of the next seal. */
  readonly next: string;
  /** Seal 0 alone: the first key of all, its own. */
  readonly first?: string;
}

/** The UTC day of a moment, in milliseconds since 1970. Pure. */
export const dayOfMs = (ms: number): string => new Date(ms).toISOString().slice(0, 10);

/** The day before. `day`: `2026-11-26`. Pure. */
export const dayBefore = (day: string): string => dayOfMs(Date.parse(`${day}T00:00:00Z`) - 86_400_000);

/** The text that is signed. Pure. */
export const sealText = ({ seal, made, day, head, next, first }: Seal): string =>
  [
    "dogwatch heal log seal v1",
    `seal ${seal}`,
    `made ${made}`,
    `day ${day}`,
    `log ${head.seq}:${head.sha256}`,
    `next ${next}`,
    ...(first === undefined ? [] : [`first ${first}`]),
    "",
  ].join("\n");

const form =
  /^dogwatch heal log seal v1\nseal (\d{1,9})\nmade (\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z)\nday (\d{4}-\d\d-\d\d)\nlog (\d{1,15}):([0-9a-f]{64})\nnext (\S+)\n(?:first (\S+)\n)?$/u;

/** Reads a seal off a note's text; undefined for anything but its exact form. Pure. */
export const parseSeal = ({ text }: Pick<Note, "text">): Seal | undefined => {
  const [, seal, made, day, seq, hash, next, first] = form.exec(text) ?? [];
  if (made === undefined || day === undefined || hash === undefined || next === undefined) return undefined;
  if (Number.isNaN(Date.parse(made))) return undefined;
  const head = { seq: Number(seq), sha256: hash };
  return { seal: Number(seal), made, day, head, next, ...(first === undefined ? {} : { first }) };
};
