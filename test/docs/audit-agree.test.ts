import { afterAll, beforeAll, describe, expect, test } from "bun:test";
import { mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { gzipSync } from "node:zlib";
import { segmentsOf } from "../../src/log/segments.ts";
import { verifyLog } from "../../src/log/verify.ts";
import { createLogBed, type LogBed } from "../log/log-bed.ts";
import { bringPrograms, chainScript, fillSegments, programOf, runBash, runIn, segmentsIn } from "./audit-bed.ts";
import { bytesOf, type Case, casesOf, type Files } from "./audit-edits.ts";

const times = 15;
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

const folderOf = (kind: string, i: number): string => join(bed.folder, kind, String(i).padStart(4, "0"));

/** Lays a case out twice: plain for us, and with its rotated files compressed for the others. */
const layOut = ({ files }: Case, i: number): void => {
  for (const kind of ["plain", "packed"]) mkdirSync(folderOf(kind, i), { recursive: true });
  for (const file of files) {
    writeFileSync(join(folderOf("plain", i), file.name), bytesOf(file));
    const isPacked = file.name !== "heal.jsonl" && i % 3 > 0;
    writeFileSync(
      join(folderOf("packed", i), isPacked ? `${file.name}.gz` : file.name),
      isPacked ? gzipSync(bytesOf(file)) : bytesOf(file),
    );
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
});
afterAll(() => bed.remove());

/** The first line that its words name. */
const numberIn = (what: string): number => Number(/lines? (\d+)/u.exec(what)?.[1]);

const ours = async (i: number): Promise<Word> => {
  const folder = folderOf("plain", i);
  const verified = await verifyLog(bed.host, segmentsOf(bed.host.files, join(folder, "heal.jsonl")));
  if (verified.kind === "whole") return "ok";
  return verified.kind === "faulty" ? numberIn(verified.fault.what) : Number.NaN;
};

const byShell = (): readonly Word[] => {
  writeFileSync(join(bed.folder, "check.sh"), chainScript);
  const { out, err } = runBash(bed.folder, "for d in packed/*; do (echo == $d; cd $d && . ../../check.sh); done");
  expect(err).toBe("");
  return out
    .split(/^== .*\n/mu)
    .slice(1)
    .map((said) => {
      const bad = /^line (\d+) (?:is no entry|does not)/mu.exec(said)?.[1];
      return bad === undefined && /^ok: /mu.test(said) ? "ok" : Number(bad);
    });
};

const driver = `
import pathlib
from chain import chain
for folder in sorted(pathlib.Path("packed").iterdir()):
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
    const isOk = (word: Word | undefined): boolean => word === "ok";
    console.log(all.filter((each) => each.shell !== each.python || each.ours !== each.shell));
    expect(all.filter((each) => isOk(each.ours) !== isOk(each.shell) || isOk(each.ours) !== isOk(each.python))).toEqual(
      [],
    );
  }, 120_000);
});
