import { afterAll, beforeAll, describe, expect, test } from "bun:test";
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { day, headOf, logFile, presentKey, rewrite, type SealedBed, sealsFile, sign, threeDays } from "./sealed-bed.ts";

/** The Python programs of docs/audit.md, by their names. */
const programs = (): ReadonlyMap<string, string> => {
  const text = readFileSync(join(import.meta.dir, "../../docs/audit.md"), "utf8");
  const blocks = text.matchAll(/<!-- file (\S+) -->\n```python\n(.*?)```/gsu);
  return new Map([...blocks].map(([, name = "", program = ""]) => [name, program]));
};

const folder = mkdtempSync(join(tmpdir(), "dogwatch-seals-"));
beforeAll(() => {
  for (const [name, program] of programs()) writeFileSync(join(folder, name), program);
});
afterAll(() => rmSync(folder, { recursive: true }));

/** What the program of the docs says of this log and these seals: without us, with python3-cryptography. */
const ask = (bed: SealedBed, key: string): { readonly status: number | null; readonly text: string } => {
  writeFileSync(join(folder, "heal.jsonl"), bed.host.files.text(logFile) ?? "");
  writeFileSync(join(folder, "heal.seals"), bed.host.files.text(sealsFile) ?? "");
  const { exitCode, stdout, stderr } = Bun.spawnSync(["/usr/bin/python3", "seals.py", folder, key], { cwd: folder });
  return { status: exitCode, text: `${stdout}${stderr}` };
};

const lie = (line: number) => (said: Record<string, string | number>) =>
  said["seq"] === line ? [{ ...said, why: "nothing" }] : [said];

const cases: readonly { readonly name: string; readonly given: (bed: SealedBed) => void; readonly isGood: boolean }[] =
  [
    { name: "what nobody touched", given: () => undefined, isGood: true },
    { name: "today's lines written anew", given: (bed) => rewrite(bed, lie(8)), isGood: true },
    { name: "a line of the first day written anew", given: (bed) => rewrite(bed, lie(2)), isGood: false },
    { name: "a line of the second day written anew", given: (bed) => rewrite(bed, lie(5)), isGood: false },
    {
      name: "the newest seal cut off",
      given: (bed) => bed.host.files.put(sealsFile, bed.seals().slice(0, 2).join("")),
      isGood: false,
    },
    {
      name: "a seal lost in the middle",
      given: (bed) => bed.host.files.put(sealsFile, `${bed.seals()[0]}${bed.seals()[2]}`),
      isGood: false,
    },
    {
      name: "a seal that today's key signed too early",
      given: (bed) => {
        const forged = { seal: 2, made: "2026-11-25T02:12:00.000Z", day: "2026-11-24", head: headOf(bed) };
        const seal = sign(bed, presentKey(bed), { ...forged, next: bed.first() });
        bed.host.files.put(sealsFile, `${bed.seals()[0]}${bed.seals()[1]}${seal}`);
      },
      isGood: false,
    },
    {
      name: "a quiet day, sealed by the tick",
      given: (bed) => {
        bed.host.clock.advance(day);
        bed.seal();
      },
      isGood: true,
    },
  ];

describe("the Python program of docs/audit.md, and log verify --key", () => {
  for (const { name, given, isGood } of cases)
    test(`seals.py agrees with log verify --key about ${name}`, async () => {
      const bed = threeDays();
      const first = bed.first();
      given(bed);
      const { exit, out } = await bed.verify("--key", first);
      const { status, text } = ask(bed, first);
      expect({ exit, status, out, text }).toMatchObject({ exit: isGood ? 0 : 1, status: isGood ? 0 : 1 });
      if (isGood) expect(text).toStartWith(`ok: sealed through line ${/\(line (\d+)\)/u.exec(out)?.[1]} on `);
    });
});
