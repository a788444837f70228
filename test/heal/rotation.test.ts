import { describe, expect, test } from "bun:test";
import { gunzipSync } from "node:zlib";
import { type Journal, openJournal } from "../../src/heal/journal.ts";
import type { Host } from "../../src/host/host.ts";
import { openIncidents } from "../../src/log/open-incidents.ts";
import type { Rotation } from "../../src/log/rotate.ts";
import { eachSegmentLine } from "../../src/log/segment-lines.ts";
import { segmentsOf } from "../../src/log/segments.ts";
import { createVerifier, type Verdict } from "../../src/log/verifier.ts";
import { createFakeHost, type FakeHost } from "../fake-host.ts";
import { type Death, mortal } from "../mortal-host.ts";

const folder = "/var/lib/dogwatch-heal";
const logs = "/var/log/dogwatch";
const logFile = `${logs}/heal.jsonl`;
const dayMs = 86_400_000;
/** A few lines a file. */
const small: Rotation = { rotateBytes: 1500, rotateEveryMs: 30 * dayMs, keepMs: 10 * dayMs };

const journalOn = (host: Host, rotation: Rotation | null = small): Journal =>
  openJournal(host, { folder, logFile, hostName: "web-1", isReadOnly: false, rotation });

const open = (journal: Journal, incident: string): ReturnType<Journal["enter"]> =>
  journal.enter((book) => ({
    entries: [{ event: "incident.opened", by: "watcher", incident, check: incident, evidence: "x".repeat(300) }],
    book: { ...book, open: { ...book.open, [incident]: { check: incident, openedAt: "2999-01-01T00:00:00.000Z" } } },
  }));

const close = (journal: Journal, incident: string): ReturnType<Journal["enter"]> =>
  journal.enter((book) => {
    const { [incident]: _, ...left } = book.open;
    return {
      entries: [{ event: "incident.resolved", by: "watcher", incident, check: incident, why: "y".repeat(300) }],
      book: { ...book, open: left },
    };
  });

const verified = ({ files }: Host): Verdict => {
  const verifier = createVerifier(undefined);
  for (const path of segmentsOf(files, logFile))
    expect(eachSegmentLine(files, path, (raw) => verifier.take(raw, path))).toEqual({ kind: "done" });
  return verifier.end();
};

const namesIn = ({ files }: Host): readonly string[] =>
  segmentsOf(files, logFile).map((path) => path.slice(logs.length + 1));

const textOf = ({ files }: FakeHost, name: string): string => {
  const read = files.read(`${logs}/${name}`, 1e9);
  if (read.kind === "failed") throw new Error(`no ${name}`);
  return (name.endsWith(".gz") ? gunzipSync(read.bytes) : Buffer.from(read.bytes)).toString();
};

interface Line {
  readonly event: string;
  readonly why?: string;
  readonly proof?: string;
}

const linesOf = (host: FakeHost, name: string): readonly Line[] =>
  textOf(host, name)
    .trimEnd()
    .split("\n")
    .map((line) => JSON.parse(line));

const newHost = (): FakeHost => {
  const host = createFakeHost();
  host.files.makeFolder(folder, 0o750);
  return host;
};

/** A host whose log has gone over a few files, each a few days older than the next, and is about to go on in another. */
const grown = (): FakeHost => {
  const host = newHost();
  const journal = journalOn(host, { ...small, keepMs: 0 });
  for (let number = 1; namesIn(host).length < 5 || host.files.read(logFile, 1500).kind === "read"; number += 1) {
    open(journal, `i-${number}`);
    if (number > 1) close(journal, `i-${number}`);
    host.clock.advance(4 * dayMs);
  }
  return host;
};

