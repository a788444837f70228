import { describe, expect, test } from "bun:test";
import { signing } from "../../src/host/signing.ts";
import { parseNote, parseNotes, signedBy, writeNote } from "../../src/seal/note.ts";
import { fromBase64, keyNameFor, parseVKey, toBase64, vkeyOf } from "../../src/seal/vkey.ts";

/** Source: c2sp.org/signed-note, the example under "Verifier keys". */
const c2sp = {
  vkey: "example.com/foo+530d903a+AekyeRrm56hApGFkyQR4ZCbV54Id2LKaANYcrnKv3U2k",
  note: "This is an example message.\n\n\u2014 example.com/foo Uw2QOkn8srV1yJGh2VYRlL1Tnagv1YEq6TfXppzi2ONncAlTgK7Ztg1ERYNZXsYjOBH3mFXmRKuwHjG1Yu72IneyaQM=\n",
};

/** Source: golang.org/x/mod/sumdb/note, the key and note of its documentation and tests. */
const go = {
  vkey: "PeterNeumann+c74f20a3+ARpc2QcUPDhMQegwxbzhKqiBfsVkmqq/LDE4izWy10TW",
  skey: "AYEKFALVFGyNhPJEMzD1QIDr+Y7hfZx09iUvxdXHKDFz",
  text: "If you think cryptography is the answer to your problem,\nthen you don't know what your problem is.\n",
  note: "If you think cryptography is the answer to your problem,\nthen you don't know what your problem is.\n\n\u2014 PeterNeumann x08go/ZJkuBS9UG/SffcvIAQxVBtiFupLLr8pAcElZInNIuGUgYN1FFYC2pZSNXgKvqfqdngotpRZb6KE6RyyBwJnAM=\n",
};

const must = <Value>(value: Value | undefined): Value => {
  if (value === undefined) throw new Error("it is undefined");
  return value;
};
const seedOf = (skey: string): Uint8Array => must(fromBase64(skey)).subarray(1);

describe("vkeyOf()", () => {
  test("vkeyOf() gives the published verifier key of a published private key", () => {
    expect(vkeyOf("PeterNeumann", signing.publicKey(seedOf(go.skey))).text).toBe(go.vkey);
  });
});

describe("parseVKey()", () => {
  for (const { vkey } of [c2sp, go])
    test(`parseVKey() reads ${vkey.split("+")[0]}'s`, () => expect(parseVKey(vkey)?.text).toBe(vkey));

  test("parseVKey() refuses every piece of a key, and every other letter in one", () => {
    for (let from = 0; from < go.vkey.length; from += 1)
      for (let to = from + 1; to <= go.vkey.length; to += 1)
        if (to - from < go.vkey.length) expect(parseVKey(go.vkey.slice(from, to))).toBeUndefined();
    for (let at = 0; at < go.vkey.length; at += 1) {
      const other = String.fromCharCode(go.vkey.charCodeAt(at) + 1);
      expect(parseVKey(go.vkey.slice(0, at) + other + go.vkey.slice(at + 1))).toBeUndefined();
    }
  });

  const bad = [
    {
      name: "a key of the wrong length, with its right hash",
      given: "PeterNeumann+cc469956+ARpc2QcUPDhMQegwxbzhKqiBfsVkmqq/LDE4izWy10TWBADKEY==",
    },
    {
      name: "another kind of key, with its right hash",
      given: "PeterNeumann+173116ae+ZRpc2QcUPDhMQegwxbzhKqiBfsVkmqq/LDE4izWy10TW",
    },
    { name: "nothing", given: "" },
    { name: "what isn't base64", given: "a+00000000+%%%%" },
    { name: "a name with a space", given: go.vkey.replace("rN", "r N") },
    { name: "a newline after it", given: `${go.vkey}\n` },
  ];
  for (const { name, given } of bad)
    test(`parseVKey() refuses ${name}`, () => expect(parseVKey(given)).toBeUndefined());
});

