import type { Host } from "../host/host.ts";
import { type Book, emptyBook } from "./book.ts";
import { readSealed, writeSealed } from "./sealed.ts";

/** Readable by the watcher, which sees no log. */
const mode = 0o640;

const isBook = (value: unknown): value is Book =>
  typeof value === "object" && value !== null && "version" in value && value.version === 1;

const bookPath = (folder: string): string => `${folder}/incidents.json`;

/** The book as it lies there, for whoever only looks: it may be a line behind. Never throws. */
export const readBook = (host: Host, folder: string): Book => {
  const read = readSealed(host, bookPath(folder), isBook, false);
  return read.kind === "read" ? { ...emptyBook, ...read.value } : emptyBook;
};

/** Writes the book, under the log's lock. One that can't be written is made anew from the log: the line counts. Never throws. */
export const writeBook = (host: Host, folder: string, book: Book): void =>
  void writeSealed(host, bookPath(folder), book, mode);