describe("enter() on a log that is large enough", () => {
  test("enter() closes the file, begins the next with where it goes on from, and the chain runs on", () => {
    const host = newHost();
    const journal = journalOn(host);
    for (const each of ["i-1", "i-2", "i-3", "i-4"]) open(journal, each);
    expect(namesIn(host)).toEqual(["heal-0000000001.jsonl", "heal.jsonl"]);
    expect(linesOf(host, "heal-0000000001.jsonl").at(-1)).toMatchObject({
      event: "log.rotated",
      why: "closed: it goes on in the next file",
    });
    expect(linesOf(host, "heal.jsonl")[0]).toMatchObject({
      event: "log.rotated",
      why: "goes on from heal-0000000001.jsonl (lines 1 to 4)",
      proof: expect.stringMatching(/^4:[0-9a-f]{64}$/u),
    });
    expect(verified(host)).toMatchObject({ kind: "whole", head: { seq: 6 }, notes: [] });
    expect(journal.notes()).toEqual([]);
    expect(host.files.stat(logFile)).toMatchObject({ mode: 0o640 });
    expect(openIncidents(host, logFile).map(({ incident }) => incident)).toEqual(["i-1", "i-2", "i-3", "i-4"]);
  });

  test("enter() packs all but the newest rotated file, and the packed ones tell the same story", () => {
    const host = grown();
    expect(namesIn(host).slice(0, -2)).toEqual(
      namesIn(host)
        .slice(0, -2)
        .filter((name) => name.endsWith(".jsonl.gz")),
    );
    expect(namesIn(host).at(-2)).toEndWith(".jsonl");
    expect(host.files.stat(`${logs}/${namesIn(host)[0]}`)).toMatchObject({ mode: 0o640 });
    expect(openIncidents(host, logFile).map(({ incident }) => incident)).toEqual(["i-1"]);
    expect(verified(host)).toMatchObject({ kind: "whole", notes: [] });
  });

  test("enter() goes on in a new file where the first line is old enough, small as it may be", () => {
    const host = newHost();
    const journal = journalOn(host);
    open(journal, "i-1");
    host.clock.advance(29 * dayMs);
    open(journal, "i-2");
    expect(namesIn(host)).toEqual(["heal.jsonl"]);
    host.clock.advance(dayMs);
    close(journal, "i-2");
    expect(namesIn(host)).toEqual(["heal-0000000001.jsonl", "heal.jsonl"]);
  });

  test("enter() with nothing to write, a dry run, and a writer without the config begin no file", () => {
    const host = newHost();
    open(journalOn(host, null), "i-1");
    for (const each of ["i-2", "i-3", "i-4", "i-5"]) open(journalOn(host, null), each);
    journalOn(host).mended();
    open(openJournal(host, { folder, logFile, hostName: "web-1", isReadOnly: true, rotation: small }), "i-6");
    expect(namesIn(host)).toEqual(["heal.jsonl"]);
  });

  test("enter() leaves a log plain that is too large to be packed at once, and still goes on in a new file", () => {
    const host = newHost();
    open(journalOn(host, null), "i-1");
    const line = host.files.text(logFile) ?? "";
    host.files.put(logFile, `${line}${" ".repeat(64 * 1024 * 1024)}`);
    host.files.put(`${logs}/heal-0000000001.jsonl`, host.files.text(logFile) ?? "");
    host.files.put(logFile, line.replace('"seq":1,', '"seq":7,'));
    const journal = journalOn(host, { ...small, rotateBytes: 1 });
    open(journal, "i-2");
    expect(namesIn(host)).toEqual(["heal-0000000001.jsonl", "heal-0000000007.jsonl", "heal.jsonl"]);
    expect(journal.notes()).toEqual([]);
  });
});

