import { maxLineBytes } from "./bounds.ts";
import { hashLine } from "./chain.ts";
import { isCutLine, seqOfCutLine } from "./cut.ts";
import type { RawLine } from "./lines.ts";

/**
 * One line of a log file as the chain sees it. `entry`: a whole one. `cut`: the beginning of one, left by a kill in mid-write.
 * `broken`: neither, so somebody or something changed it.
 */
export type Line = Place &
  (
    | {
        readonly kind: "entry";
        readonly seq: number;
        readonly prev: string;
        readonly event: string;
        readonly proof: string | undefined;
      }
    | { readonly kind: "cut"; readonly seq: number | undefined }
    | { readonly kind: "broken"; readonly why: string }
  );

/** Where a line stands. */
export interface Place {
  /** Sequence that a line in this place must have. */
  readonly number: number;
  /** Lower-case hex SHA-256 of its bytes without the newline. */
  readonly sha256: string;
  readonly file: string;
  /** Line number in its file, from 1. */
  readonly fileLine: number;
  /** Byte offset in its file. */
  readonly offset: number;
  readonly isClosed: boolean;
  /** It ends in CR LF, which no line of ours does: a program converted the text. */
  readonly isCrLf: boolean;
}

type Facts =
  | Pick<Extract<Line, { kind: "entry" }>, "kind" | "seq" | "prev" | "event" | "proof">
  | Pick<Extract<Line, { kind: "cut" }>, "kind" | "seq">
  | Pick<Extract<Line, { kind: "broken" }>, "kind" | "why">;

const strict = new TextDecoder("utf-8", { fatal: true, ignoreBOM: true });
const lenient = new TextDecoder("utf-8", { ignoreBOM: true });
const hex = /^[0-9a-f]{64}$/u;

/** The JSON value of a line's bytes; undefined when it has none. Never throws. */
export const parseLine = (bytes: Uint8Array): unknown => {
  try {
    return JSON.parse(strict.decode(bytes));
  } catch (error) {
    if (error instanceof SyntaxError || error instanceof TypeError || error instanceof RangeError) return undefined;
    throw error;
  }
};

const isObject = (value: unknown): value is object =>
  typeof value === "object" && value !== null && !Array.isArray(value);

const entryFacts = (value: object): Facts => {
  if (!("seq" in value) || typeof value.seq !== "number" || !Number.isSafeInteger(value.seq) || value.seq < 1)
    return { kind: "broken", why: "it has no valid seq" };
  if (!("prev" in value) || typeof value.prev !== "string" || !hex.test(value.prev))
    return { kind: "broken", why: "it has no valid prev" };
  const event = "event" in value && typeof value.event === "string" ? value.event : "";
  const proof = "proof" in value && typeof value.proof === "string" ? value.proof : undefined;
  return { kind: "entry", seq: value.seq, prev: value.prev, event, proof };
};

/** What to do about a file that an editor or a mail program converted. */
export const asItIs = "a mail program or an editor does that: fetch the file anew, as it is";

/** What a line is, from its bytes. Never throws. */
export const factsOf = ({ bytes, isTooLong }: Pick<RawLine, "bytes" | "isTooLong">): Facts => {
  if (isTooLong) return { kind: "broken", why: `it is longer than ${maxLineBytes} bytes` };
  const value = parseLine(bytes);
  if (isObject(value)) return entryFacts(value);
  const text = lenient.decode(bytes);
  if (value === undefined && isCutLine(text)) return { kind: "cut", seq: seqOfCutLine(text) };
  if (text.startsWith("\ufeff") || (bytes[0] === 0xff && bytes[1] === 0xfe))
    return { kind: "broken", why: `a byte order mark stands before it; ${asItIs}` };
  return { kind: "broken", why: text === "" ? "it is empty" : "it is not a JSON object" };
};

/** A raw line with its place in the chain: what it is, and its hash. Never throws. */
export const readLine = (raw: RawLine, at: Pick<Place, "number" | "file" | "fileLine">): Line => ({
  ...factsOf(raw),
  ...at,
  sha256: hashLine(raw.bytes),
  offset: raw.offset,
  isClosed: raw.isClosed,
  isCrLf: raw.bytes.at(-1) === 0x0d,
});
