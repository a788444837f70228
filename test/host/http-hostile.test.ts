import { describe, expect, test } from "bun:test";
import { createServer } from "node:http";
import { brotliCompressSync, deflateRawSync, deflateSync, gzipSync, zstdCompressSync } from "node:zlib";
import { ask, drip, flood, listen, type Talk, until } from "./http-bed.ts";

const mebibyte = 1024 * 1024;
const much = "a".repeat(65_536);
const manyHeaders = "x-a: b\r\n".repeat(4096);
const chunked = "HTTP/1.1 200 OK\r\ntransfer-encoding: chunked\r\n\r\n";
const ends =
  (text: string): Talk =>
  (socket) =>
    socket.end(text);

const malformed: readonly { readonly name: string; readonly given: Talk }[] = [
  { name: "headers without end", given: (socket) => flood(socket, "HTTP/1.1 200 OK\r\n", manyHeaders) },
  { name: "one header line without end", given: (socket) => flood(socket, "HTTP/1.1 200 OK\r\nx: ", much) },
  { name: "a status line without end", given: (socket) => flood(socket, "HTTP/1.1 200 ", much) },
  { name: "garbage", given: ends("\x00\x01\x02 garbage, and more of it\r\n\r\n") },
  { name: "another protocol", given: ends("SSH-2.0-OpenSSH_9.2\r\n") },
  { name: "a status of two digits", given: ends("HTTP/1.1 99 Odd\r\n\r\n") },
  { name: "status 000", given: ends("HTTP/1.1 000 Odd\r\n\r\n") },
  { name: "a content-length that is a word", given: ends("HTTP/1.1 200 OK\r\ncontent-length: banana\r\n\r\nok") },
  { name: "a negative content-length", given: ends("HTTP/1.1 200 OK\r\ncontent-length: -5\r\n\r\nok") },
  { name: "two content-lengths", given: ends("HTTP/1.1 200 OK\r\ncontent-length: 2\r\ncontent-length: 3\r\n\r\nokk") },
  { name: "a chunk size that is a word", given: ends(`${chunked}zz\r\nok`) },
  { name: "an upgrade that nobody asked for", given: ends("HTTP/1.1 101 Switching\r\nupgrade: x\r\n\r\n") },
];

const broken: readonly { readonly name: string; readonly given: Talk }[] = [
  { name: "closes without a word", given: ends("") },
  { name: "says something too short for HTTP", given: ends("hello\n") },
  { name: "resets", given: (socket) => socket.resetAndDestroy() },
  { name: "sends a short body", given: ends("HTTP/1.1 200 OK\r\ncontent-length: 10\r\n\r\nok") },
  { name: "sends a short chunk", given: ends(`${chunked}5\r\nok`) },
];

const endless: readonly { readonly name: string; readonly given: Talk; readonly want: string }[] = [
  { name: "accepts and never answers", given: () => undefined, want: "no answer in 150 ms" },
  { name: "drips headers", given: (socket) => drip(socket, "HTTP/1.1 200 OK\r\n", "x"), want: "no answer in 150 ms" },
  {
    name: "sends 100 Continue without end",
    given: (socket) => flood(socket, "", "HTTP/1.1 100 Continue\r\n\r\n".repeat(2000)),
    want: "no answer in 150 ms",
  },
  {
    name: "drips a body",
    given: (socket) => drip(socket, "HTTP/1.1 200 OK\r\ncontent-length: 10000\r\n\r\n", "x"),
    want: "answer not finished in 150 ms",
  },
  {
    name: "stops within the body",
    given: (socket) => socket.write("HTTP/1.1 200 OK\r\ncontent-length: 9999999999999\r\n\r\nok"),
    want: "answer not finished in 150 ms",
  },
  {
    name: "sends a chunk extension without end",
    given: (socket) => flood(socket, `${chunked}5;`, much),
    want: "answer not finished in 150 ms",
  },
  {
    name: "sends trailers without end",
    given: (socket) => flood(socket, `${chunked}2\r\nok\r\n0\r\n`, manyHeaders),
    want: "answer not finished in 150 ms",
  },
];