describe("enter() and the oldest file", () => {
  /** Goes on in new files until one is removed, at most so many times. */
  const turns = (host: FakeHost, journal: Journal, count: number): void => {
    for (let turn = 0; turn < count; turn += 1) {
      const before = namesIn(host).at(-2);
      for (let number = 0; namesIn(host).at(-2) === before; number += 1) open(journal, `t-${turn}-${number}`);
    }
  };

  test("enter() removes one at each rotation once its time has come, says so first, and the rest verifies", () => {
    const host = grown();
    close(journalOn(host, null), "i-1");
    const before = namesIn(host);
    const oldest = linesOf(host, before[0] ?? "");
    host.clock.advance(8 * dayMs);
    turns(host, journalOn(host), 1);
    expect(namesIn(host)).not.toContain(before[0] ?? "");
    expect(namesIn(host)[0]).toBe(before[1] ?? "");
    const told = linesOf(host, "heal.jsonl").find(({ why }) => why?.startsWith("removed"));
    expect(told).toMatchObject({
      event: "log.rotated",
      why: `removed ${before[0]} (lines 1 to ${oldest.length}), older than 10d`,
      proof: expect.stringMatching(new RegExp(`^${oldest.length}:[0-9a-f]{64}$`, "u")),
    });
    expect(verified(host)).toMatchObject({
      kind: "whole",
      notes: [expect.stringContaining(`begins at line ${oldest.length + 1}`)],
    });
  });

  test("enter() keeps all with keep: 0s, and what holds the beginning of an incident that is open", () => {
    const host = grown();
    const before = namesIn(host);
    host.clock.advance(8 * dayMs);
    turns(host, journalOn(host, { ...small, keepMs: 0 }), 1);
    expect(namesIn(host)[0]).toBe(before[0] ?? "");
    const journal = journalOn(host);
    journal.enter((book) => ({
      entries: [],
      book: { ...book, open: { "i-1": { check: "i-1", openedAt: "2026-11-23T02:00:00.000Z" } } },
    }));
    turns(host, journal, 1);
    expect(namesIn(host)[0]).toBe(before[0] ?? "");
  });

  const clocks: readonly { readonly name: string; readonly toMs: number }[] = [
    { name: "1970", toMs: 0 },
    { name: "2099", toMs: Date.UTC(2099, 0, 1) },
  ];
  for (const { name, toMs } of clocks)
    test(`enter() on a clock that leaps to ${name} and back, over and over, removes nothing`, () => {
      const host = grown();
      close(journalOn(host, null), "i-1");
      const journal = journalOn(host);
      const before = namesIn(host)
        .slice(0, -2)
        .map((each) => each.replace(".gz", ""));
      const nowMs = host.clock.nowMs();
      for (let leap = 0; leap < 4; leap += 1) {
        host.clock.setWall(leap % 2 === 0 ? toMs : nowMs);
        open(journal, `leap-${leap}`);
      }
      expect(namesIn(host).map((each) => each.replace(".gz", ""))).toEqual(expect.arrayContaining([...before]));
      expect(verified(host)).toMatchObject({ kind: "whole", notes: [] });
    });

  test("enter() on a clock that stays in 2099 removes one file at a rotation, and never the newest two", () => {
    const host = grown();
    const journal = journalOn(host);
    close(journal, "i-1");
    host.clock.setWall(Date.UTC(2099, 0, 1));
    const counts: number[] = [];
    for (let turn = 0; turn < 8; turn += 1) {
      turns(host, journal, 1);
      counts.push(namesIn(host).length);
    }
    expect(counts[0]).toBeGreaterThanOrEqual(5);
    for (const [turn, count] of counts.entries())
      expect(count).toBeGreaterThanOrEqual(Math.max(3, (counts[turn - 1] ?? count) - 1));
    expect(verified(host).kind).toBe("whole");
  });
});

