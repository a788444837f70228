import { beforeEach, describe, expect, test } from "bun:test";
import { recentLog } from "../../src/heal/recent-log.ts";
import { appendEntries } from "../../src/log/append.ts";
import { createFakeHost, type FakeHost } from "../fake-host.ts";
import { createServeBed, incidentOf } from "./serve-bed.ts";

const folder = "/var/lib/dogwatch-heal";
const logFile = "/var/log/dogwatch/heal.jsonl";

let host: FakeHost;
let reads: string[];

beforeEach(() => {
  host = createFakeHost();
  host.files.makeFolder(folder, 0o750);
  reads = [];
  const { unpack } = host;
  Object.assign(host, {
    unpack: async (path: string, onPiece: (piece: Uint8Array) => void) => {
      reads.push(path);
      return await unpack(path, onPiece);
    },
  });
});

const nowAt = (): string => new Date(host.clock.nowMs()).toISOString();
const append = (event: "config.changed" | "incident.opened" = "config.changed"): void =>
  void appendEntries(host, logFile, [{ event, by: "watcher", why: "x" }]);
const read = async (kept: string | null = folder, isReadOnly = false) =>
  await recentLog(host, { logFile, folder: kept, isReadOnly }, nowAt());

describe("recentLog()", () => {
  test("recentLog() says that there is no log yet", async () => {
    expect(await read()).toEqual({ entries: [], isCut: false, check: { kind: "none" } });
  });

  test("recentLog() verifies once for a head and a day", async () => {
    append();
    const first = await read();
    expect(first).toMatchObject({ entries: [{ seq: 1 }], check: { kind: "whole", lines: 1, checkedAt: nowAt() } });
    const verified = reads.length;
    host.clock.advance(300_000);
    expect(await read()).toEqual(first);
    expect(reads).toHaveLength(verified);
    append();
    expect(await read()).toMatchObject({ check: { lines: 2, checkedAt: nowAt() } });
    host.clock.advance(86_400_000);
    expect(await read()).toMatchObject({ check: { lines: 2, checkedAt: nowAt() } });
  });

  test("recentLog() verifies a long log once a day, however it grows", async () => {
    append();
    const { stat } = host.files;
    host.files.stat = (path) => {
      const found = stat(path);
      return "kind" in found || path !== logFile ? found : { ...found, sizeBytes: 20 * 1024 * 1024 };
    };
    host.files.readAt = (
      (readAt) => (path: string, offset: number, length: number) =>
        readAt(path, offset > 1024 * 1024 ? 0 : offset, length)
    )(host.files.readAt);
    const first = await read();
    append();
    const second = await read();
    if ("kind" in first || "kind" in second) throw new Error("not read");
    expect(second.check).toEqual(first.check);
  });

  test("recentLog() verifies anew where nothing is to be kept, and keeps nothing in a dry run", async () => {
    append();
    await read(null);
    await read(folder, true);
    expect(host.files.paths().some((path) => path.includes("log-checked"))).toBe(false);
  });

  test("recentLog() names what is wrong with a changed log, and shows its lines all the same", async () => {
    append();
    append();
    host.files.put(logFile, (host.files.text(logFile) ?? "").replace('"why":"x"', '"why":"y"'));
    const log = await read();
    expect(log).toMatchObject({ entries: [{ seq: 1 }, { seq: 2 }], check: { kind: "faulty" } });
    expect(JSON.stringify(log)).toContain(`${logFile}: line 1`);
  });

  test("recentLog() says why it can't read one", async () => {
    append();
    host.files.fail("readAt", /heal\.jsonl/u, "EACCES");
    expect(await read()).toMatchObject({ kind: "failed", code: "EACCES", why: "permission denied" });
  });
});

describe("serve() on story", () => {
  test("serve() gives the watcher the log and its check, which it can't have itself", async () => {
    const bed = createServeBed();
    const [, story] = await bed.say(
      {
        do: "enter",
        events: [{ event: "incident.opened", incident: incidentOf("unit"), check: "unit", evidence: "bad" }],
      },
      { do: "story" },
    );
    expect(story).toMatchObject({
      is: "story",
      story: {
        isCut: false,
        entries: [{ event: "incident.opened", check: "unit" }],
        check: { kind: "whole", lines: 1 },
      },
    });
  });

  test("serve() changes nothing for a story that a dry run asks for", async () => {
    const bed = createServeBed();
    await bed.say({ do: "enter", events: [{ event: "config.changed" }] });
    const before = bed.files();
    const answers = await bed.sayOnly(
      { do: "hello", version: 1, config: "c0".repeat(32), dryRun: true },
      { do: "story" },
    );
    expect(answers.map(({ is }) => is)).toEqual(["hello", "story"]);
    expect(bed.files()).toEqual(before);
  });

  test("serve() takes no story request that says more than it may", async () => {
    const answers = await createServeBed().say({ do: "story", since: "1970" });
    expect(answers).toMatchObject([{ is: "refused" }]);
  });
});