describe("writeNote()", () => {
  test("writeNote() gives the published note, byte for byte", () => {
    const signature = signing.sign(seedOf(go.skey), go.text);
    expect(writeNote(go.text, must(parseVKey(go.vkey)), signature)).toBe(go.note);
  });
});

describe("signedBy()", () => {
  for (const { vkey, note } of [c2sp, go]) {
    const key = must(parseVKey(vkey));
    test(`signedBy() finds ${key.name}'s note signed`, () =>
      expect(signedBy(must(parseNote(note)), key, signing.isSigned)).toBe("signed"));
    test(`signedBy() finds every flipped letter of ${key.name}'s text`, () => {
      const end = note.indexOf("\n\n");
      for (let at = 0; at < end; at += 1) {
        const flipped = note.slice(0, at) + String.fromCharCode(note.charCodeAt(at) ^ 1) + note.slice(at + 1);
        const parsed = parseNote(flipped);
        expect(parsed === undefined ? "none" : signedBy(parsed, key, signing.isSigned)).toMatch(/none|wrong/u);
      }
    });
  }

  test("signedBy() leaves out signatures of others, even of the same name", () => {
    const others = vkeyOf("PeterNeumann", signing.publicKey(new Uint8Array(32)));
    const both = `${go.note}\u2014 PeterNeumann ${toBase64(new Uint8Array(68))}\n`;
    expect(signedBy(must(parseNote(go.note)), others, signing.isSigned)).toBe("not-theirs");
    expect(signedBy(must(parseNote(both)), must(parseVKey(go.vkey)), signing.isSigned)).toBe("signed");
  });
});

describe("parseNote()", () => {
  const bad = [
    { name: "nothing", given: "" },
    { name: "a text without a signature", given: go.text },
    { name: "a hyphen for the dash", given: go.note.replace("\u2014", "-") },
    { name: "a signature without its newline", given: go.note.slice(0, -1) },
    { name: "a line among the signatures that is none", given: `${go.note}hello\n` },
    { name: "a signature of four bytes", given: `${go.text}\n\u2014 a AAAAAA==\n` },
    { name: "a control character", given: go.note.replace("then", "\tthen") },
  ];
  for (const { name, given } of bad)
    test(`parseNote() refuses ${name}`, () => expect(parseNote(given)).toBeUndefined());
});

describe("parseNotes()", () => {
  test("parseNotes() gives each note with its line", () => {
    const file = `${go.note}\n${c2sp.note}\n`;
    expect(parseNotes(file).map(({ line, note }) => [line, note?.text])).toEqual([
      [1, go.text],
      [6, "This is an example message.\n"],
    ]);
    expect(parseNotes("")).toEqual([]);
  });

  test("parseNotes() doesn't take a cut note for one, wherever it is cut", () => {
    const file = `${go.note}\n${c2sp.note}\n`;
    for (let end = go.note.length + 2; end < file.length; end += 1) {
      const notes = parseNotes(file.slice(0, end));
      expect(notes[0]?.note?.text).toBe(go.text);
      expect(notes[1]).toEqual({ line: 6, note: undefined });
    }
  });
});

describe("keyNameFor()", () => {
  const cases = [
    { given: "web-1", want: "dogwatch/web-1" },
    { given: "web 1+2", want: "dogwatch/web_1_2" },
    { given: "a\u00a0b\u2028c\nd", want: "dogwatch/a_b_c_d" },
    { given: "\ud800x", want: "dogwatch/\ufffdx" },
  ];
  for (const { given, want } of cases)
    test(`keyNameFor() makes ${want} of a host's name`, () => {
      expect(keyNameFor(given)).toBe(want);
      expect(parseVKey(vkeyOf(keyNameFor(given), signing.publicKey(new Uint8Array(32))).text)?.name).toBe(want);
    });
});

test("parseNotes() looks at a bounded part of a file that is nothing but newlines", () => {
  const notes = parseNotes("\n".repeat(4_000_000));
  expect(notes.length).toBeLessThanOrEqual(200_000);
  expect(notes.every(({ note }) => note === undefined)).toBe(true);
});
