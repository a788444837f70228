import { afterEach, beforeEach, expect, test } from "bun:test";
import { spawnSync } from "node:child_process";
import { statSync, symlinkSync } from "node:fs";
import { appendEntries, readHead } from "../../src/log/append.ts";
import { parseLine } from "../../src/log/line.ts";
import { createLogBed, healEntries, type LogBed, seeded } from "./log-bed.ts";

let bed: LogBed;

beforeEach(() => {
  bed = createLogBed();
});

afterEach(() => bed.remove());

const entry = { event: "config.changed", by: "watcher", why: "größer — “neu”" } as const;

const values = (): readonly unknown[] =>
  bed
    .read()
    .toString()
    .trimEnd()
    .split("\n")
    .map((line) => parseLine(new TextEncoder().encode(line)));

/** A log of four whole lines and a fifth that is cut after `kept` bytes. */
const torn = (kept: number): Buffer => {
  const before = bed.read();
  bed.append(entry);
  const after = bed.read();
  bed.write(after.subarray(0, before.length + kept));
  return before;
};

test("appendEntries() closes a tear at every byte of the last line, and the log verifies", () => {
  bed.append(...healEntries(1).slice(0, 4));
  const before = bed.read();
  bed.append(entry);
  const whole = bed.read();
  for (let end = before.length + 1; end < whole.length; end++) {
    bed.write(whole.subarray(0, end));
    expect(bed.verify()).toMatchObject({ kind: "whole", lines: 5, notes: [expect.stringContaining("line 5")] });
    bed.append(entry);
    expect(bed.verify()).toMatchObject({ kind: "whole", lines: 7, head: { seq: 7 } });
    expect(values().slice(5)).toMatchObject([
      { seq: 6, event: "log.torn" },
      { seq: 7, event: "config.changed" },
    ]);
  }
});

test("appendEntries() closes a tear at every byte of the first line of all", () => {
  bed.append(entry);
  const whole = bed.read();
  for (let end = 1; end < whole.length; end++) {
    bed.write(whole.subarray(0, end));
    bed.append(entry);
    expect(bed.verify()).toMatchObject({ kind: "whole", lines: 3, head: { seq: 3 } });
  }
});

test("appendEntries() closes a second tear, at every byte of the write that closed the first", () => {
  bed.append(...healEntries(1).slice(0, 4));
  torn(60);
  const first = bed.read();
  bed.append(entry);
  const closing = bed.read();
  for (let end = first.length + 1; end < closing.length; end++) {
    bed.write(closing.subarray(0, end));
    expect(bed.verify().kind).toBe("whole");
    bed.append(entry);
    expect(bed.verify()).toMatchObject({ kind: "whole" });
  }
});

test("appendEntries() closes a long run of tears, each torn in closing the last", () => {
  bed.append(...healEntries(1).slice(0, 4));
  const random = seeded(7);
  for (let tear = 0; tear < 30; tear++) torn(2 + random(90));
  const lines = values().length;
  bed.append(entry);
  expect(bed.verify()).toMatchObject({ kind: "whole", lines: lines + 2 });
  expect(values().at(-2)).toMatchObject({ event: "log.torn", seq: lines + 1 });
});

test("appendEntries() counts NULs after a power cut as a torn line", () => {
  bed.append(...healEntries(1).slice(0, 4));
  bed.write(Buffer.concat([bed.read(), Buffer.alloc(512)]));
  bed.append(entry);
  expect(bed.verify()).toMatchObject({ kind: "whole", lines: 7 });
});

test("verifyLog() names a change to any byte around a sealed tear", () => {
  bed.append(...healEntries(1).slice(0, 4));
  torn(60);
  torn(90);
  bed.append(entry, entry);
  const whole = bed.read();
  const last = whole.lastIndexOf(10, whole.length - 2);
  expect(bed.verify()).toMatchObject({
    kind: "whole",
    notes: ["2 torn lines (a kill in mid-write), sealed by log.torn"],
  });
  for (let at = 0; at <= last; at++) {
    const bytes = Buffer.from(whole);
    bytes[at] = (bytes[at] ?? 0) ^ (1 << (at % 7));
    bed.write(bytes);
    const line = whole.subarray(0, at).filter((byte) => byte === 10).length + 1;
    expect({ at, verified: bed.verify() }).toMatchObject({ at, verified: { kind: "faulty", fault: { line } } });
  }
});

