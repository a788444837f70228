import type { Terminal } from "../host/host.ts";
import type { Verdict } from "../verdict/verdict.ts";

const codes: Readonly<Record<Verdict, string>> = { green: "32", amber: "33", unknown: "35", red: "31;1" };

/** How a text is shown: its width (infinite where no line is cut), whether colours and letters beyond ASCII are. */
export type Canvas = Pick<Terminal, "columns" | "hasColour" | "isUtf8">;

/** Colours a text by verdict where the terminal takes colour; the words say the same without. Source: ECMA-48 SGR. */
export const paint = (terminal: Pick<Terminal, "hasColour">, verdict: Verdict, text: string): string =>
  terminal.hasColour ? `\u001b[${codes[verdict]}m${text}\u001b[0m` : text;

/** `1 check`, `2 checks`. Never throws. */
export const plural = (count: number, word: string): string => `${count} ${word}${count === 1 ? "" : "s"}`;

// The colours of this file and their end; else controls but the newline, format characters, separators.
// biome-ignore lint/suspicious/noControlCharactersInRegex: an escape sequence begins with one
const unsafe = /(\u001B\[(?:3[235]|31;1|0)m)|(?!\n)[\p{Cc}\p{Cf}\p{Zl}\p{Zp}\p{Cs}]/gu;

/**
 * A text for a person as no terminal may be moved by it, whoever had a hand in it: nothing but our own colours (with `hasColour`) and line ends does
 * anything. For what was read from the watcher's folder, which root shows too. Never throws.
 */
export const inertLines = (text: string, { hasColour }: Pick<Terminal, "hasColour">): string =>
  text.replace(unsafe, (_, colour: string | undefined) => (hasColour ? (colour ?? " ") : " "));

/** A text of others on one line, without any effect: before our own colours are added. Never throws. */
export const inert = (text: string): string => inertLines(text, { hasColour: false }).replaceAll("\n", " ");

const spelled: Readonly<Record<string, string>> = { "·": "-", "…": "~", "—": "-", "–": "-" };

/** A text as a terminal shows it: in ASCII where the locale isn't UTF-8, a sign for a letter. Never throws. */
export const inLocale = (text: string, { isUtf8 }: Pick<Terminal, "isUtf8">): string =>
  // biome-ignore lint/suspicious/noControlCharactersInRegex: all of ASCII is what stays
  isUtf8 ? text : text.replace(/[^\u0000-\u007F]/gu, (letter) => spelled[letter] ?? "?");
