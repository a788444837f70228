import { afterEach, beforeEach, describe, expect, test } from "bun:test";
import { createHash, createPublicKey, generateKeyPairSync, type KeyObject, sign, verify } from "node:crypto";
import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { checkSeals } from "../../src/seal/chain.ts";
import { writeNote } from "../../src/seal/note.ts";
import { parseSeal, sealText } from "../../src/seal/seal.ts";
import { parseVKey } from "../../src/seal/vkey.ts";
import { createLogBed, healEntries, type LogBed } from "../log/log-bed.ts";
import { bringPrograms, programOf, type Ran, rotate, runIn } from "./audit-bed.ts";

/** Makes seals by the page alone, without dogwatch's own code. */
const host = "dogwatch/web-1";
const dayMs = 86_400_000;

const vkeyOf = (key: KeyObject): string => {
  const jwk = createPublicKey(key).export({ format: "jwk" });
  const raw = Buffer.concat([Buffer.of(1), Buffer.from(jwk.x ?? "", "base64url")]);
  const id = createHash("sha256").update(`${host}\n`).update(raw).digest("hex").slice(0, 8);
  return `${host}+${id}+${raw.toString("base64")}`;
};

const newKey = (): KeyObject => generateKeyPairSync("ed25519").privateKey;

const noteOf = (text: string, key: KeyObject): string => {
  const id = Buffer.from(vkeyOf(key).split("+")[1] ?? "", "hex");
  return `${text}\n— ${host} ${Buffer.concat([id, sign(null, Buffer.from(text), key)]).toString("base64")}\n\n`;
};

interface Sealed {
  readonly seal: number;
  readonly made: string;
  readonly day: string;
  readonly log: string;
  readonly next: string;
  readonly first?: string;
}

const sealOf = ({ seal, made, day, log, next, first }: Sealed, key: KeyObject): string =>
  noteOf(
    `dogwatch heal log seal v1\nseal ${seal}\nmade ${made}\nday ${day}\nlog ${log}\nnext ${next}\n${first === undefined ? "" : `first ${first}\n`}`,
    key,
  );

let bed: LogBed;
let keys: readonly KeyObject[];
let notes: readonly string[];
const first = (): string => vkeyOf(keys[0] ?? newKey());
const made = (): string => new Date(bed.host.clock.nowMs()).toISOString();
const head = (): string => {
  const { seq, sha256 } = bed.append();
  return `${seq}:${sha256}`;
};
const put = (all: readonly string[]): void => writeFileSync(join(bed.folder, "heal.seals"), all.join(""));
const check = (key: string): Ran => runIn(bed.folder, ["/usr/bin/python3", "seals.py", ".", key]);
/** What dogwatch's own code says of the same seals. */
const ours = (all: readonly string[]): string => {
  const key = parseVKey(first());
  if (key === undefined) throw new Error(first());
  return (
    checkSeals(all.join(""), key, (publicKey, text, signature) => {
      const jwk = { kty: "OKP", crv: "Ed25519", x: Buffer.from(publicKey).toString("base64url") };
      return verify(null, Buffer.from(text), createPublicKey({ key: jwk, format: "jwk" }), signature);
    }).fault?.kind ?? "whole"
  );
};

/** Four days: a seal at each end of a day, a rotation in between. */
const live = (): void => {
  keys = Array.from({ length: 5 }, newKey);
  const all: string[] = [];
  let day = made().slice(0, 10);
  for (const [n, key] of keys.slice(0, 4).entries()) {
    const next = vkeyOf(keys[n] ?? key);
    const signer = keys[Math.max(0, n - 1)] ?? key;
    const text = {
      seal: n,
      made: made(),
      day: n === 0 ? made().slice(0, 10) : day,
      log: n === 0 ? `0:${"0".repeat(64)}` : head(),
    };
    all.push(n === 0 ? sealOf({ ...text, next, first: next }, signer) : sealOf({ ...text, next }, signer));
    day = made().slice(0, 10);
    bed.append(...healEntries(n + 1));
    if (n === 1) rotate(bed);
    if (n < 3) bed.wait(dayMs);
  }
  notes = all;
  put(all);
};

beforeEach(() => {
  bed = createLogBed();
  live();
  bringPrograms(bed.folder);
});
afterEach(() => bed.remove());

const swapBit = (note: string): string => note.replace("made 2026", "made 2027");

