import { afterAll, beforeAll, describe, expect, test } from "bun:test";
import { mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { gzipSync } from "node:zlib";
import { verifyAll } from "../../src/log/verify.ts";
import { createLogBed, type LogBed } from "../log/log-bed.ts";
import { bringPrograms, chainScript, fillSegments, programOf, runBash, runIn, segmentsIn } from "./audit-bed.ts";
import { bytesOf, type Case, casesOf, type Files } from "./audit-edits.ts";

/** Of each kind of edit; test/e2e/log-edits.test.ts has the shell look at 500 edits, here it is held against Python. */
const times = 5;
let bed: LogBed;
let cases: readonly Case[];

/** What somebody says of a log: `ok`, or the first bad line. */
type Word = "ok" | number;

const filesOf = (folder: string): Files =>
  segmentsIn(folder).map((name) => ({
    name,
    lines: readFileSync(join(folder, name), "latin1")
      .trimEnd()
      .split("\n")
      .map((line) => Buffer.from(line, "latin1")),
  }));

const folderOf = (i: number): string => join(bed.folder, "cases", String(i).padStart(4, "0"));

/** Lays a case out, most of them with their rotated files compressed. */
const layOut = ({ files }: Case, i: number): void => {
  mkdirSync(folderOf(i), { recursive: true });
  for (const file of files) {
    const isPacked = file.name !== "heal.jsonl" && i % 3 > 0;
    const path = join(folderOf(i), isPacked ? `${file.name}.gz` : file.name);
    writeFileSync(path, isPacked ? gzipSync(bytesOf(file)) : bytesOf(file));
  }
};

beforeAll(() => {
  bed = createLogBed();
  fillSegments(bed);
  const another = createLogBed();
  another.wait(5000);
  fillSegments(another);
  cases = casesOf(filesOf(bed.folder), filesOf(another.folder), times);
  another.remove();
  for (const [i, each] of cases.entries()) layOut(each, i);
  bringPrograms(bed.folder);
}, 60_000);
afterAll(() => bed.remove(), 60_000);

/** The first line that its words name. */
const numberIn = (what: string): number => Number(/lines? (\d+)/u.exec(what)?.[1]);

const ours = async (i: number): Promise<Word> => {
  const all = await verifyAll(bed.host, join(folderOf(i), "heal.jsonl"), () => ({}));
  if (all === undefined) throw new Error("no log");
  const { verified } = all;
  if (verified.kind === "whole") return "ok";
  return verified.kind === "faulty" ? numberIn(verified.fault.what) : Number.NaN;
};

/** All cases, a few at once. */
const byShell = (): readonly Word[] => {
  writeFileSync(join(bed.folder, "check.sh"), chainScript);
  const one = "cd {} && bash ../../check.sh >said 2>&1";
  expect(runBash(bed.folder, `printf '%s\\n' cases/* | xargs -P 4 -I{} sh -c '${one}; true'`).err).toBe("");
  return cases.map((_, i) => {
    const said = readFileSync(join(folderOf(i), "said"), "utf8");
    const bad = /^line (\d+) (?:is no entry|does not)/mu.exec(said)?.[1];
    return bad === undefined && /^ok: .*\n$/mu.test(said) ? "ok" : Number(bad);
  });
};

const driver = `
import pathlib
from chain import chain
for folder in sorted(pathlib.Path("cases").iterdir()):
    try:
        for each in chain(folder): pass
        print("ok")
    except ValueError as wrong: print(str(wrong).split()[1])
`;

const byPython = (): readonly Word[] => {
  const { out, err } = runIn(bed.folder, ["python3", "-c", driver]);
  expect(err).toBe("");
  return out
    .trimEnd()
    .split("\n")
    .map((word) => (word === "ok" ? "ok" : Number(word)));
};

describe("docs/audit.md: independent verifiers", () => {
  test("chain.py has no more than 30 lines and needs the standard library alone", () => {
    const text = programOf("chain.py");
    expect(text.trimEnd().split("\n").length).toBeLessThanOrEqual(30);
    expect(text.match(/^(?:import|from) .*$/gmu)).toEqual(["import gzip, hashlib, json, pathlib, re, sys"]);
  });

  test("log verify, sha256sum with jq, and Python agree on edited logs", async () => {
    const words = await Promise.all(cases.map(async ({ name }, i) => ({ name, ours: await ours(i) })));
    const [shell, python] = [byShell(), byPython()];
    const all = words.map((each, i) => ({ ...each, shell: shell[i], python: python[i] }));
    // Where a line was changed, the two without us see that the next one doesn't follow; that a tear is sealed they see one later. What whole files in
    // each other's place come to is told in other words.
    const isSame = (name: string, told: Word | undefined, own: Word): boolean =>
      told === own ||
      (typeof told === "number" &&
        typeof own === "number" &&
        ((told > own && told <= own + 2) || name.startsWith("two files")));
    const differ = all.filter((each) => each.shell !== each.python || !isSame(each.name, each.shell, each.ours));
    expect(differ).toEqual([]);
    expect(all.filter((each) => each.ours !== "ok").length).toBeGreaterThan(cases.length * 0.7);
  }, 240_000);
});
