import { afterAll, describe, expect, test } from "bun:test";
import { execFileSync } from "node:child_process";
import { createHash, createHmac } from "node:crypto";
import { mkdtempSync, readdirSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { hmacSha256, sha256, sha256File } from "../../src/host/digest.ts";

const root = mkdtempSync(join(tmpdir(), "dogwatch-digest-"));
afterAll(() => rmSync(root, { recursive: true, force: true }));

describe("sha256()", () => {
  test("sha256() gives the published digests", () => {
    // Source: FIPS 180-4 examples, csrc.nist.gov.
    expect(sha256("abc")).toBe("ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad");
    expect(sha256("")).toBe("e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855");
    expect(sha256(Buffer.from("ü"))).toBe(sha256("ü"));
  });
});

describe("hmacSha256()", () => {
  test("hmacSha256() gives the published digests", () => {
    // Source: RFC 4231, test cases 2 and 6.
    expect(hmacSha256("Jefe", "what do ya want for nothing?")).toBe(
      "5bdcc146bf60754e6a042426089575c75a003f089d2739839dec58b964ec3843",
    );
    expect(hmacSha256("k".repeat(200), "ü")).toBe(createHmac("sha256", "k".repeat(200)).update("ü").digest("hex"));
  });
});

describe("sha256File()", () => {
  test("sha256File() reads a file in pieces", async () => {
    const bytes = Buffer.alloc(3_500_001, "dogwatch");
    writeFileSync(join(root, "large"), bytes);
    writeFileSync(join(root, "empty"), "");
    expect(await sha256File(join(root, "large"))).toBe(createHash("sha256").update(bytes).digest("hex"));
    expect(await sha256File(join(root, "empty"))).toBe(sha256(""));
  });

  test("sha256File() has no digest of what can't be read, and leaves no file open", async () => {
    execFileSync("/usr/bin/mkfifo", [join(root, "pipe")]);
    const openBefore = readdirSync("/proc/self/fd").length;
    expect(await sha256File(join(root, "none"))).toBeUndefined();
    expect(await sha256File(root)).toBeUndefined();
    expect(await sha256File(join(root, "pipe"))).toBeUndefined();
    expect(readdirSync("/proc/self/fd").length).toBe(openBefore);
  });
});
