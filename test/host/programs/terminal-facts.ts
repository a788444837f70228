/** Writes what the terminal is to a file, and a text of some length to stdout and stderr. argv: FILE OUT_BYTES. */
import { writeFileSync } from "node:fs";
import { createTerminal } from "../../../src/host/terminal.ts";

const [file = "", outBytes = "0"] = process.argv.slice(2);
const terminal = createTerminal(process.env);
terminal.out("o".repeat(Number(outBytes)));
terminal.err("error text\n");
const { isOutTerminal, isErrTerminal, isErrJournal, columns, rows, hasColour, canRedraw, isUtf8 } = terminal;
writeFileSync(
  file,
  JSON.stringify({ isOutTerminal, isErrTerminal, isErrJournal, columns, rows, hasColour, canRedraw, isUtf8 }),
);