describe("request() against a hostile server", () => {
  for (const { name, given } of malformed) {
    test(`request() tells ${name} as MALFORMED`, async () => {
      await using server = await listen(given);
      const answer = await ask(`http://127.0.0.1:${server.port}/`);
      expect(answer).toMatchObject({ kind: "failed", code: "MALFORMED" });
      await until(() => server.open() === 0);
    });
  }
  for (const { name, given } of broken) {
    test(`request() tells a server that ${name} as ECONNRESET, and asks only once`, async () => {
      await using server = await listen(given);
      const why = `127.0.0.1:${server.port} closed the connection before the answer was complete`;
      for (const method of ["GET", "POST"] as const) {
        const answer = await ask(`http://127.0.0.1:${server.port}/`, { method });
        expect(answer).toMatchObject({ kind: "failed", code: "ECONNRESET", why });
      }
      expect(server.visits()).toBe(2);
    });
  }
  for (const method of ["GET", "POST"] as const) {
    for (const { name, given, want } of endless) {
      test(`request() gives up a ${method} at its deadline when a server ${name}`, async () => {
        await using server = await listen(given);
        const answer = await ask(`http://127.0.0.1:${server.port}/`, { method, timeoutMs: 150 });
        expect(answer).toMatchObject({ kind: "failed", code: "TIMEOUT", why: want });
        await until(() => server.open() === 0);
      });
    }
  }
});

test("request() tells a deadline that is the rest of another one without its fraction", async () => {
  await using server = await listen(() => undefined);
  const answer = await ask(`http://127.0.0.1:${server.port}/`, { timeoutMs: 120.456_789 });
  expect(answer).toMatchObject({ kind: "failed", code: "TIMEOUT", why: "no answer in 120 ms" });
});

describe("request() and the body", () => {
  const cuts: readonly { readonly name: string; readonly given: Talk }[] = [
    { name: "endless", given: (socket) => flood(socket, "HTTP/1.1 200 OK\r\n\r\n", much) },
    { name: "endlessly chunked", given: (socket) => flood(socket, chunked, `10000\r\n${much}\r\n`) },
  ];
  for (const { name, given } of cuts) {
    test(`request() keeps the first bytes of an ${name} body and hangs up`, async () => {
      await using server = await listen(given);
      const answer = await ask(`http://127.0.0.1:${server.port}/`, { maxBodyBytes: mebibyte });
      expect(answer).toMatchObject({ kind: "answer", status: 200, isBodyCut: true, body: "a".repeat(mebibyte) });
      await until(() => server.open() === 0);
    });
  }

  test("request() does not call a body cut that just fits", async () => {
    await using server = await listen(ends(`HTTP/1.1 200 OK\r\ncontent-length: 4\r\n\r\nabcd`));
    const whole = await ask(`http://127.0.0.1:${server.port}/`, { maxBodyBytes: 4 });
    expect(whole).toMatchObject({ kind: "answer", body: "abcd", isBodyCut: false });
    const cut = await ask(`http://127.0.0.1:${server.port}/`, { maxBodyBytes: 3 });
    expect(cut).toMatchObject({ kind: "answer", body: "abc", isBodyCut: true });
  });

  test("request() drops half a character at the cut", async () => {
    await using server = await listen(ends("HTTP/1.1 200 OK\r\n\r\nab€"));
    expect(await ask(`http://127.0.0.1:${server.port}/`, { maxBodyBytes: 4 })).toMatchObject({ body: "ab" });
  });

  test("request() replaces bytes that are not UTF-8", async () => {
    const bytes = Buffer.concat([
      Buffer.from("HTTP/1.1 200 OK\r\nx-a: \xff\r\n\r\n", "latin1"),
      Buffer.from([0xff, 0x41]),
    ]);
    await using server = await listen((socket) => socket.end(bytes));
    expect(await ask(`http://127.0.0.1:${server.port}/`)).toMatchObject({ kind: "answer", body: "\ufffdA" });
  });

  test("request() reads no body after HEAD, 204 and 304", async () => {
    await using server = await listen((socket, head) => {
      const status = head.includes("/304") ? "304 Not Modified" : head.includes("/204") ? "204 No Content" : "200 OK";
      socket.end(`HTTP/1.1 ${status}\r\ncontent-length: 5\r\ncontent-encoding: gzip\r\n\r\nhello`);
    });
    const url = `http://127.0.0.1:${server.port}`;
    expect(await ask(`${url}/`, { method: "HEAD" })).toMatchObject({ kind: "answer", status: 200, body: "" });
    expect(await ask(`${url}/204`)).toMatchObject({ kind: "answer", status: 204, body: "" });
    expect(await ask(`${url}/304`)).toMatchObject({ kind: "answer", status: 304, body: "" });
  });
});

