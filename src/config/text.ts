import { type Fault, wholeFileFault } from "./fault.ts";

/** Most bytes that a config or recipe may have. */
export const maxFileBytes: number = 1024 * 1024;

/** The file's text, or the first place where it isn't one. */
export type Decoded =
  | { readonly kind: "text"; readonly text: string }
  | { readonly kind: "fault"; readonly fault: Fault };

const hex = (value: number, digits: number): string => value.toString(16).padStart(digits, "0");

const faultAt = (file: string, before: string, message: string): Decoded => {
  const lines = before.split(/\r\n|\n/u);
  return { kind: "fault", fault: { file, line: lines.length, col: (lines.at(-1) ?? "").length + 1, message } };
};

/** Where the first byte stands that isn't UTF-8: decode with replacement characters, encode again, and see where the two part. */
const firstBadByte = (bytes: Uint8Array): number => {
  const again = new TextEncoder().encode(new TextDecoder("utf-8", { ignoreBOM: true }).decode(bytes));
  return bytes.findIndex((byte, at) => byte !== again[at]);
};

/** Text of UTF-8 bytes, a byte-order mark dropped; undefined where they are none. Never throws. */
export const decodeUtf8 = (bytes: Uint8Array): string | undefined => {
  try {
    return new TextDecoder("utf-8", { fatal: true }).decode(bytes);
  } catch (error) {
    if (error instanceof TypeError) return undefined;
    throw error;
  }
};

/** What YAML may not hold, apart from lone surrogates, which UTF-8 can't. Source: YAML 1.2.2, 5.1 (c-printable). */
// biome-ignore lint/suspicious/noControlCharactersInRegex: finding them is the purpose
const unprintable = /[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x84\x86-\x9f\ufffe\uffff]/u;

/** Turns a file's bytes into text: at most 1 MiB of UTF-8 (a byte-order mark is dropped) without control characters. Never throws. */
export const decodeText = (bytes: Uint8Array, file: string): Decoded => {
  if (bytes.length > maxFileBytes) {
    const message = `the file has ${bytes.length} bytes, the most is ${maxFileBytes} (1 MiB)`;
    return { kind: "fault", fault: wholeFileFault(file, message) };
  }
  const text = decodeUtf8(bytes);
  if (text === undefined) {
    const at = firstBadByte(bytes);
    const before = new TextDecoder().decode(bytes.subarray(0, at));
    return faultAt(file, before, `not UTF-8: byte 0x${hex(bytes[at] ?? 0, 2)} at offset ${at}; save the file as UTF-8`);
  }
  const at = text.search(unprintable);
  if (at < 0) return { kind: "text", text };
  const code = hex(text.charCodeAt(at), 4).toUpperCase();
  return faultAt(file, text.slice(0, at), `the control character U+${code} may not stand in a YAML file; remove it`);
};