describe("enter() killed at any step of a rotation", () => {
  const expected = (host: FakeHost): readonly string[] => openIncidents(host, logFile).map(({ incident }) => incident);

  /** Kills the process that writes at its step `at`; undefined where it has no such step. */
  const play = (at: number, how: Death): { readonly host: FakeHost; readonly step: string } | undefined => {
    const host = grown();
    close(journalOn(host, null), "i-1");
    open(journalOn(host, null), "before");
    host.clock.advance(8 * dayMs);
    const dying = mortal(host, at, how);
    open(journalOn(dying.host), "dying");
    if (dying.steps.length < at) return undefined;
    return { host, step: `${how} step ${at}, ${dying.steps[at - 1]}` };
  };

  const everyDeath = (check: (host: FakeHost, step: string) => void): readonly string[] => {
    const steps: string[] = [];
    for (const how of ["before", "torn", "after"] as const)
      for (let at = 1; ; at += 1) {
        const played = play(at, how);
        if (played === undefined) break;
        steps.push(played.step);
        check(played.host, played.step);
      }
    return steps;
  };

  test("enter() goes on after it, the chain is whole over all files, and no incident is lost", () => {
    const steps = everyDeath((host, step) => {
      const journal = journalOn(host);
      expect({ step, entered: open(journal, "after").kind }).toEqual({ step, entered: "appended" });
      expect({ step, verdict: verified(host).kind }).toEqual({ step, verdict: "whole" });
      expect({ step, notes: journal.notes() }).toEqual({ step, notes: [] });
      const left = expected(host).filter((each) => each !== "dying");
      expect({ step, left }).toEqual({ step, left: ["before", "after"] });
      expect({ step, book: Object.keys(journal.book().open).filter((each) => each !== "dying") }).toEqual({
        step,
        book: ["before", "after"],
      });
    });
    for (const part of ["append", "rename", "replace /var/log", "remove", "replace /var/lib"])
      expect({ part, isThere: steps.some((step) => step.includes(part)) }).toEqual({ part, isThere: true });
    expect(steps.length).toBeGreaterThanOrEqual(27);
  });

  test("enter() killed a second time at any step of what it then does goes on all the same", () => {
    everyDeath((host, step) => {
      for (let at = 1; at < 14; at += 2) {
        const dying = mortal(host, at, "after");
        open(journalOn(dying.host), "again");
      }
      host.files.dropLocks();
      open(journalOn(host), "after");
      expect({ step, verdict: verified(host).kind }).toEqual({ step, verdict: "whole" });
      expect(expected(host)).toEqual(expect.arrayContaining(["before", "after"]));
    });
  });

  test("readStory() and head() between a kill and the next append know all that was written", () => {
    everyDeath((host, step) => {
      expect({ step, story: expected(host).includes("before") }).toEqual({ step, story: true });
      const verdict = verified(host);
      expect({ step, kind: verdict.kind }).toEqual({ step, kind: "whole" });
      expect({ step, head: journalOn(host).head() }).toEqual({
        step,
        head: verdict.kind === "whole" ? verdict.head : null,
      });
    });
  });
});

