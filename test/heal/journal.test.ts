import { beforeEach, expect, test } from "bun:test";
import { type Journal, openJournal } from "../../src/heal/journal.ts";
import { readBook } from "../../src/state/book-file.ts";
import { createFakeHost, type FakeHost } from "../fake-host.ts";

const folder = "/var/lib/dogwatch-heal";
const logFile = "/var/log/dogwatch/heal.jsonl";
const openedAt = "2026-11-23T02:05:00.000Z";

let host: FakeHost;
let journal: Journal;

beforeEach(() => {
  host = createFakeHost();
  host.files.put(`${folder}/heal.lock`, "");
  journal = openJournal(host, { folder, logFile, hostName: "web-1", isReadOnly: false, rotation: null });
  journal.seal();
});

const open = (incident: string): void => {
  journal.enter((book) => ({
    entries: [{ event: "incident.opened", by: "watcher", incident, check: "gateway" }],
    book: { ...book, open: { ...book.open, [incident]: { check: "gateway", openedAt } } },
  }));
};

/** Opens an incident and is killed at its change number `at`. */
const openAndDie = (incident: string, at: number): void => {
  let changes = 0;
  host.files.onChange = (method) => {
    if (method !== "makeFolder") changes += 1;
    if (changes === at) throw new Error("killed");
  };
  expect(() => open(incident)).toThrow("killed");
  host.files.onChange = () => undefined;
  host.files.dropLocks();
};

test("enter() shows what opens to those who see only the book before it is in the log", () => {
  open("i-1");
  openAndDie("i-2", 2);
  expect(host.files.text(logFile)).not.toContain("i-2");
  expect(Object.keys(readBook(host, folder).open)).toEqual(["i-1", "i-2"]);
  expect(Object.keys(journal.book().open)).toEqual(["i-1"]);
});

test("enter() that is killed behind the log's line has what it opened in the book all the same", () => {
  openAndDie("i-1", 3);
  expect(host.files.text(logFile)).toContain("i-1");
  expect(Object.keys(readBook(host, folder).open)).toEqual(["i-1"]);
  expect(Object.keys(journal.book().open)).toEqual(["i-1"]);
});

test("mended() makes the book on disk good with the log, and leaves a good one alone", () => {
  openAndDie("i-1", 2);
  expect(journal.mended().open).toEqual({});
  expect(readBook(host, folder).open).toEqual({});
  const { fsyncs } = host.files;
  expect(journal.mended().open).toEqual({});
  expect(host.files.fsyncs).toBe(fsyncs);
});
