import { describe, expect, test } from "bun:test";
import { answerHand, base64Of, doneIn, fileIn, maxFileBytes } from "../../src/heal/hand-words.ts";
import { sha256 } from "../../src/host/digest.ts";
import { createFakeHost } from "../fake-host.ts";

const path = "/home/agents/gateway.yaml";
const text = (bytes: Uint8Array): string => new TextDecoder().decode(bytes);
const bed = () => {
  const host = createFakeHost({ uid: 1000 });
  host.files.put(path, "port: 1\n", { uid: 1000, gid: 1000, mode: 0o640 });
  const ask = (request: unknown): string | undefined =>
    answerHand(host, typeof request === "string" ? request : JSON.stringify(request));
  return { host, ask };
};

describe("answerHand()", () => {
  test("answerHand() reads, writes and removes one file", () => {
    const { host, ask } = bed();
    expect(fileIn(ask({ do: "read", path, maxBytes: 100 }) ?? "", 1000)).toMatchObject({ kind: "read", mode: 0o640 });
    const base64 = btoa("port: 2\n");
    expect(ask({ do: "write", path, base64, mode: 0o600, expectSha256: sha256("port: 1\n") })).toBe('{"kind":"done"}');
    expect(host.files.text(path)).toBe("port: 2\n");
    expect(ask({ do: "remove", path, expectSha256: sha256("port: 1\n") })).toContain("ESTALE");
    expect(ask({ do: "remove", path, expectSha256: sha256("port: 2\n") })).toBe('{"kind":"done"}');
    expect(host.files.text(path)).toBeUndefined();
    host.files.put("/home/agents/.gateway.yaml.77.tmp", "half");
    expect(ask({ do: "tidy", path })).toBe('{"kind":"done"}');
    expect(host.files.paths()).toEqual([]);
  });

  const senseless: readonly unknown[] = [
    "",
    "{",
    "null",
    "[]",
    '"read"',
    "[".repeat(200_000),
    {},
    { do: "read", path },
    { do: "read", path: 5, maxBytes: 1 },
    { do: "read", path, maxBytes: maxFileBytes + 1 },
    { do: "read", path, maxBytes: 1.5 },
    { do: "list", path },
    { do: "constructor", path },
    { do: "write", path, mode: 0o600 },
    { do: "write", path, base64: "a", mode: 0o600 },
    { do: "write", path, base64: "ä===", mode: 0o600 },
    { do: "write", path, base64: "", mode: 0o4755 },
    { do: "write", path, base64: "", mode: -1 },
    { do: "write", path, base64: "", mode: 0o600, gid: "0" },
    { do: "write", path, base64: "", mode: 0o600, expectSha256: "x" },
    { do: "write", path, base64: "A".repeat(2 * maxFileBytes), mode: 0o600 },
    { do: "remove", path },
    { do: "remove", path, expectSha256: null },
  ];
  for (const request of senseless)
    test(`answerHand() finds no request in ${JSON.stringify(request).slice(0, 60)}, and does nothing`, () => {
      const { host, ask } = bed();
      expect(ask(request)).toBeUndefined();
      expect(host.files.text(path)).toBe("port: 1\n");
    });
});

describe("fileIn()", () => {
  const whole = { kind: "read", base64: btoa("x"), mode: 0o600, uid: 1000, gid: 1000, changedMs: 5 };
  test("fileIn() takes a whole answer", () => {
    const file = fileIn(JSON.stringify(whole), 1000);
    expect(file.kind === "read" ? text(file.bytes) : file).toBe("x");
  });

  const lies: readonly object[] = [
    { ...whole, uid: 0 },
    { ...whole, uid: "1000" },
    { ...whole, mode: 0o6755 },
    { ...whole, mode: 0.5 },
    { ...whole, gid: -1 },
    { ...whole, changedMs: "now" },
    { ...whole, base64: "*" },
    { ...whole, base64: 7 },
    { ...whole, base64: base64Of(new Uint8Array(maxFileBytes + 1)) },
    { kind: "done" },
    { kind: "failed", code: "no errno", why: "x" },
    { kind: "failed", code: "EIO", why: 5 },
    {},
  ];
  for (const lie of lies)
    test(`fileIn() doesn't believe ${JSON.stringify(lie).slice(0, 90)}`, () => {
      expect(fileIn(JSON.stringify(lie), 1000)).toEqual({
        kind: "failed",
        code: "EPROTO",
        why: "its answer makes no sense",
      });
    });

  test("fileIn() and doneIn() find no answer in what isn't JSON", () => {
    for (const noise of ["", "{", "7", "null", "[".repeat(100_000), "\0"]) {
      expect(fileIn(noise, 1000)).toMatchObject({ code: "EPROTO" });
      expect(doneIn(noise)).toMatchObject({ code: "EPROTO" });
    }
  });

  test("fileIn() and doneIn() make a hostile reason inert", () => {
    const why = `\u001b[2Jlinked\n@everyone ${"x".repeat(500)}`;
    const answer = JSON.stringify({ kind: "failed", code: "ELOOP", why });
    for (const got of [fileIn(answer, 1000), doneIn(answer)]) {
      if (got.kind !== "failed") throw new Error("not refused");
      expect(got.why).toMatch(/^"linked @everyone x+…"$/u);
      expect([...got.why].length).toBe(200);
    }
  });
});
