import type { Failure, Host } from "../host/host.ts";
import { readHead } from "../log/append.ts";
import { type ChainEnd, readEnd } from "../log/chain-end.ts";
import type { Head, NewEntry } from "../log/entry.ts";
import { type LogStory, readStory } from "../log/open-incidents.ts";
import type { Seal } from "../seal/seal.ts";
import type { Book } from "../state/book.ts";
import { readBook, writeBook } from "../state/book-file.ts";
import { knownHead, outOfStep } from "./known-head.ts";
import { type LogPlace, tidyFiles, type Written, writeEntries } from "./log-writer.ts";
import { createSealer, type Sealer } from "./sealer.ts";
import type { Sealed } from "./sealing.ts";

/** The log's lock is held for a few writes, so its holder is waited for, in milliseconds; a file that is packed takes some of them. */
const lockWaitMs = 10_000;

/** The heal log as its writer has it: lines, the book of what they say, and one lock around both. */
export interface Journal {
  /** The book as it stands, made good from the log where that has moved on. */
  book(): Book;
  /** Appends lines and changes the book with them, on disk when it answers. `make` gets the book of this moment; without lines only a changed book is written, or one that was behind the log. */
  enter(make: (book: Book) => Entering): Entered;
  /** The same, and the file is made good with it, for those who see no more than that. */
  mended(): Book;
  /** What the log tells of the past, and of these attempts; reads all of it. */
  story(attempts?: ReadonlySet<string>): LogStory;
  /** The head as last known; null when the log can't be read. */
  head(): Head | null;
  /** The head, where it has moved since this journal first wrote; undefined where it hasn't. */
  grownTo(): Head | undefined;
  /** Why the log can't be written or sealed, once that was seen. */
  trouble(): Failure | undefined;
  /** Seals what the log holds, where that isn't done for this day. */
  seal(): Sealed | Failure;
  /** The seals that were made here. */
  sealings(): readonly Seal[];
  /** Sentences for the operator: what somebody else did to the log, and what can't be done with its old files. */
  notes(): readonly string[];
}

/** What to write: lines, and the book after them. */
export interface Entering {
  readonly entries: readonly NewEntry[];
  readonly book: Book;
}

export type Entered = { readonly kind: "appended"; readonly head: Head } | Failure;

/** Where log and book are. */
export interface JournalPlace extends LogPlace {
  /** Folder of book and lock. */
  readonly folder: string;
  /** A dry run: nothing is written. */
  readonly isReadOnly: boolean;
}

/** What the log says in place of what the book says, where they differ. A book that knows lines which are gone knows better. */
const inStep = (host: Host, { logFile }: JournalPlace, book: Book, end: ChainEnd | Failure): Book => {
  if ("kind" in end) return book;
  const { head } = end.tail;
  if (head.seq === book.seq && head.sha256 === book.sha256) return book;
  if (end.lost !== undefined && book.seq >= 0) return { ...book, ...head };
  const { open, configSha256 } = readStory(host, logFile);
  const byId = Object.fromEntries(open.map(({ incident, check, openedAt }) => [incident, { check, openedAt }]));
  return { ...book, ...head, open: byId, configSha256 };
};

const endOf = ({ files }: Host, { logFile }: JournalPlace, book: Book): ChainEnd | Failure =>
  readEnd(files, logFile, knownHead(book));

const headOf = (end: ChainEnd | Failure): Head => ("kind" in end ? { seq: 0, sha256: "" } : end.tail.head);

/** The same host at one moment: no line slips onto another day than the seal before it. */
const atOneMoment = (host: Host): Host => {
  const nowMs = host.clock.nowMs();
  return { ...host, clock: { ...host.clock, nowMs: () => nowMs } };
};

/** Under the log's lock. */
const underLock = <Value>(host: Host, { folder }: JournalPlace, work: () => Value): Value | Failure => {
  const lock = host.files.lock(`${folder}/log.lock`, lockWaitMs);
  if (lock.kind === "busy") return { kind: "failed", code: "EBUSY", why: `${lock.holder} is writing it for too long` };
  // A disk that turned read-only: the write says so itself.
  if (lock.kind === "failed" && lock.code !== "EROFS") return lock;
  try {
    return work();
  } finally {
    if (lock.kind === "held") lock.release();
  }
};

