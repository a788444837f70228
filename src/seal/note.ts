import { fromBase64, type KeyName, toBase64, toHex, type VKey } from "./vkey.ts";

/** One signature of a note. */
export interface NoteSignature extends KeyName {
  /** Not yet known to be right. */
  readonly signature: Uint8Array;
}

/** A text with who says that they signed it. Source: c2sp.org/signed-note. */
export interface Note {
  /** What is signed: all of it, with the newline at its end. */
  readonly text: string;
  readonly signatures: readonly NoteSignature[];
}

/** A note in a file of several. `line`: where it begins, from 1. `note`: undefined for what is none. */
export interface NoteAt {
  readonly line: number;
  readonly note: Note | undefined;
}

/** Whether a signature is right: of this 32-byte public key, over this text. */
export type IsSigned = (publicKey: Uint8Array, text: string, signature: Uint8Array) => boolean;

/** An em dash. */
const dash = "\u2014";
const idBytes = 4;
/** More are no note of ours, nor of anybody's. */
const maxSignatures = 100;

const idToBytes = (id: string): readonly number[] =>
  [0, 2, 4, 6].map((at) => Number.parseInt(id.slice(at, at + 2), 16));

/** The line that says who signed, with its newline. Pure. */
const signatureLine = ({ name, id }: KeyName, signature: Uint8Array): string =>
  `${dash} ${name} ${toBase64(Uint8Array.from([...idToBytes(id), ...signature]))}\n`;

/** A note's bytes. `text` ends with a newline and has no empty line. Pure. */
export const writeNote = (text: string, key: KeyName, signature: Uint8Array): string =>
  `${text}\n${signatureLine(key, signature)}`;

const readSignature = (line: string): NoteSignature | undefined => {
  const [, name, base64] = /^\u2014 (\S+) (\S+)$/u.exec(line) ?? [];
  const bytes = fromBase64(base64 ?? "");
  if (name === undefined || name.includes("+") || bytes === undefined || bytes.length <= idBytes) return undefined;
  return { name, id: toHex(bytes.subarray(0, idBytes)), signature: bytes.subarray(idBytes) };
};

/** Reads one note; undefined for what is none. Its signatures are to be checked yet. Pure. */
export const parseNote = (whole: string): Note | undefined => {
  const end = whole.lastIndexOf("\n\n");
  // Control characters but the newline make it none.
  if (end < 0 || !whole.endsWith("\n") || /[\p{Cc}--\n]/v.test(whole)) return undefined;
  const lines = whole.slice(end + 2, -1).split("\n");
  const signatures = lines.map(readSignature).filter((each) => each !== undefined);
  if (signatures.length !== lines.length || lines.length > maxSignatures) return undefined;
  return { text: whole.slice(0, end + 1), signatures };
};

/** Texts and signatures that are looked at: more than 64 MiB of seals have. A file of nothing but newlines would take all memory. */
const maxBlocks = 400_000;

/** Reads a file of notes, each followed by an empty line, of texts that have none. What isn't one has its place all the same. Pure. */
export const parseNotes = (file: string): readonly NoteAt[] => {
  const blocks = file.split("\n\n", maxBlocks);
  const found: NoteAt[] = [];
  let line = 1;
  const linesOf = (block: string | undefined): number => (block === undefined ? 0 : block.split("\n").length + 1);
  for (let at = 0; at < blocks.length; at += 2) {
    const [text, signed] = [blocks[at], blocks[at + 1]];
    if (text === "" && at === blocks.length - 1) break;
    // A last note without its empty line isn't whole: it is replaced as one.
    const isWhole = at + 2 < blocks.length;
    found.push({ line, note: isWhole ? parseNote(`${text ?? ""}\n\n${signed ?? ""}\n`) : undefined });
    line += linesOf(text) + linesOf(signed);
  }
  return found;
};

/** What a note is worth to the holder of a key: signed by it, not signed by it at all, or signed wrongly in its name. Pure. */
export const signedBy = (
  { text, signatures }: Note,
  key: VKey,
  isSigned: IsSigned,
): "signed" | "not-theirs" | "wrong" => {
  const own = signatures.filter(({ name, id }) => name === key.name && id === key.id);
  if (own.length === 0) return "not-theirs";
  return own.every(({ signature }) => isSigned(key.publicKey, text, signature)) ? "signed" : "wrong";
};
