import { afterAll, beforeAll, expect, test } from "bun:test";
import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { chainScript } from "../docs/audit-bed.ts";
import { type Case, editedCase, untouchedCase } from "../log/edit-cases.ts";
import { putLog } from "../log/laid-log.ts";
import { createLogBed, type LogBed } from "../log/log-bed.ts";

// long

const edits = 500;
const untouched = 500;
let bed: LogBed;
beforeAll(() => {
  bed = createLogBed();
});
afterAll(() => bed.remove());

/** What docs/audit.md's procedure says of a log: the first bad line, and whether the witness stands in heads.txt. */
interface Said {
  readonly bad: number | undefined;
  readonly isOk: boolean;
  readonly isWitnessed: boolean;
}

const readSaid = (text: string): Said => {
  const bad = /^line (\d+) (?:is no entry|does not)/mu.exec(text)?.[1];
  return {
    bad: bad === undefined ? undefined : Number(bad),
    isOk: /^ok: /mu.test(text),
    isWitnessed: /^witnessed$/mu.test(text),
  };
};

/** Runs the procedure as it stands over these folders, in one bash. */
const runOver = async (folders: readonly string[]): Promise<readonly string[]> => {
  const script = `for folder; do cd "$folder"; . ../check.sh; grep -q "^$(cat witness)" heads.txt && echo witnessed; echo "== end"; done`;
  const ran = Bun.spawn(["bash", "-c", script, "bash", ...folders], { stdout: "pipe", stderr: "pipe" });
  const [out, err] = await Promise.all([ran.stdout.text(), ran.stderr.text()]);
  expect(err).toBe("");
  return out.split("== end\n").slice(0, -1);
};

const sayAll = async (cases: readonly Case[], kind: string): Promise<readonly Said[]> => {
  const folders = cases.map(({ lines, witness, random }, i) => {
    const folder = join(bed.folder, `${kind}-${i}`);
    putLog(folder, lines, random);
    writeFileSync(join(folder, "witness"), `log ${witness.seq}:${witness.prefix}`);
    return folder;
  });
  writeFileSync(join(bed.folder, "check.sh"), chainScript);
  const half = Math.ceil(folders.length / 2);
  const said = await Promise.all([runOver(folders.slice(0, half)), runOver(folders.slice(half))]);
  return said.flat().map(readSaid);
};

const isTorn = (bytes: Buffer | undefined): boolean => bytes !== undefined && bytes.at(-1) !== 0x7d;

/** The lines that the procedure may name: it names the line after a changed one, and where torn lines follow, the one that seals them. */
const mayName = ({ lines }: Case, seq: number, bad: number): boolean =>
  bad === seq || (bad > seq && lines.slice(seq, bad - 1).every(({ bytes }) => isTorn(bytes)));

test(`docs/audit.md's procedure with sha256sum and jq finds each of ${edits} single edits of real logs, where log verify finds it`, async () => {
  const cases = Array.from({ length: edits }, (_, number) => editedCase(bed, number));
  const all = await sayAll(cases, "edited");
  const wrong = cases.flatMap((each, i) => {
    const said = all[i];
    const isFound = said?.bad === undefined ? said?.isWitnessed === false : mayName(each, each.seq, said.bad);
    return isFound && !(said?.isOk === true && said.bad !== undefined)
      ? []
      : [{ i, name: each.name, seq: each.seq, said }];
  });
  expect(wrong).toEqual([]);
}, 240_000);

test(`docs/audit.md's procedure raises no alarm over ${untouched} logs that nobody touched`, async () => {
  const cases = Array.from({ length: untouched }, (_, number) => untouchedCase(bed, number));
  const all = await sayAll(cases, "untouched");
  const alarms = cases.flatMap(({ witness }, i) => {
    const said = all[i];
    return said?.isOk === true && said.bad === undefined && (said.isWitnessed || witness.seq === 0)
      ? []
      : [{ i, said }];
  });
  expect(alarms).toEqual([]);
}, 240_000);