interface Case {
  readonly name: string;
  readonly given: () => readonly string[];
  readonly python: string;
  readonly ours: string;
}

/** Signed by the key of a later day, in the name of an earlier one. */
const forge = (n: number, by: number): string => {
  const text = notes[n]?.split("\n\n")[0] ?? "";
  return noteOf(`${text.replace(/^log .*$/mu, `log 3:${"ab".repeat(32)}`)}\n`, keys[by] ?? newKey());
};

const cases: readonly Case[] = [
  {
    name: "whole seals",
    given: () => notes,
    python: "ok: sealed through line 20 on 2026-11-26; 6 lines since",
    ours: "whole",
  },
  {
    name: "a changed seal",
    given: () => notes.with(2, swapBit(notes[2] ?? "")),
    python: "a wrong signature; sealed through line 6",
    ours: "changed",
  },
  {
    name: "a seal of day 2 that root on day 3 signs anew",
    given: () => notes.with(2, forge(2, 2)),
    python: "it is signed by another key; sealed through line 6",
    ours: "forged",
  },
  {
    name: "a missing seal",
    given: () => notes.toSpliced(1, 1),
    python: "it is signed by another key; sealed through line 0",
    ours: "missing",
  },
  {
    name: "two swapped seals",
    given: () => [notes[0], notes[2], notes[1], notes[3]].map((note) => note ?? ""),
    python: "sealed through line 0",
    ours: "missing",
  },
  {
    name: "another chain of keys",
    given: () => {
      const key = newKey();
      const vkey = vkeyOf(key);
      const at = { made: made(), day: made().slice(0, 10) };
      return [...notes, sealOf({ seal: 0, ...at, log: head(), next: vkey, first: vkey }, key)];
    },
    python: "sealed through line 20",
    ours: "another-chain",
  },
  { name: "no seals at all", given: () => [], python: "no seal by this key", ours: "not-by-this-key" },
  {
    name: "a cut last seal",
    given: () => notes.with(3, (notes[3] ?? "").slice(0, 120)),
    python: "sealed through line 14",
    ours: "damaged",
  },
];

describe("docs/audit.md: seals", () => {
  test("seals.py is as short as it is told, and needs python3-cryptography alone besides", () => {
    const text = programOf("seals.py");
    expect(text.match(/^(?:import|from) \S+/gmu)).toEqual([
      "import base64,",
      "from cryptography.exceptions",
      "from cryptography.hazmat.primitives.asymmetric.ed25519",
      "from chain",
    ]);
  });

  for (const { name, given, python, ours: own } of cases)
    test(`seals made by the page's words alone: both programs judge ${name}`, () => {
      const all = given();
      put(all);
      const { status, out, err } = check(first());
      expect(`${out}${err}`).toContain(python);
      expect(status === 0).toBe(own === "whole");
      expect(ours(all)).toBe(own);
    });

  test("seals of dogwatch's own code are written to the byte as the page says", () => {
    for (const note of notes) {
      const [text, line] = note.split("\n\n");
      const seal = parseSeal({ text: `${text}\n` });
      const [, name, signed] = (line ?? "").split(" ");
      const raw = Buffer.from(signed ?? "", "base64");
      if (seal === undefined || name === undefined) throw new Error(note);
      const written = writeNote(sealText(seal), { name, id: raw.subarray(0, 4).toString("hex") }, raw.subarray(4));
      expect(`${written}\n`).toBe(note);
    }
  });

  test("a key of another chain is told, and a later key begins at its own seal", () => {
    expect(check(vkeyOf(newKey())).err).toContain("no seal by this key");
    expect(check(vkeyOf(keys[2] ?? newKey())).out).toStartWith("ok: sealed through line 20");
  });

  test("lines of days that are sealed can't be written anew, nor new ones be dated back behind the last seal", () => {
    bed.wait(-2 * dayMs);
    bed.append(...healEntries(8));
    expect(check(first()).err).toContain(
      "line 27 is of another day than the last seal, 2026-11-26; sealed through line 20",
    );
  });

  test("a log that was rewritten from a sealed line on is told by the seal of its day", () => {
    bed.remove();
    const [before, those] = [notes, keys];
    bed = createLogBed();
    bed.wait(1);
    live();
    keys = those;
    put(before);
    bringPrograms(bed.folder);
    expect(check(first()).err).toContain("line 6 is not the one that it sealed; sealed through line 0");
  });
});
