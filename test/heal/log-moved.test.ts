import { describe, expect, test } from "bun:test";
import { gzipSync } from "node:zlib";
import { type Journal, openJournal } from "../../src/heal/journal.ts";
import { openIncidents } from "../../src/log/open-incidents.ts";
import { eachSegmentLine } from "../../src/log/segment-lines.ts";
import { segmentsOf } from "../../src/log/segments.ts";
import { createVerifier, type Verdict } from "../../src/log/verifier.ts";
import { readBook } from "../../src/state/book-file.ts";
import { createFakeHost, type FakeHost } from "../fake-host.ts";

const folder = "/var/lib/dogwatch-heal";
const logs = "/var/log/dogwatch";
const logFile = `${logs}/heal.jsonl`;
const remedy = `look for a rule in /etc/logrotate.d that matches "${logFile}" and remove it: dogwatch rotates by itself`;

const journalOn = (host: FakeHost): Journal =>
  openJournal(host, {
    folder,
    logFile,
    hostName: "web-1",
    isReadOnly: false,
    rotation: { rotateBytes: 1e6, rotateEveryMs: 1e12, keepMs: 0 },
  });

const open = (host: FakeHost, incident: string): Journal => {
  const journal = journalOn(host);
  journal.enter((book) => ({
    entries: [{ event: "incident.opened", by: "watcher", incident, check: incident }],
    book: { ...book, open: { ...book.open, [incident]: { check: incident, openedAt: "2026-11-23T02:05:00.000Z" } } },
  }));
  return journal;
};

const verified = ({ files }: FakeHost): Verdict => {
  const verifier = createVerifier(undefined);
  for (const path of segmentsOf(files, logFile)) eachSegmentLine(files, path, (raw) => verifier.take(raw, path));
  return verifier.end();
};

interface Line {
  readonly seq: number;
  readonly event: string;
  readonly why?: string;
  readonly proof?: string;
}

const linesIn = (host: FakeHost): readonly Line[] =>
  (host.files.text(logFile) ?? "")
    .trimEnd()
    .split("\n")
    .map((line) => JSON.parse(line));

/** Three lines, and a book that knows them. */
const begun = (): FakeHost => {
  const host = createFakeHost();
  host.files.makeFolder(folder, 0o750);
  for (const each of ["i-1", "i-2", "i-3"]) open(host, each);
  return host;
};

const textOf = (host: FakeHost): string => host.files.text(logFile) ?? "";

const cases: readonly {
  readonly name: string;
  readonly given: (host: FakeHost, text: string) => void;
  /** Of the line that says it, without the remedy. */
  readonly why: string;
  readonly story: readonly string[];
  readonly isWhole: boolean;
}[] = [
  {
    name: "logrotate moved it (nocreate)",
    given: ({ files }) => files.rename(logFile, `${logFile}.1`),
    why: 'it was moved by somebody else to "heal.jsonl.1", which ends with line 3',
    story: ["i-1", "i-2", "i-3", "i-4"],
    isWhole: true,
  },
  {
    name: "logrotate moved it and made an empty one (create), or copied and emptied it (copytruncate)",
    given: ({ files }, text) => {
      files.put(`${logFile}-20261126`, text);
      files.put(logFile, "");
    },
    why: 'it was moved or copied, and left empty, by somebody else to "heal.jsonl-20261126", which ends with line 3',
    story: ["i-1", "i-2", "i-3", "i-4"],
    isWhole: true,
  },
  {
    name: "logrotate moved and packed it (compress)",
    given: ({ files }, text) => {
      files.put(`${logFile}.1.gz`, gzipSync(text));
      files.remove(logFile);
    },
    why: 'it was moved by somebody else to "heal.jsonl.1.gz", which ends with line 3',
    story: ["i-1", "i-2", "i-3", "i-4"],
    isWhole: true,
  },
  {
    name: "somebody removed it",
    given: ({ files }) => files.remove(logFile),
    why: "it was moved or removed by somebody else: lines 1 to 3 are in no file here",
    story: ["i-4"],
    isWhole: true,
  },
  {
    name: "somebody emptied it",
    given: ({ files }) => files.put(logFile, ""),
    why: "it was emptied by somebody else: lines 1 to 3 are in no file here",
    story: ["i-4"],
    isWhole: true,
  },
  {
    name: "copytruncate lost a line that came between its two steps",
    given: ({ files }, text) => {
      files.put(`${logFile}.1`, text.split("\n").slice(0, 2).join("\n").concat("\n"));
      files.put(logFile, "");
    },
    why: "it was emptied by somebody else: line 3 is in no file here",
    story: ["i-1", "i-2", "i-4"],
    isWhole: false,
  },
];