describe("request() and content encodings", () => {
  const text = Buffer.from("well and good");
  const zeros = Buffer.alloc(64 * mebibyte);
  const packed: readonly { readonly name: string; readonly given: Buffer; readonly want: object }[] = [
    { name: "gzip", given: gzipSync(text), want: { kind: "answer", body: "well and good" } },
    { name: "X-GZIP", given: gzipSync(text), want: { kind: "answer", body: "well and good" } },
    { name: "deflate", given: deflateSync(text), want: { kind: "answer", body: "well and good" } },
    { name: "deflate", given: deflateRawSync(text), want: { kind: "answer", body: "well and good" } },
    { name: "br", given: brotliCompressSync(text), want: { kind: "answer", body: "well and good" } },
    { name: "zstd", given: zstdCompressSync(text), want: { kind: "answer", body: "well and good" } },
    { name: "identity", given: text, want: { kind: "answer", body: "well and good" } },
    { name: "gzip", given: gzipSync(zeros), want: { kind: "failed", code: "EFBIG" } },
    { name: "br", given: brotliCompressSync(zeros), want: { kind: "failed", code: "EFBIG" } },
    { name: "zstd", given: zstdCompressSync(zeros), want: { kind: "failed", code: "EFBIG" } },
    { name: "gzip", given: Buffer.alloc(2 * mebibyte), want: { kind: "failed", code: "EFBIG" } },
    { name: "gzip", given: text, want: { kind: "failed", code: "ENCODING" } },
    { name: "gzip", given: gzipSync(text).subarray(0, 15), want: { kind: "failed", code: "ENCODING" } },
    { name: "gzip, gzip", given: gzipSync(gzipSync(text)), want: { kind: "failed", code: "ENCODING" } },
    { name: "compress", given: text, want: { kind: "failed", code: "ENCODING" } },
  ];
  for (const { name, given, want } of packed) {
    test(`request() turns ${given.length} bytes of "${name}" into ${JSON.stringify(want)}`, async () => {
      await using server = await listen((socket) => {
        socket.write(`HTTP/1.1 200 OK\r\ncontent-encoding: ${name}\r\ncontent-length: ${given.length}\r\n\r\n`);
        socket.end(given);
      });
      expect(await ask(`http://127.0.0.1:${server.port}/`)).toMatchObject(want);
    });
  }
});

test("request() answers a redirect as it is and never contacts where it points", async () => {
  await using elsewhere = await listen(ends("HTTP/1.1 200 OK\r\n\r\nstolen"));
  const location = `http://127.0.0.1:${elsewhere.port}/`;
  const server = createServer((_, response) => response.writeHead(307, { location }).end());
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  const address = server.address();
  const port = typeof address === "object" && address !== null ? address.port : 0;
  for (const method of ["GET", "HEAD", "POST", "PUT"] as const) {
    const answer = await ask(`http://127.0.0.1:${port}/`, { method, body: "x" });
    expect(answer).toMatchObject({ kind: "answer", status: 307, headers: { location } });
  }
  expect(elsewhere.visits()).toBe(0);
  await new Promise<void>((resolve) => server.close(() => resolve()));
});
