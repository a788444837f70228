import { afterAll, describe, expect, test } from "bun:test";
import { mkdtempSync, rmSync } from "node:fs";
import { createServer, type Socket } from "node:net";
import { connectLines } from "../../src/host/lines.ts";
import type { LinePeer } from "../../src/host/peers.ts";

const folder = mkdtempSync("/tmp/dogwatch-lines-");
const cleanUps: (() => void)[] = [];
afterAll(() => {
  for (const cleanUp of cleanUps) cleanUp();
  rmSync(folder, { recursive: true });
});

let count = 0;
const maxLineBytes = 64;

/** A real Unix socket, the peer as our side sees it, and the other side of it. */
const meet = async (): Promise<{ readonly peer: LinePeer; readonly other: Socket }> => {
  count += 1;
  const path = `${folder}/${count}.sock`;
  const { promise, resolve } = Promise.withResolvers<Socket>();
  const server = createServer({ allowHalfOpen: true }, resolve);
  await new Promise<void>((listening) => server.listen(path, listening));
  const peer = await connectLines(path, 1000, maxLineBytes);
  if ("kind" in peer) throw new Error(peer.why);
  const other = await promise;
  other.on("error", () => undefined);
  cleanUps.push(() => {
    peer.close();
    other.destroy();
    server.close();
  });
  return { peer, other };
};

describe("LinePeer.next()", () => {
  test("next() gives lines one by one, however they were cut on the way", async () => {
    const { peer, other } = await meet();
    for (const part of ["on", "e\ntwo\n\nth", "ree\n"]) {
      other.write(part);
      await Bun.sleep(20);
    }
    const texts = ["one", "two", "", "three"];
    for (const text of texts) expect(await peer.next(1000)).toEqual({ kind: "line", text });
  });

  test("next() is late without a whole line, and keeps the half one for later", async () => {
    const { peer, other } = await meet();
    other.write("ha");
    expect(await peer.next(50)).toEqual({ kind: "late" });
    other.write("lf\n");
    expect(await peer.next(1000)).toEqual({ kind: "line", text: "half" });
  });

  test("next() takes a line of the bound's length, and ends at a longer one, whatever follows", async () => {
    const { peer, other } = await meet();
    other.write(`${"x".repeat(maxLineBytes)}\n${"y".repeat(maxLineBytes + 1)}\nz\n`);
    expect(await peer.next(1000)).toEqual({ kind: "line", text: "x".repeat(maxLineBytes) });
    expect(await peer.next(1000)).toEqual({ kind: "too-long" });
    expect(await peer.next(1000)).toEqual({ kind: "too-long" });
  });

  test("next() doesn't wait for the end of a line that is too long already", async () => {
    const { peer, other } = await meet();
    other.write("x".repeat(maxLineBytes + 1));
    expect(await peer.next(1000)).toEqual({ kind: "too-long" });
  });

  test("next() gives what was said before the peer hung up, then the end; half a line is none", async () => {
    const { peer, other } = await meet();
    other.end("last\nha");
    expect(await peer.next(1000)).toEqual({ kind: "line", text: "last" });
    expect(await peer.next(1000)).toEqual({ kind: "end" });
    expect(await peer.next(1000)).toEqual({ kind: "end" });
  });

  test("next() makes of bytes that aren't UTF-8 a line all the same", async () => {
    const { peer, other } = await meet();
    other.write(Buffer.from([0xff, 0, 0x41, 10]));
    expect(await peer.next(1000)).toEqual({ kind: "line", text: "\ufffd\0A" });
  });

  test("next() leaves what nobody asked for with the peer: a flood waits there, not in our memory", async () => {
    const { peer, other } = await meet();
    const line = `${"x".repeat(60)}\n`;
    const flood = line.repeat(200_000);
    other.write(flood);
    await Bun.sleep(300);
    expect(other.writableLength).toBeGreaterThan(flood.length / 2);
    for (let seen = 0; seen < 200_000; seen += 1)
      if ((await peer.next(1000)).kind !== "line") throw new Error(`line ${seen} is missing`);
    expect(await peer.next(50)).toEqual({ kind: "late" });
  });
});

describe("LinePeer.send()", () => {
  test("send() reaches the peer as one line", async () => {
    const { peer, other } = await meet();
    const { promise, resolve } = Promise.withResolvers<string>();
    other.once("data", (chunk: Uint8Array) => resolve(new TextDecoder().decode(chunk)));
    expect(await peer.send("hello")).toBe(true);
    expect(await promise).toBe("hello\n");
  });

  test("send() is false when the peer has gone", async () => {
    const { peer, other } = await meet();
    other.destroy();
    expect(await peer.next(1000)).toEqual({ kind: "end" });
    expect(await peer.send("hello")).toBe(false);
  });
});

describe("connectLines()", () => {
  test("connectLines() says why nobody answers", async () => {
    expect(await connectLines(`${folder}/none.sock`, 1000, maxLineBytes)).toMatchObject({
      kind: "failed",
      code: "ENOENT",
    });
  });
});
