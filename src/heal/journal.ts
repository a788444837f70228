import { folderOf } from "../config/path.ts";
import type { Failure, Host } from "../host/host.ts";
import { appendEntries, readHead } from "../log/append.ts";
import type { Head, NewEntry } from "../log/entry.ts";
import { type LogStory, readStory } from "../log/open-incidents.ts";
import type { Seal } from "../seal/seal.ts";
import { type Book, emptyBook } from "../state/book.ts";
import { readSealed, writeSealed } from "../state/sealed.ts";
import { createSealer } from "./sealer.ts";
import type { Sealed } from "./sealing.ts";

/** The log's lock is held for a few writes, so its holder is waited for, in milliseconds. */
const lockWaitMs = 3000;
const bookMode = 0o640;

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
  /** Why the log can't be written or sealed, once that was seen. */
  trouble(): Failure | undefined;
  /** Seals what the log holds, where that isn't done for this day. */
  seal(): Sealed | Failure;
  /** The seals that were made here. */
  sealings(): readonly Seal[];
  /** Sentences for the operator. */
  notes(): readonly string[];
}

/** What to write: lines, and the book after them. */
export interface Entering {
  readonly entries: readonly NewEntry[];
  readonly book: Book;
}

export type Entered = { readonly kind: "appended"; readonly head: Head } | Failure;

/** Where the log is written, and by whom. */
export interface JournalPlace {
  /** Folder of book and lock. */
  readonly folder: string;
  readonly logFile: string;
  /** As the config calls this host. */
  readonly hostName: string;
  /** A dry run: nothing is written. */
  readonly isReadOnly: boolean;
}

const isBook = (value: unknown): value is Book =>
  typeof value === "object" && value !== null && "version" in value && value.version === 1;

const bookPath = (folder: string): string => `${folder}/incidents.json`;

/** The book as it lies there, for whoever only looks: it may be a line behind. Never throws. */
export const readBook = (host: Host, folder: string): Book => {
  const read = readSealed(host, bookPath(folder), isBook, false);
  return read.kind === "read" ? { ...emptyBook, ...read.value } : emptyBook;
};

/** No line has this number: a book with it is held against the log. */
const notInStep = -1;

/** What the log says in place of what the book says, where they differ. */
const inStep = (host: Host, { logFile }: JournalPlace, book: Book, head: Head | null): Book => {
  if (head === null || (head.seq === book.seq && head.sha256 === book.sha256)) return book;
  const { open, configSha256 } = readStory(host, logFile);
  const byId = Object.fromEntries(open.map(({ incident, check, openedAt }) => [incident, { check, openedAt }]));
  return { ...book, ...head, open: byId, configSha256 };
};

/** Appends, after making the folder where it is missing. */
const append = (
  host: Host,
  { logFile, hostName }: JournalPlace,
  entries: readonly NewEntry[],
  nowMs: number,
): Entered => {
  const first = appendEntries(host, logFile, entries, hostName, nowMs);
  const isFolderMissing = first.kind === "failed" && first.code === "ENOENT";
  return isFolderMissing && host.files.makeFolder(folderOf(logFile), 0o750).kind === "done"
    ? appendEntries(host, logFile, entries, hostName, nowMs)
    : first;
};

/** Under the log's lock, which is held for a few writes. */
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

/** Opens the heal log and its book. Nothing is read before it is asked for. Never throws. */
export const openJournal = (host: Host, place: JournalPlace): Journal => {
  let known: Head | null | undefined;
  let trouble: Failure | undefined;
  const sealer = createSealer(host, place);
  const lookHead = (): Head | null => {
    const read = readHead(host, place.logFile);
    return "kind" in read ? null : read;
  };
  const head = (): Head | null => {
    known ??= lookHead();
    return known;
  };
  /** One moment for the seal and the lines after it: none slips onto another day in between. What can't be sealed stops no line. */
  const sealAndAppend = (now: Head | null, entries: readonly NewEntry[]): Entered => {
    const nowMs = host.clock.nowMs();
    if (now !== null) sealer.before(now, nowMs);
    return append(host, place, entries, nowMs);
  };
  const write = (make: (book: Book) => Entering): Entered => {
    const now = lookHead();
    const lying = readBook(host, place.folder);
    const before = inStep(host, place, lying, now);
    const { entries, book } = make(before);
    if (place.isReadOnly) return { kind: "appended", head: now ?? { seq: 0, sha256: "" } };
    // The watcher sees the book and not the log: what opens stands there first, so that a kill before the book's own write doesn't hide it.
    if (Object.keys(book.open).some((id) => !Object.hasOwn(before.open, id)))
      writeSealed(host, bookPath(place.folder), { ...before, open: book.open, seq: notInStep }, bookMode);
    const appended: Entered =
      entries.length === 0 ? { kind: "appended", head: now ?? { seq: 0, sha256: "" } } : sealAndAppend(now, entries);
    if (appended.kind === "failed") return appended;
    known = appended.head;
    if (entries.length === 0 && book === lying) return appended;
    // A book that can't be written is made anew from the log: the line counts.
    writeSealed(host, bookPath(place.folder), { ...book, ...appended.head }, bookMode);
    return appended;
  };
  const enter = (make: (book: Book) => Entering): Entered =>
    place.isReadOnly ? write(make) : underLock(host, place, () => write(make));
  const seal = (): Sealed | Failure => {
    if (place.isReadOnly) return { kind: "failed", code: "REFUSED", why: "a dry run changes nothing" };
    const done = underLock(host, place, () => {
      const now = readHead(host, place.logFile);
      return "kind" in now ? now : sealer.before(now, host.clock.nowMs());
    });
    if (done.kind === "failed") trouble ??= done;
    return done;
  };
  const enterOrNote = (make: (book: Book) => Entering): Entered => {
    const entered = enter(make);
    if (entered.kind === "failed") trouble ??= entered;
    return entered;
  };
  const bookNow = (): Book => inStep(host, place, readBook(host, place.folder), lookHead());
  return {
    book: bookNow,
    mended: () => {
      enterOrNote((book) => ({ entries: [], book }));
      return bookNow();
    },
    enter: enterOrNote,
    story: (attempts) => readStory(host, place.logFile, attempts),
    head,
    trouble: () => trouble ?? sealer.trouble(),
    seal,
    sealings: sealer.sealings,
    notes: sealer.notes,
  };
};
