import { describe, expect, test } from "bun:test";
import { openJournal } from "../../src/heal/journal.ts";
import { signing } from "../../src/host/signing.ts";
import { checkSeals } from "../../src/seal/chain.ts";
import { parseVKey } from "../../src/seal/vkey.ts";
import { type Death, mortal } from "../mortal-host.ts";
import {
  createSealedBed,
  day,
  folder,
  keyFile,
  logFile,
  presentKey,
  type SealedBed,
  sealsFile,
} from "../seal/sealed-bed.ts";

const place = { folder, logFile, hostName: "web-1", isReadOnly: false, rotation: null };
const entering = (book: Parameters<Parameters<ReturnType<typeof openJournal>["enter"]>[0]>[0]) => ({
  entries: [{ event: "silence.added" as const, by: "uid:0", check: "gateway", why: "test" }],
  book,
});

/** One run that writes a line, and is killed at its step `dieAt`. Gives whether it lived, and its steps. */
const runAndDie = (bed: SealedBed, dieAt: number, how: Death): { readonly steps: readonly string[] } => {
  const { host, steps } = mortal(bed.host, dieAt, how);
  openJournal(host, place).enter(entering);
  return { steps };
};

/** What must hold whatever happened before: the seals are one chain from the first key on, the log holds against them, one key is there. */
const expectSound = async (bed: SealedBed, first: string): Promise<void> => {
  const { exit, out } = await bed.verify("--key", first);
  expect(`${exit} ${out}`).toStartWith("0 ok");
  expect(bed.host.files.paths().filter((path) => path.includes("seal.key"))).toEqual([keyFile]);
};

const stagesOf: readonly { readonly name: string; readonly before: (bed: SealedBed) => void }[] = [
  { name: "the first of all", before: () => undefined },
  {
    name: "one at day change",
    before: (bed) => {
      bed.write(2);
      bed.host.clock.advance(day);
    },
  },
];

describe("sealBefore() that is killed", () => {
  for (const { name, before } of stagesOf)
    for (const how of ["before", "torn", "after"] as const)
      test(`sealBefore(): ${name}, killed ${how} each step, is made good by the next run, on the same day and on another`, async () => {
        const fresh = createSealedBed();
        before(fresh);
        const count = runAndDie(fresh, 0, how).steps.length;
        expect(count).toBeGreaterThanOrEqual(4);
        for (const later of [0, day, -day])
          for (let at = 1; at <= count; at += 1) {
            const bed = createSealedBed();
            before(bed);
            const known = bed.first();
            runAndDie(bed, at, how);
            bed.host.clock.setWall(bed.host.clock.nowMs() + later);
            bed.write(1);
            const first = bed.first();
            if (known !== "") expect(first).toBe(known);
            await expectSound(bed, first);
            // And a day on, as ever.
            bed.host.clock.advance(2 * day);
            bed.write(1);
            await expectSound(bed, first);
          }
      });

  test("sealBefore() that is killed twice, at any two steps, is made good all the same", async () => {
    for (let one = 1; one <= 8; one += 1)
      for (let two = 1; two <= 8; two += 1) {
        const bed = createSealedBed();
        bed.write(2);
        const first = bed.first();
        bed.host.clock.advance(day);
        runAndDie(bed, one, "after");
        runAndDie(bed, two, "before");
        bed.write(1);
        await expectSound(bed, first);
      }
  });
});