describe("enter() on an active log that isn't what it was", () => {
  for (const { name, given, why, story, isWhole } of cases)
    test(`enter() goes on from the book, says what it found and how to end it, once, where ${name}`, () => {
      const host = begun();
      given(host, textOf(host));
      expect(journalOn(host).head()?.seq).toBe(3);
      const journal = open(host, "i-4");
      expect(linesIn(host)).toMatchObject([
        { seq: 4, event: "log.rotated", why: `${why}; ${remedy}`, proof: expect.stringMatching(/^3:[0-9a-f]{64}$/u) },
        { seq: 5, event: "incident.opened" },
      ]);
      expect([journal.notes(), journal.trouble()]).toEqual([[`heal log: ${why}; ${remedy}`], undefined]);
      expect(openIncidents(host, logFile).map(({ incident }) => incident)).toEqual([...story]);
      expect(verified(host).kind === "whole").toBe(isWhole);
      expect(Object.keys(readBook(host, folder).open)).toEqual(["i-1", "i-2", "i-3", "i-4"]);
      expect(host.files.stat(logFile)).toMatchObject({ mode: 0o640 });
      expect(open(host, "i-5").notes()).toEqual([]);
    });

  test("mended() notices it too, with nothing to write", () => {
    const host = begun();
    host.files.rename(logFile, `${logFile}.1`);
    const journal = journalOn(host);
    expect(Object.keys(journal.mended().open)).toEqual(["i-1", "i-2", "i-3"]);
    expect(journal.notes()).toHaveLength(1);
    expect(linesIn(host)).toMatchObject([{ seq: 4, event: "log.rotated" }]);
    expect(readBook(host, folder).seq).toBe(4);
  });

  test("a dry run changes nothing and knows the head all the same", () => {
    const host = begun();
    host.files.rename(logFile, `${logFile}.1`);
    const journal = openJournal(host, { folder, logFile, hostName: "web-1", isReadOnly: true, rotation: null });
    journal.mended();
    expect([journal.head()?.seq, host.files.text(logFile)]).toEqual([3, undefined]);
  });

  test("enter() without a book goes on from the newest file's end, and without any file at line 1", () => {
    const host = begun();
    host.files.rename(logFile, `${logFile}.1`);
    host.files.remove(`${folder}/incidents.json`);
    open(host, "i-4");
    expect(linesIn(host)).toMatchObject([{ seq: 4, event: "log.rotated" }, { seq: 5 }]);
    expect(verified(host)).toMatchObject({ kind: "whole", head: { seq: 5 } });
    const bare = begun();
    bare.files.remove(logFile);
    bare.files.remove(`${folder}/incidents.json`);
    expect(open(bare, "i-4").notes()).toEqual([]);
    expect(linesIn(bare)).toMatchObject([{ seq: 1, event: "incident.opened" }]);
  });

  test("enter() goes on from the file's end where that is beyond the book, as after a kill and a logrotate", () => {
    const host = begun();
    const book = host.files.text(`${folder}/incidents.json`) ?? "";
    open(host, "i-4");
    host.files.put(`${folder}/incidents.json`, book);
    host.files.rename(logFile, `${logFile}.1`);
    open(host, "i-5");
    expect(linesIn(host)).toMatchObject([{ seq: 5, event: "log.rotated" }, { seq: 6 }]);
    expect(openIncidents(host, logFile)).toHaveLength(5);
    expect(verified(host)).toMatchObject({ kind: "whole" });
  });

  test("enter() closes the tear of a file that was moved with a torn line", () => {
    const host = begun();
    host.files.put(`${logFile}.1`, `${textOf(host)}{"seq":4,"at":"2026`);
    host.files.remove(logFile);
    open(host, "i-5");
    expect(linesIn(host)).toMatchObject([
      { seq: 5, event: "log.torn", why: "line 4 was cut off in mid-write" },
      { seq: 6, event: "log.rotated" },
      { seq: 7, event: "incident.opened" },
    ]);
    expect(verified(host)).toMatchObject({ kind: "whole", head: { seq: 7 } });
  });

  test("enter() goes on where the moved file can't be read, because the book knows its end", () => {
    const host = begun();
    host.files.put(`${logs}/heal-0000000001.jsonl.gz`, "not gzip");
    host.files.remove(logFile);
    open(host, "i-4");
    expect(linesIn(host)).toMatchObject([{ seq: 4, event: "log.rotated" }, { seq: 5 }]);
  });

  test("enter() makes the folder anew where it is gone with all that was in it", () => {
    const host = begun();
    for (const path of host.files.paths().filter((each) => each.startsWith(logs))) host.files.remove(path);
    host.files.removeFolder(logs);
    expect(open(host, "i-4").trouble()).toBeUndefined();
    expect(linesIn(host)).toMatchObject([{ seq: 4, event: "log.rotated" }, { seq: 5 }]);
  });
});

