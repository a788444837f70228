import { describe, expect, test } from "bun:test";
import { brotliCompressSync, gzipSync } from "node:zlib";
import { drip, flood, listen, type Talk } from "../host/http-bed.ts";
import { Den, type Tick } from "./hostile-bed.ts";

const mebibyte = 2 ** 20;
const timeoutMs = 700;
const much = "a".repeat(65_536);
const head = "HTTP/1.1 200 OK\r\n";
const chunked = `${head}transfer-encoding: chunked\r\n\r\n`;
const ends =
  (text: string | Uint8Array): Talk =>
  (socket) =>
    socket.end(text);
const packed = (encoding: string, bytes: Uint8Array): Talk =>
  ends(
    Buffer.concat([
      Buffer.from(`${head}content-encoding: ${encoding}\r\ncontent-length: ${bytes.length}\r\n\r\n`),
      bytes,
    ]),
  );
/** Less than 1 MiB on the wire, close to a gibibyte unpacked. */
const bomb = Buffer.concat(Array(15).fill(gzipSync(Buffer.alloc(64 * mebibyte))));

const invalid = /^127\.0\.0\.1:\d+ sent something that is not valid HTTP$/u;
const noAnswer = /^no answer in 700 ms$/u;
const unfinished = /^answer not finished in 700 ms$/u;

const cases: readonly {
  readonly name: string;
  readonly given: Talk;
  /** What must hold of the answer; without it any 2xx will do. */
  readonly expects?: string;
  readonly want: RegExp;
}[] = [
  { name: "headers without end", given: (socket) => flood(socket, head, "x-a: b\r\n".repeat(4096)), want: invalid },
  { name: "one header without end", given: (socket) => flood(socket, `${head}x: `, much), want: invalid },
  {
    name: "a body without end where JSON is wanted",
    given: (socket) => flood(socket, `${head}\r\n`, much),
    expects: "json: { /a: 1 }",
    want: /^status 200, and a body of more than 1 MiB where JSON was expected$/u,
  },
  {
    name: "chunks without end where a word is wanted",
    given: (socket) => flood(socket, chunked, `10000\r\n${much}\r\n`),
    expects: "body: live",
    want: /^the body does not match "live": "a+…"$/u,
  },
  { name: "a gzip bomb", given: packed("gzip", bomb), want: /^answer unpacks to more than 1048576 bytes$/u },
  {
    name: "a gzip bomb of more than 1 MiB",
    given: packed("gzip", Buffer.concat([bomb, bomb])),
    want: /^answer is packed and longer than 1048576 bytes$/u,
  },
  {
    name: "a brotli bomb",
    given: packed("br", brotliCompressSync(Buffer.alloc(64 * mebibyte))),
    want: /^answer unpacks to more than 1048576 bytes$/u,
  },
  {
    name: "a bomb in a bomb",
    given: packed("gzip, gzip", gzipSync(bomb)),
    want: /^answer is in a content encoding that was not asked for$/u,
  },
  {
    name: "invalid JSON",
    given: ends(`${head}\r\n{"status": live}`),
    expects: "json: { /status: live }",
    want: /^status 200, but the body is not JSON: "\{'status': live\}"$/u,
  },
  {
    name: "JSON a hundred thousand deep",
    given: ends(`${head}\r\n${"[".repeat(100_000)}`),
    expects: "json: { /status: live }",
    want: /^status 200, but the body is not JSON: "\[+…"$/u,
  },
  {
    name: "valid JSON a hundred thousand deep",
    given: ends(`${head}\r\n${"[".repeat(1e5)}${"]".repeat(1e5)}`),
    expects: "json: { /status: live }",
    want: /^the answer has no \/status, want "live"$|^status 200, but the body is not JSON/u,
  },
  {
    name: "nothing where JSON is wanted",
    given: ends(`${head}\r\n`),
    expects: "json: { /status: live }",
    want: /^status 200, but the body is not JSON: ""$/u,
  },
  {
    name: "one byte at a time",
    given: (socket) => drip(socket, `${head}content-length: 10000\r\n\r\n`, "x"),
    want: unfinished,
  },
  { name: "headers one byte at a time", given: (socket) => drip(socket, head, "x"), want: noAnswer },
  { name: "nothing, ever", given: () => undefined, want: noAnswer },
  {
    name: "100 Continue without end",
    given: (socket) => flood(socket, "", "HTTP/1.1 100 Continue\r\n\r\n".repeat(2000)),
    want: noAnswer,
  },
  { name: "a body as HTTP/0.9 sends it", given: ends("<html>live</html>\n"), want: invalid },
  {
    name: "bytes of no meaning",
    given: ends(Uint8Array.from({ length: 4096 }, (_, i) => (i * 197 + (i >> 3)) % 251)),
    want: invalid,
  },
  { name: "such bytes without end", given: (socket) => flood(socket, "\x00\x01\x02", much), want: invalid },
  { name: "another protocol", given: ends("SSH-2.0-OpenSSH_9.2\r\n"), want: invalid },
  {
    name: "a close without a word",
    given: ends(""),
    want: /^127\.0\.0\.1:\d+ closed the connection before the answer was complete$/u,
  },
];