test("verifyLog() names a line lost, repeated or swapped around a sealed tear", () => {
  bed.append(...healEntries(1).slice(0, 4));
  torn(60);
  bed.append(...healEntries(2).slice(0, 4));
  const lines = bed.read().toString().trimEnd().split("\n");
  for (let at = 0; at < lines.length - 1; at++) {
    const line = lines[at] ?? "";
    bed.write(`${lines.toSpliced(at, 1).join("\n")}\n`);
    expect({ at, verified: bed.verify() }).toMatchObject({ at, verified: { fault: { kind: "lost", line: at + 1 } } });
    bed.write(`${lines.toSpliced(at, 0, line).join("\n")}\n`);
    expect({ at, verified: bed.verify() }).toMatchObject({
      at,
      verified: { fault: { kind: "duplicated", line: at + 2 } },
    });
    bed.write(`${lines.toSpliced(at, 2, lines[at + 1] ?? "", line).join("\n")}\n`);
    expect({ at, verified: bed.verify() }).toMatchObject({
      at,
      verified: { fault: { kind: "swapped", line: at + 1 } },
    });
  }
});

test("appendEntries() chains lines as sha256sum alone would check them", () => {
  bed.append(...healEntries(1));
  torn(70);
  bed.append(...healEntries(2));
  const script = `
    want=${"0".repeat(64)}
    while IFS= read -r line; do
      case $line in *'"prev":"'$want'"}') echo ok ;; *) echo "torn or bad" ;; esac
      want=$(printf %s "$line" | sha256sum); want=\${want%% *}
    done < "$0"`;
  const { stdout } = spawnSync("/bin/bash", ["-c", script, bed.path], { encoding: "utf8" });
  expect(stdout.trim().split("\n")).toEqual([...Array(6).fill("ok"), "torn or bad", ...Array(7).fill("ok")]);
  const sealed = spawnSync("/bin/bash", ["-c", `sed -n 6p "$0" | tr -d '\\n' | sha256sum`, bed.path], {
    encoding: "utf8",
  });
  expect(values()[7]).toMatchObject({ event: "log.torn", proof: `6:${sealed.stdout.split(" ")[0]}` });
});

test("appendEntries() creates the log with mode 0640 and refuses a link", () => {
  bed.append(entry);
  expect(statSync(bed.path).mode & 0o7777).toBe(0o640);
  symlinkSync(bed.path, `${bed.folder}/link`);
  expect(appendEntries(bed.host, `${bed.folder}/link`, [entry])).toMatchObject({ kind: "failed", code: "ELOOP" });
});

test("readHead() reads the head of a missing, an empty and a torn log, and beside a line of 256 KiB", () => {
  const none = { seq: 0, sha256: "0".repeat(64) };
  expect(readHead(bed.host, bed.path)).toEqual(none);
  bed.write("");
  expect(readHead(bed.host, bed.path)).toEqual(none);
  const head = bed.append(entry);
  torn(40);
  expect(readHead(bed.host, bed.path)).toEqual(head);
  bed.write(`${JSON.stringify({ seq: 9, why: "x".repeat(262_144), prev: head.sha256 })}\n`);
  expect(readHead(bed.host, bed.path)).toMatchObject({ seq: 9 });
  bed.write(Buffer.alloc(5_000_000, "x\n"));
  expect(readHead(bed.host, bed.path)).toMatchObject({ kind: "failed", code: "EBADMSG" });
});

test("appendEntries() bounds every text, and no control, escape or bidi character stands raw in the file", () => {
  const nasty = `\u001b[31mred\u0007\u009b2J \u202edcba\u2066 \u2028 \ud800 \u{e0041} 👍`;
  const argv = ["/bin/echo", `a  b ${nasty}`, ...Array(100).fill("x".repeat(5000))];
  bed.append({ event: "heal.dispatched", by: "helper", evidence: `${nasty} ${"👍".repeat(9000)}`, why: nasty, argv });
  const text = bed.read().toString();
  expect(text.trimEnd()).not.toMatch(/[\p{Cc}\p{Cf}\p{Zl}\p{Zp}\p{Cs}\ufffd]/u);
  expect(text.length).toBeLessThan(100_000);
  const [value] = values();
  const evidence = value !== null && typeof value === "object" && "evidence" in value ? String(value.evidence) : "";
  expect([...evidence].length).toBeWithin(490, 501);
  expect(evidence).not.toMatch(/[\p{Cc}\p{Cf}\p{Cs}]/u);
  expect(value).toMatchObject({ argv: expect.arrayContaining(["/bin/echo", `a  b ${nasty}`, "… 39 more"]) });
  expect(bed.verify().kind).toBe("whole");
});

test("appendEntries() writes the keys in one order, prev last", () => {
  bed.append({ budget_left: 1, why: "w", check: "c", by: "uid:0", incident: "i", event: "heal.refused" });
  expect(Object.keys(values()[0] ?? {})).toEqual([
    "seq",
    "at",
    "host",
    "boot",
    "event",
    "incident",
    "by",
    "check",
    "why",
    "budget_left",
    "prev",
  ]);
});
