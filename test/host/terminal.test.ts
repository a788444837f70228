import { afterAll, describe, expect, test } from "bun:test";
import { spawnSync } from "node:child_process";
import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { createTerminal } from "../../src/host/terminal.ts";

const root = mkdtempSync(join(tmpdir(), "dogwatch-terminal-"));
afterAll(() => rmSync(root, { recursive: true, force: true }));
const facts = join(root, "facts.json");

/** Runs a bash script in which `$P N` writes N bytes to stdout, a line to stderr, and its facts to a file. */
function bash(script: string, env: Record<string, string> = {}): { readonly out: string; readonly facts: unknown } {
  rmSync(facts, { force: true });
  const P = `${process.execPath} ${join(import.meta.dir, "programs/terminal-facts.ts")} ${facts}`;
  const ran = spawnSync("/bin/bash", ["-c", script], {
    encoding: "utf8",
    env: { PATH: "/usr/bin:/bin", P, R: root, ...env },
    timeout: 20_000,
  });
  return { out: ran.stdout, facts: JSON.parse(readFileSync(facts, "utf8")) };
}

describe("createTerminal()", () => {
  const plain = {
    ...{ isOutTerminal: false, isErrTerminal: false, isErrJournal: false },
    ...{ columns: 80, rows: 24, hasColour: false, canRedraw: false, isUtf8: false },
  };
  const drawn = { isOutTerminal: true, hasColour: true, canRedraw: true };
  const cases = [
    { name: "a pipe and a file", script: "$P 1 2>$R/err | cat", env: {}, expected: plain },
    { name: "/dev/null", script: "$P 1 >/dev/null 2>&1", env: { COLUMNS: "50" }, expected: plain },
    { name: "closed streams", script: "$P 1 >&- 2>&-", env: {}, expected: plain },
    {
      name: "the journal's own stream",
      script: "exec 2>$R/err; export JOURNAL_STREAM=$(stat -c %d:%i $R/err); $P 1 >/dev/null",
      env: {},
      expected: { ...plain, isErrJournal: true },
    },
    {
      name: "a stream that isn't the journal's although there is one",
      script: "touch $R/other; export JOURNAL_STREAM=$(stat -c %d:%i $R/other); $P 1 >/dev/null 2>$R/err",
      env: {},
      expected: plain,
    },
    { name: "a JOURNAL_STREAM of nonsense", script: "$P 1 2>$R/err", env: { JOURNAL_STREAM: "x" }, expected: plain },
    {
      name: "a terminal and its width",
      script: "script -qec 'stty cols 123 rows 45; $P 1' /dev/null </dev/null >/dev/null",
      env: { TERM: "xterm" },
      expected: { ...plain, ...drawn, isErrTerminal: true, columns: 123, rows: 45 },
    },
    {
      name: "a terminal without a width",
      script: "script -qec 'stty cols 0; $P 1' /dev/null </dev/null >/dev/null",
      env: { TERM: "xterm" },
      expected: { ...plain, ...drawn, isErrTerminal: true },
    },
    {
      name: "a terminal where NO_COLOR is set",
      script: "script -qec '$P 1 2>/dev/null' /dev/null </dev/null >/dev/null",
      env: { NO_COLOR: "1", COLUMNS: "99", TERM: "xterm" },
      expected: { ...plain, ...drawn, columns: 99, hasColour: false },
    },
    {
      name: "a terminal where NO_COLOR is empty",
      script: "script -qec '$P 1 2>/dev/null' /dev/null </dev/null >/dev/null",
      env: { NO_COLOR: "", COLUMNS: "99", TERM: "xterm" },
      expected: { ...plain, ...drawn, columns: 99 },
    },
    {
      name: "a dumb terminal",
      script: "script -qec '$P 1 2>/dev/null' /dev/null </dev/null >/dev/null",
      env: { TERM: "dumb", COLUMNS: "99" },
      expected: { ...plain, isOutTerminal: true, columns: 99 },
    },
  ];
  for (const { name, script, env, expected } of cases) {
    test(`createTerminal() knows ${name}`, () => {
      expect(bash(script, env).facts).toEqual(expected);
    });
  }
});

describe("createTerminal() knows the locale", () => {
  const cases: readonly { readonly name: string; readonly env: Record<string, string>; readonly want: boolean }[] = [
    { name: "UTF-8 by LANG", env: { LANG: "de_DE.UTF-8" }, want: true },
    { name: "UTF-8 by LC_CTYPE before LANG", env: { LC_CTYPE: "C.utf8", LANG: "C" }, want: true },
    { name: "ASCII by LC_ALL before all", env: { LC_ALL: "C", LC_CTYPE: "C.utf8", LANG: "C.UTF-8" }, want: false },
    { name: "an empty LC_ALL as none", env: { LC_ALL: "", LANG: "en_GB.UTF-8" }, want: true },
    { name: "ASCII where nothing is set", env: {}, want: false },
    { name: "ASCII in another coding", env: { LANG: "de_DE.ISO-8859-1" }, want: false },
  ];
  for (const { name, env, want } of cases)
    test(`createTerminal() knows the locale: ${name}`, () => expect(createTerminal(env).isUtf8).toBe(want));
});

describe("out()", () => {
  test("out() and err() write all, at once and in order", () => {
    expect(bash("$P 3 2>&1 | cat").out).toBe("oooerror text\n");
  });

  test("out() writes all to a slow reader of a non-blocking pipe", () => {
    const nonBlocking = `perl -MFcntl -e 'fcntl(STDOUT, F_SETFL, O_WRONLY|O_NONBLOCK); exec @ARGV'`;
    expect(bash(`${nonBlocking} $P 1000000 2>/dev/null | (sleep 0.2; wc -c)`).out.trim()).toBe("1000000");
  });

  test("out() survives a reader that has gone", () => {
    expect(bash("set -o pipefail; $P 1000000 2>/dev/null | true; echo $?").out).toBe("0\n");
  });
});