describe("enter() on a log that was cut", () => {
  const cuts: readonly { readonly name: string; readonly cut: (text: string) => string; readonly why: string }[] = [
    {
      name: "behind a line",
      cut: (text) => `${text.split("\n")[0]}\n`,
      why: "lines 2 to 3 are gone: somebody cut this log, or put an older copy in its place",
    },
    {
      name: "in the middle of a line",
      cut: (text) => text.slice(0, text.indexOf("\n") + 40),
      why: "line 2 was cut off in mid-write; line 3 is gone: somebody cut this log, or put an older copy in its place",
    },
    {
      name: "in the middle of its last line",
      cut: (text) => text.slice(0, -20),
      why: "line 3 was cut off in mid-write; somebody changed this log, or a disk lost what was on it: its end was whole before",
    },
    {
      name: "in the middle of its first line",
      cut: (text) => text.slice(0, 30),
      why: "line 1 was cut off in mid-write; lines 2 to 3 are gone: somebody cut this log, or put an older copy in its place",
    },
  ];
  for (const { name, cut, why } of cuts)
    test(`enter() goes on from what is there, says which lines are gone, once, where it was cut ${name}`, () => {
      const host = begun();
      host.files.put(logFile, cut(textOf(host)));
      const journal = open(host, "i-4");
      const told = (host.files.text(logFile) ?? "").split("\n").filter((line) => line.includes('"log.torn"'));
      expect(told.map((line) => JSON.parse(line).why)).toEqual([why]);
      expect(journal.notes()).toHaveLength(1);
      expect(journal.notes()[0]).toStartWith("heal log: ");
      expect(verified(host).kind).toBe("whole");
      expect(Object.keys(readBook(host, folder).open)).toEqual(["i-1", "i-2", "i-3", "i-4"]);
      expect(open(host, "i-5").notes()).toEqual([]);
    });

  test("enter() on a log that begins behind others and was cut within its first line goes on behind those", () => {
    const host = begun();
    host.files.rename(logFile, `${logs}/heal-0000000001.jsonl`);
    open(host, "i-4");
    host.files.put(logFile, textOf(host).slice(0, 30));
    open(host, "i-5");
    expect(
      textOf(host)
        .split("\n")
        .slice(1, -1)
        .map((line) => JSON.parse(line)),
    ).toMatchObject([
      { seq: 5, event: "log.torn" },
      { seq: 6, event: "incident.opened" },
    ]);
    expect(verified(host)).toMatchObject({ kind: "whole", head: { seq: 6 } });
  });
});