const config = (port: number, expects = ""): string =>
  `confirm: 0s\nchat: console\nchecks:\n  web:\n    http: { url: "http://127.0.0.1:${port}/", timeout: ${timeoutMs}ms }\n` +
  `    red_after: 1\n${expects === "" ? "" : `    expect: { ${expects} }\n`}`;

const onlyCheck = ({ checks }: Tick): Tick["checks"][number] | undefined => checks[0];

describe("tick against a hostile server", () => {
  for (const { name, given, expects, want } of cases)
    test(`tick reads ${name} as bad, within its timeout and in little memory`, async () => {
      using den = new Den();
      await using server = await listen(given);
      den.write("dogwatch.yaml", config(server.port, expects));
      const ran = await den.tick();
      const check = onlyCheck(ran.json);
      expect(check).toMatchObject({ reading: "bad", verdict: "red", evidence: expect.stringMatching(want) });
      expect(check?.duration_ms).toBeLessThan(2 * timeoutMs);
      expect(ran.peakMiB).toBeLessThan(150);
      expect(ran.status).toBe(0);
    });

  test("tick does not follow a redirect: its target is never contacted", async () => {
    using den = new Den();
    await using target = await listen(ends(`${head}\r\nstolen`));
    const location = `http://127.0.0.1:${target.port}/secret`;
    await using server = await listen(ends(`HTTP/1.1 302 Found\r\nlocation: ${location}\r\ncontent-length: 0\r\n\r\n`));
    den.write("dogwatch.yaml", config(server.port));
    const { json } = await den.tick();
    expect(onlyCheck(json)).toMatchObject({
      reading: "bad",
      evidence: `status 302, a redirect to "${location}" that is not followed, want 200 to 299`,
    });
    expect(target.visits()).toBe(0);
  });

  test("tick takes a body without end as it is where only the status counts, and hangs up", async () => {
    using den = new Den();
    await using server = await listen((socket) => flood(socket, `${head}\r\n`, much));
    den.write("dogwatch.yaml", config(server.port));
    const { json, peakMiB } = await den.tick();
    expect(onlyCheck(json)).toMatchObject({ reading: "ok", verdict: "green" });
    expect(peakMiB).toBeLessThan(150);
  });

  test("tick looks at ten endless answers at once in little memory", async () => {
    using den = new Den();
    await using server = await listen((socket) => flood(socket, chunked, `10000\r\n${much}\r\n`));
    const check = (i: number): string =>
      `  web-${i}:\n    http: { url: "http://127.0.0.1:${server.port}/", timeout: 5s }\n    expect: { body: live }\n`;
    den.write(
      "dogwatch.yaml",
      `confirm: 0s\nchat: console\nchecks:\n${Array.from({ length: 10 }, (_, i) => check(i)).join("")}`,
    );
    const { json, peakMiB } = await den.tick();
    expect(new Set(json.checks.map(({ reading }) => reading))).toEqual(new Set(["bad"]));
    expect(peakMiB).toBeLessThan(150);
  });
});