describe("enter() that can't rotate", () => {
  const full = (): FakeHost => {
    const host = newHost();
    for (const each of ["i-1", "i-2", "i-3", "i-4"]) open(journalOn(host, null), each);
    return host;
  };

  const cases: readonly { readonly name: string; readonly given: (host: FakeHost) => void; readonly note: string }[] = [
    {
      name: "a pipe stands in the new name's place",
      given: ({ files }) => files.putPipe(`${logs}/heal-0000000001.jsonl`),
      note: `"${logs}/heal-0000000001.jsonl" is in the way`,
    },
    {
      name: "a file of another stands there, packed",
      given: ({ files }) => files.put(`${logs}/heal-0000000001.jsonl.gz`, "mine"),
      note: `"${logs}/heal-0000000001.jsonl.gz" is in the way`,
    },
    {
      name: "the log may not be renamed",
      given: ({ files }) => void files.fail("rename", /heal\.jsonl$/u, "EPERM"),
      note: "cannot begin a new file: EPERM",
    },
  ];
  for (const { name, given, note } of cases)
    test(`enter() goes on in the old file, loses nothing and says why, where ${name}`, () => {
      const host = full();
      given(host);
      const journal = journalOn(host);
      expect(open(journal, "i-5").kind).toBe("appended");
      expect(journal.notes()).toEqual([expect.stringContaining(note)]);
      expect(journal.trouble()).toBeUndefined();
      expect(host.files.text(logFile)).toContain("i-5");
      expect(host.files.text(`${logs}/heal-0000000001.jsonl.gz`) ?? "mine").toBe("mine");
    });

  const disks: readonly { readonly name: string; readonly code: string }[] = [
    { name: "full", code: "ENOSPC" },
    { name: "read-only", code: "EROFS" },
  ];
  for (const { name, code } of disks)
    test(`enter() on a disk that is ${name} changes nothing and fails; once it is well, the log goes on and is whole`, () => {
      const host = full();
      const mends = (["append", "replace", "rename", "remove"] as const).map((each) =>
        host.files.fail(each, /\/var\/log/u, code),
      );
      const before = host.files.text(logFile);
      const journal = journalOn(host);
      expect(open(journal, "i-5")).toMatchObject({ kind: "failed", code });
      expect(journal.trouble()?.code).toBe(code);
      expect([namesIn(host), host.files.text(logFile)]).toEqual([["heal.jsonl"], before]);
      for (const mend of mends) mend();
      open(journalOn(host), "i-6");
      expect(namesIn(host)).toEqual(["heal-0000000001.jsonl", "heal.jsonl"]);
      expect(verified(host).kind).toBe("whole");
    });

  test("enter() on a disk that fills between old and new file goes on once there is room", () => {
    const host = full();
    const mend = host.files.fail("replace", /\/var\/log/u, "ENOSPC");
    expect(open(journalOn(host), "i-5")).toMatchObject({ kind: "failed", code: "ENOSPC" });
    expect(namesIn(host)).toEqual(["heal-0000000001.jsonl"]);
    mend();
    const journal = journalOn(host);
    expect(open(journal, "i-6").kind).toBe("appended");
    expect(linesOf(host, "heal.jsonl")[0]?.why).toStartWith("goes on from heal-0000000001.jsonl");
    expect([verified(host).kind, journal.notes()]).toEqual(["whole", []]);
  });

  test("enter() leaves a plain file that can't be packed, and one whose packed name holds something else, with a note", () => {
    for (const given of [
      (host: FakeHost) => void host.files.fail("replace", /\.gz$/u, "ENOSPC"),
      (host: FakeHost, path: string) => host.files.put(`${path}.gz`, "something else"),
    ]) {
      const host = full();
      const journal = journalOn(host);
      open(journal, "i-5");
      given(host, `${logs}/heal-0000000001.jsonl`);
      for (let number = 6; namesIn(host).length < 3; number += 1) open(journal, `i-${number}`);
      expect(namesIn(host)[0]).toBe("heal-0000000001.jsonl");
      expect(journal.notes()).toEqual([
        expect.stringContaining('cannot pack "/var/log/dogwatch/heal-0000000001.jsonl"'),
      ]);
      expect(verified(host).kind).toBe("whole");
    }
  });

  test("enter() waits its turn: who holds the log's lock rotates alone", () => {
    const host = full();
    const lock = host.files.lock(`${folder}/log.lock`);
    expect(open(journalOn(host), "i-5")).toMatchObject({ kind: "failed", code: "EBUSY" });
    expect(namesIn(host)).toEqual(["heal.jsonl"]);
    if (lock.kind === "held") lock.release();
    open(journalOn(host), "i-6");
    open(journalOn(host), "i-7");
    expect(verified(host).kind).toBe("whole");
  });

  test("enter() never touches what isn't the log's in its folder", () => {
    const host = full();
    const foreign = ["heal.jsonl.bak", "heal-old.jsonl", "heal-1.jsonl", "notes.txt"];
    for (const name of foreign) host.files.put(`${logs}/${name}`, `of ${name}`);
    const journal = journalOn(host, { ...small, rotateBytes: 1, keepMs: 1 });
    for (let number = 5; number < 30; number += 1) {
      host.clock.advance(dayMs);
      open(journal, `i-${number}`);
    }
    for (const name of foreign) expect(host.files.text(`${logs}/${name}`)).toBe(`of ${name}`);
  });
});