describe("sealBefore()", () => {
  test("sealBefore() seals before the first line of another UTC day, once, and erases the key of the day before", () => {
    const bed = createSealedBed();
    bed.write(2);
    const old = presentKey(bed).seed;
    bed.host.clock.advance(day);
    const seen: string[] = [];
    bed.host.files.onChange = (method, path) => seen.push(`${method} ${path}`);
    bed.write(1);
    expect(seen.slice(0, 5)).toEqual([
      `replace ${keyFile}.next`,
      `replace ${sealsFile}`,
      `wipe ${keyFile}`,
      `rename ${keyFile}.next`,
      `append ${logFile}`,
    ]);
    bed.write(2);
    expect(bed.seals()).toHaveLength(2);
    expect(presentKey(bed).seed).not.toEqual(old);
    const stat = bed.host.files.stat(keyFile);
    expect("kind" in stat ? stat : stat.mode).toBe(0o600);
  });

  test("sealBefore() seals when the clock is set back to another day, and the log holds", async () => {
    const bed = createSealedBed();
    bed.write(2);
    const first = bed.first();
    bed.host.clock.setWall(Date.UTC(1970, 0, 1, 0, 10));
    bed.write(1);
    bed.host.clock.setWall(Date.UTC(2026, 10, 24, 1));
    bed.write(1);
    expect(bed.seals().map((each) => /^made (\S{10})/mu.exec(each)?.[1])).toEqual([
      "2026-11-23",
      "1970-01-01",
      "2026-11-24",
    ]);
    await expectSound(bed, first);
  });

  test("sealBefore() that fails stops no line, is told as trouble, and is tried again", async () => {
    const bed = createSealedBed();
    bed.write(1);
    bed.host.clock.advance(day);
    const mend = bed.host.files.fail("replace", /heal\.seals$/u, "ENOSPC");
    const journal = openJournal(bed.host, place);
    expect(journal.enter(entering).kind).toBe("appended");
    expect(journal.trouble()).toEqual({
      kind: "failed",
      code: "ENOSPC",
      why: "cannot seal the heal log: no space left on device",
    });
    mend();
    expect(journal.enter(entering).kind).toBe("appended");
    expect(journal.trouble()).toBeUndefined();
    await expectSound(bed, bed.first());
  });

  test("sealBefore() begins another chain of keys where the key is lost, and says so", () => {
    for (const lose of [
      (bed: SealedBed) => bed.host.files.remove(keyFile),
      (bed: SealedBed) => bed.host.files.put(keyFile, new Uint8Array(200), { mode: 0o600 }),
      (bed: SealedBed) => bed.host.files.put(keyFile, bed.host.files.text(keyFile) ?? "", { mode: 0o600, uid: 1000 }),
    ]) {
      const bed = createSealedBed();
      bed.write(1);
      const first = parseVKey(bed.first());
      lose(bed);
      bed.host.clock.advance(day);
      const journal = openJournal(bed.host, place);
      journal.enter(entering);
      expect(journal.notes().join()).toContain(
        "a new chain of keys begins: give the auditor its first key (dogwatch log key)",
      );
      expect(bed.seals()).toHaveLength(2);
      if (first === undefined) throw new Error("no first key");
      const chain = checkSeals(bed.host.files.text(sealsFile) ?? "", first, signing.isSigned);
      expect(chain.seals).toHaveLength(1);
      expect(chain.fault?.kind).toBe("another-chain");
    }
  });

  test("sealBefore() doesn't make another key where the one that is there can't be read for now", () => {
    const bed = createSealedBed();
    bed.write(1);
    bed.host.clock.advance(day);
    const mend = bed.host.files.fail("read", /seal\.key$/u, "EIO");
    const journal = openJournal(bed.host, place);
    journal.enter(entering);
    expect(journal.trouble()?.code).toBe("EIO");
    mend();
    journal.enter(entering);
    expect(bed.seals().map((each) => /^seal (\d+)/mu.exec(each)?.[1])).toEqual(["0", "1"]);
  });

  test("sealBefore() goes on with its number where seals were cut off, and says so", () => {
    const bed = createSealedBed();
    bed.write(1);
    bed.host.clock.advance(day);
    bed.write(1);
    bed.host.files.put(sealsFile, bed.seals()[0] ?? "");
    bed.host.clock.advance(day);
    const journal = openJournal(bed.host, place);
    journal.enter(entering);
    expect(journal.notes().join()).toContain("doesn't end with seal 1: seals were cut off or changed");
    expect(bed.seals().map((each) => /^seal (\d+)/mu.exec(each)?.[1])).toEqual(["0", "2"]);
  });

  test("seal() of a dry run changes nothing", () => {
    const bed = createSealedBed();
    const before = bed.host.files.paths();
    expect(openJournal(bed.host, { ...place, isReadOnly: true }).seal().kind).toBe("failed");
    expect(bed.host.files.paths()).toEqual(before);
  });
});