const headNow = (host: Host, { folder, logFile }: JournalPlace): Head | Failure =>
  readHead(host, logFile, () => knownHead(readBook(host, folder)));

const sealNow = (host: Host, place: JournalPlace, sealer: Sealer): Sealed | Failure => {
  if (place.isReadOnly) return { kind: "failed", code: "REFUSED", why: "a dry run changes nothing" };
  const done = underLock(host, place, () => {
    const now = headNow(host, place);
    return "kind" in now ? now : sealer.before(now, host.clock.nowMs());
  });
  if (done.kind === "failed") sealer.failed(done);
  return done;
};

const lookHead = (host: Host, place: JournalPlace): Head | null => {
  const read = headNow(host, place);
  return "kind" in read ? null : read;
};

/** Opens the heal log and its book. Nothing is read before it is asked for. Never throws. */
export const openJournal = (host: Host, place: JournalPlace): Journal => {
  let known: Head | null | undefined;
  let first: Head | undefined;
  let trouble: Failure | undefined;
  const notes = new Set<string>();
  const sealer = createSealer(host, place);
  const head = (): Head | null => {
    known ??= lookHead(host, place);
    return known;
  };
  const noted = ({ notes: more, entered }: Written): Entered => {
    for (const note of more) notes.add(note);
    if (entered.kind === "appended") known = entered.head;
    return entered;
  };
  const tidy = (now: Host, book: Book, after: Head, lastAt: string): Entered => {
    const openSince = Object.values(book.open).map(({ openedAt }) => openedAt);
    const keeping = { keepMs: place.rotation?.keepMs ?? 0, lastAt, openSince };
    const tidied = noted(tidyFiles(now, place, keeping, after));
    if (tidied.kind === "failed" || tidied.head.seq === after.seq) return { kind: "appended", head: after };
    writeBook(host, place.folder, { ...book, ...tidied.head });
    return tidied;
  };
  const write = (make: (book: Book) => Entering): Entered => {
    const lying = readBook(host, place.folder);
    const end = endOf(host, place, lying);
    first ??= headOf(end);
    const before = inStep(host, place, lying, end);
    const { entries, book } = make(before);
    if (place.isReadOnly || ("kind" in end && entries.length === 0)) return { kind: "appended", head: headOf(end) };
    // The watcher sees the book and not the log: what opens stands there first, so that a kill before the book's own write doesn't hide it.
    if (Object.keys(book.open).some((id) => !Object.hasOwn(before.open, id)))
      writeBook(host, place.folder, { ...before, open: book.open, seq: outOfStep(knownHead(before).seq) });
    if ("kind" in end) return end;
    const now = atOneMoment(host);
    // What can't be sealed stops no line.
    sealer.before(end.tail.head, now.clock.nowMs());
    const written = writeEntries(now, place, end, entries);
    const entered = noted(written);
    if (entered.kind === "failed" || (book === lying && entered.head.seq === end.tail.head.seq)) return entered;
    writeBook(host, place.folder, { ...book, ...entered.head });
    return written.rotatedAfter === undefined ? entered : tidy(now, book, entered.head, written.rotatedAfter);
  };
  const enter = (make: (book: Book) => Entering): Entered => {
    const entered = place.isReadOnly ? write(make) : underLock(host, place, () => write(make));
    if (entered.kind === "failed") trouble ??= entered;
    return entered;
  };
  const bookNow = (): Book => {
    const lying = readBook(host, place.folder);
    return inStep(host, place, lying, endOf(host, place, lying));
  };
  return {
    book: bookNow,
    mended: () => {
      enter((book) => ({ entries: [], book }));
      return bookNow();
    },
    enter,
    story: (attempts) => readStory(host, place.logFile, attempts),
    head,
    grownTo: () => (first === undefined || known?.seq === first.seq ? undefined : (known ?? undefined)),
    trouble: () => trouble ?? sealer.trouble(),
    seal: () => sealNow(host, place, sealer),
    sealings: sealer.sealings,
    notes: () => [...notes, ...sealer.notes()],
  };
};
