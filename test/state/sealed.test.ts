import { describe, expect, test } from "bun:test";
import { mkdtempSync, readdirSync, rmSync, symlinkSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { createHost } from "../../src/host/real-host.ts";
import { readSealed, type Unsealed, writeSealed } from "../../src/state/sealed.ts";
import { createFakeHost, type FakeHost } from "../fake-host.ts";

const path = "/var/lib/dogwatch/state.json";
interface Value {
  readonly version: 1;
}
const isValue = (value: unknown): value is Value =>
  typeof value === "object" && value !== null && "version" in value && value.version === 1;

const read = (host: FakeHost, isSetAside = true): Unsealed<Value> => readSealed(host, path, isValue, isSetAside);
const written = (value: object): FakeHost => {
  const host = createFakeHost();
  writeSealed(host, path, value, 0o640);
  return host;
};
const sealedText = (value: object): string => written(value).files.text(path) ?? "";

const sample = {
  version: 1,
  checks: { gateway: { evidence: 'größer × 👍 "q" \\ \n', ticks: 3 } },
  list: [1, null, true],
};

describe("readSealed() gives back what writeSealed() wrote", () => {
  const cases = [
    { name: "text of every kind", given: sample },
    { name: "nothing but a version", given: { version: 1 } },
    { name: "keys that look like numbers", given: { version: 1, map: { 10: "a", 2: "b", "-1": "c", "01": "d" } } },
    {
      name: "keys that look like an object's own",
      given: { version: 1, map: JSON.parse('{"__proto__":1,"constructor":2,"toString":3}') },
    },
    { name: "a lone surrogate", given: { version: 1, text: "a\ud800b" } },
    { name: "numbers at their ends", given: { version: 1, list: [0, -0, 1e21, 1e-7, 2 ** 53, 0.1 + 0.2] } },
    { name: "what JSON leaves out", given: { version: 1, gone: undefined, nothing: Number.NaN } },
  ] as const;
  for (const { name, given } of cases)
    test(`readSealed() gives back ${name}`, () => {
      expect(read(written(given))).toEqual({ kind: "read", value: JSON.parse(JSON.stringify(given)) });
    });

  test("writeSealed() puts a file on disk as a whole, with its mode", () => {
    const host = createFakeHost();
    const before = host.files.fsyncs;
    expect(writeSealed(host, path, sample, 0o640)).toEqual({ kind: "done" });
    expect(host.files.fsyncs).toBe(before + 1);
    expect(host.files.stat(path)).toMatchObject({ mode: 0o640 });
    expect(host.files.text(path)).toMatch(/^\{"seal":"[0-9a-f]{64}","version":1,.*\}\n$/u);
  });

  test("writeSealed() says why it can't, and leaves the old file", () => {
    const host = written(sample);
    host.files.fail("replace", /state\.json$/u, "ENOSPC");
    expect(writeSealed(host, path, { version: 1 }, 0o640)).toMatchObject({ kind: "failed", code: "ENOSPC" });
    expect(read(host)).toMatchObject({ kind: "read", value: sample });
  });
});

describe("readSealed() on a file that isn't whole", () => {
  const bytes = new TextEncoder().encode(sealedText(sample));

  test(`readSealed() finds it broken when it was cut at any of its ${bytes.length} bytes, and sets it aside`, () => {
    for (let length = 0; length < bytes.length - 1; length += 1) {
      const host = createFakeHost();
      host.files.put(path, bytes.subarray(0, length));
      const got = read(host);
      expect([length, got.kind]).toEqual([length, "broken"]);
      expect(host.files.paths()).toEqual([`${path}.broken-2026-11-23T020500000Z`]);
    }
  });

  test("readSealed() takes a file that lacks the last newline only: nothing is lost", () => {
    const host = createFakeHost();
    host.files.put(path, bytes.subarray(0, -1));
    expect(read(host).kind).toBe("read");
  });

  test("readSealed() never reads a file with one flipped bit as another value", () => {
    for (let at = 0; at < bytes.length - 1; at += 1) {
      const host = createFakeHost();
      const flipped = bytes.slice();
      flipped[at] = (flipped[at] ?? 0) ^ (1 << (at % 7));
      host.files.put(path, flipped);
      const got = read(host);
      expect([at, got.kind === "read" ? got.value : sample]).toEqual([at, sample]);
    }
  });

  const cases = [
    { name: "nothing", given: "", want: "it is not whole JSON" },
    { name: "NULs, as after a power cut", given: "\0".repeat(4096), want: "it is not whole JSON" },
    { name: "a list", given: "[]", want: "it is not whole JSON" },
    { name: "null", given: "null", want: "it is not whole JSON" },
    { name: "a number", given: "1", want: "it is not whole JSON" },
    { name: "no seal", given: '{"version":1}', want: "its seal does not fit: it was changed or cut" },
    {
      name: "a seal that is no text",
      given: '{"seal":1,"version":1}',
      want: "its seal does not fit: it was changed or cut",
    },
    {
      name: "another's seal",
      given: sealedText(sample).replace("gateway", "gatewax"),
      want: "its seal does not fit: it was changed or cut",
    },
    { name: "another version", given: sealedText({ ...sample, version: 2 }), want: "it is of another version" },
    { name: "no version", given: sealedText({}), want: "it is of another version" },
    {
      name: "a list nested deeper than the stack",
      given: `{"a":${"[".repeat(200_000)}${"]".repeat(200_000)}}`,
      want: "its seal does not fit: it was changed or cut",
    },
    { name: "something that isn't UTF-8", given: Uint8Array.of(0x7b, 0xff, 0xfe, 0x7d), want: "it is not whole JSON" },
  ] as const;
  for (const { name, given, want } of cases)
    test(`readSealed() finds ${name} broken`, () => {
      const host = createFakeHost();
      host.files.put(path, given);
      expect(read(host)).toEqual({ kind: "broken", why: want, aside: `${path}.broken-2026-11-23T020500000Z` });
    });
});

describe("readSealed() sets aside what it can't use", () => {
  test("readSealed() knows a file that isn't there", () => expect(read(createFakeHost())).toEqual({ kind: "missing" }));

  const unreadable = [
    { name: "that it may not read", given: "EACCES", want: "permission denied" },
    { name: "on a broken disk", given: "EIO", want: "i/o error" },
    { name: "that is too large", given: "EFBIG", want: "EFBIG" },
  ] as const;
  for (const { name, given, want } of unreadable)
    test(`readSealed() keeps a file ${name}, since it may hold alerts`, () => {
      const host = written(sample);
      const mend = host.files.fail("read", /state\.json$/u, given);
      const got = read(host);
      mend();
      expect(got).toMatchObject({ kind: "broken", why: want });
      expect(host.files.text(got.kind === "broken" ? (got.aside ?? "") : "")).toBe(sealedText(sample));
    });

  test("readSealed() sets a link that leads nowhere aside, rather than write where it points", () => {
    const folder = mkdtempSync(join(tmpdir(), "dogwatch-sealed-"));
    const link = join(folder, "state.json");
    symlinkSync(join(folder, "elsewhere"), link);
    const real = createHost({ env: {}, uid: 0, binary: process.execPath, hostname: "web-1" });
    const got = readSealed(real, link, isValue, true);
    expect(got).toMatchObject({ kind: "broken", why: "it is a link that leads nowhere" });
    expect(readdirSync(folder)).toEqual([expect.stringMatching(/^state\.json\.broken-/u)]);
    rmSync(folder, { recursive: true });
  });

  test("readSealed() sets a pipe aside and doesn't wait for it", () => {
    const host = createFakeHost();
    host.files.putPipe(path);
    expect(read(host)).toMatchObject({ kind: "broken", aside: expect.any(String) });
  });

  test("readSealed() changes nothing when it only looks", () => {
    const host = createFakeHost();
    host.files.put(path, "{");
    expect(read(host, false)).toEqual({ kind: "broken", why: "it is not whole JSON", aside: undefined });
    expect(host.files.paths()).toEqual([path]);
  });

  test("readSealed() goes on where the file can't be renamed", () => {
    const host = createFakeHost();
    host.files.put(path, "{");
    host.files.fail("rename", /state\.json$/u, "EROFS");
    expect(read(host)).toEqual({ kind: "broken", why: "it is not whole JSON", aside: undefined });
  });
});
