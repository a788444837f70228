import { afterAll, beforeAll, describe, expect, test } from "bun:test";
import { execFileSync } from "node:child_process";
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { createServer as createHttps } from "node:https";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { Destination, HttpRequest } from "../../src/host/host.ts";
import { createHttp } from "../../src/host/http.ts";
import { ask, listen, type Talk } from "./http-bed.ts";

const folder = mkdtempSync(join(tmpdir(), "dogwatch-http-"));
afterAll(() => rmSync(folder, { recursive: true, force: true }));

const ok: Talk = (socket) => socket.end("HTTP/1.1 200 OK\r\ncontent-length: 2\r\n\r\nok");
/** Answers with what it was sent. */
const echo: Talk = (socket, head) =>
  socket.end(`HTTP/1.1 200 OK\r\ncontent-length: ${Buffer.byteLength(head)}\r\n\r\n${head}`);

describe("request()", () => {
  test("request() tells status, headers in lower case, body and time", async () => {
    await using server = await listen((socket) => socket.end("HTTP/1.1 404 Not Here\r\nX-Word: Yes\r\n\r\ngone"));
    const answer = await ask(`http://127.0.0.1:${server.port}/`);
    expect(answer).toMatchObject({ kind: "answer", status: 404, headers: { "x-word": "Yes" }, body: "gone" });
    expect(answer.elapsedMs).toBeGreaterThan(0);
  });

  for (const method of ["GET", "HEAD", "POST", "PUT"] as const) {
    test(`request() sends a ${method} that says who we are and that nothing is to be packed or kept open`, async () => {
      let head = "";
      await using server = await listen((socket, text) => {
        head = text.toLowerCase();
        ok(socket, text);
      });
      const sent = { method, headers: { "X-Of-Ours": "1" }, ...(method === "POST" ? { body: "hé" } : {}) };
      expect(await ask(`http://127.0.0.1:${server.port}/a?b=c`, sent)).toMatchObject({ kind: "answer", status: 200 });
      expect(head).toStartWith(`${method.toLowerCase()} /a?b=c http/1.1\r\n`);
      expect(head).toContain("\r\nuser-agent: dogwatch\r\n");
      expect(head).toContain("\r\naccept-encoding: identity\r\n");
      expect(head).toContain("\r\nconnection: close\r\n");
      expect(head).toContain("\r\nx-of-ours: 1\r\n");
      if (method === "POST") expect(head).toContain("\r\ncontent-length: 3\r\n");
    });
  }

  test("request() never sends a second time, whatever the answer", async () => {
    for (const status of [408, 413, 429, 500, 503]) {
      await using server = await listen((socket) => socket.end(`HTTP/1.1 ${status} X\r\nretry-after: 0\r\n\r\nno`));
      for (const method of ["GET", "POST"] as const) {
        expect(await ask(`http://127.0.0.1:${server.port}/`, { method })).toMatchObject({ kind: "answer", status });
      }
      expect(server.visits()).toBe(2);
    }
  });

  test("request() tells a refused connection, in both ways of sending", async () => {
    const server = await listen(ok);
    await server[Symbol.asyncDispose]();
    for (const method of ["GET", "POST"] as const) {
      const answer = await ask(`http://127.0.0.1:${server.port}/`, { method });
      const why = `connection refused by 127.0.0.1:${server.port}`;
      expect(answer).toMatchObject({ kind: "failed", code: "ECONNREFUSED", why });
    }
  });

  test("request() tells a name without an address", async () => {
    const answer = await ask("http://no-such-host.invalid/secret-path");
    expect(answer).toMatchObject({ kind: "failed", why: "no address found for no-such-host.invalid:80" });
  });

  test("request() tells a header that can't be sent", async () => {
    await using server = await listen(ok);
    const answer = await ask(`http://127.0.0.1:${server.port}/`, { headers: { "x-bad": "a\r\nx-evil: 1" } });
    expect(answer).toMatchObject({ kind: "failed", code: "EINVAL" });
    expect(server.visits()).toBe(0);
  });

  test("request() answers fifty at once", async () => {
    await using server = await listen(echo);
    const paths = Array.from({ length: 50 }, (_, at) => `/at-${at}-`);
    const answers = await Promise.all(paths.map((path) => ask(`http://127.0.0.1:${server.port}${path}`)));
    for (const [at, answer] of answers.entries()) {
      expect(answer.kind === "answer" && answer.body).toStartWith(`GET /at-${at}- `);
    }
  });
});

describe("request() and Unix sockets", () => {
  const path = join(folder, "x.sock");

  test("request() speaks through a Unix socket, and the URL gives path and Host", async () => {
    await using _server = await listen(echo, path);
    for (const method of ["GET", "POST"] as const) {
      const answer = await ask("http://gateway/healthz", { socket: path, method });
      expect(answer.kind === "answer" && answer.body).toStartWith(`${method} /healthz HTTP/1.1\r\n`);
      expect(answer.kind === "answer" && answer.body.toLowerCase()).toContain("\r\nhost: gateway\r\n");
    }
  });

  test("request() tells a socket that is missing, and one that is a plain file", async () => {
    const missing = join(folder, "missing.sock");
    const answer = await ask("http://gateway/", { socket: missing });
    expect(answer).toMatchObject({ kind: "failed", code: "ENOENT", why: `no socket "${missing}"` });
    const file = join(folder, "file.sock");
    writeFileSync(file, "");
    expect(await ask("http://gateway/", { socket: file })).toMatchObject({ code: "ECONNREFUSED" });
  });
});

describe("request() and the environment", () => {
  const hostile = ["HTTP_PROXY", "http_proxy", "HTTPS_PROXY", "https_proxy", "ALL_PROXY", "all_proxy"];
  const key = join(folder, "key.pem");
  const certificate = join(folder, "certificate.pem");
  beforeAll(() => {
    const curve = ["-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:prime256v1", "-nodes"];
    const files = ["-keyout", key, "-out", certificate, "-days", "2", "-subj", "/CN=localhost"];
    execFileSync("openssl", ["req", "-x509", ...curve, ...files], { stdio: "ignore" });
  });

  test("request() goes straight to its destination though a proxy is set", async () => {
    await using proxy = await listen(ok);
    await using server = await listen(ok);
    for (const name of hostile) process.env[name] = `http://127.0.0.1:${proxy.port}`;
    try {
      for (const method of ["GET", "POST"] as const) {
        expect(await ask(`http://127.0.0.1:${server.port}/`, { method })).toMatchObject({ status: 200 });
      }
    } finally {
      for (const name of hostile) delete process.env[name];
    }
    expect(proxy.visits()).toBe(0);
    expect(server.visits()).toBe(2);
  });

  test("request() accepts no self-signed certificate, whatever the environment says", async () => {
    let hits = 0;
    const options = { key: readFileSync(key), cert: readFileSync(certificate) };
    const server = createHttps(options, (_, response) => {
      hits += 1;
      response.end("ok");
    });
    await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
    const address = server.address();
    const port = typeof address === "object" && address !== null ? address.port : 0;
    const name = "NODE_TLS_REJECT_UNAUTHORIZED";
    process.env[name] = "0";
    try {
      for (const method of ["GET", "POST"] as const) {
        const answer = await ask(`https://localhost:${port}/`, { method });
        const why = `certificate of localhost:${port} not accepted: it is self-signed`;
        expect(answer).toMatchObject({ kind: "failed", code: "TLS", why });
      }
    } finally {
      delete process.env[name];
    }
    expect(hits).toBe(0);
    await new Promise<void>((resolve) => server.close(() => resolve()));
  });

  test("request() tells a port that does not speak TLS", async () => {
    await using server = await listen((socket) => socket.end("HTTP/1.1 400 Bad Request\r\n\r\n"));
    const answer = await ask(`https://127.0.0.1:${server.port}/`);
    expect(answer).toMatchObject({ code: "TLS", why: `127.0.0.1:${server.port} does not speak TLS` });
  });

  test("request() lets the process end after a timeout, and prints nothing though Bun is told to", async () => {
    await using server = await listen(() => undefined);
    const script = join(folder, "ends.ts");
    const door = join(import.meta.dir, "../../src/host/http.ts");
    const request = `{ for: "chat a", method, url: "http://127.0.0.1:${server.port}/botPLANTED", headers: {}, timeoutMs: 100, maxBodyBytes: 9 }`;
    writeFileSync(
      script,
      `import { createHttp } from ${JSON.stringify(door)};
const http = createHttp();
http.allow([{ host: "127.0.0.1", port: ${server.port}, methods: ["GET", "POST"], for: "chat a" }]);
for (const method of ["GET", "POST"]) console.log((await http.request(${request})).code);
`,
    );
    const child = Bun.spawn([process.execPath, script], {
      env: { BUN_CONFIG_VERBOSE_FETCH: "curl" },
      stdout: "pipe",
      stderr: "pipe",
    });
    const [out, err] = await Promise.all([new Response(child.stdout).text(), new Response(child.stderr).text()]);
    expect(await child.exited).toBe(0);
    expect(out).toBe("TIMEOUT\nTIMEOUT\n");
    expect(err).not.toContain("PLANTED");
  });
});

describe("request() and the egress list", () => {
  const base: Destination = { host: "127.0.0.1", port: 0, methods: ["GET"], for: "check a" };
  const cases: readonly {
    readonly name: string;
    readonly given: Partial<HttpRequest>;
    readonly list: Partial<Destination>;
  }[] = [
    { name: "another host", given: {}, list: { host: "127.0.0.2" } },
    { name: "another port", given: {}, list: { port: 1 } },
    { name: "another method", given: { method: "HEAD" }, list: {} },
    { name: "another purpose", given: { for: "check b" }, list: {} },
    { name: "a socket that is not listed", given: { socket: "/run/x.sock" }, list: {} },
    { name: "no socket where one is listed", given: {}, list: { socket: "/run/x.sock" } },
    { name: "an empty socket path", given: { socket: "" }, list: { socket: "" } },
    { name: "a POST by a check, listed or not", given: { method: "POST" }, list: { methods: ["POST"] } },
    { name: "a file", given: { url: "file:///etc/hostname" }, list: {} },
    { name: "data", given: { url: "data:,x" }, list: {} },
  ];
  for (const { name, given, list } of cases) {
    test(`request() refuses ${name} before a socket opens`, async () => {
      await using server = await listen(ok);
      const http = createHttp();
      http.allow([{ ...base, port: server.port, ...list }]);
      const url = `http://127.0.0.1:${server.port}/`;
      const request = { for: "check a", method: "GET" as const, url, headers: {}, timeoutMs: 5000, maxBodyBytes: 10 };
      expect(await http.request({ ...request, ...given })).toMatchObject({ kind: "failed", code: "REFUSED" });
      expect(server.visits()).toBe(0);
    });
  }

  test("request() refuses everything until allow() is called, and what the last list doesn't hold", async () => {
    await using server = await listen(ok);
    const http = createHttp();
    const url = `http://127.0.0.1:${server.port}/`;
    const request = { for: "check a", method: "GET" as const, url, headers: {}, timeoutMs: 5000, maxBodyBytes: 10 };
    const why = `GET to 127.0.0.1:${server.port} for "check a" is not in the egress list`;
    expect(await http.request(request)).toMatchObject({ code: "REFUSED", why });
    http.allow([{ ...base, port: server.port }]);
    expect(await http.request(request)).toMatchObject({ kind: "answer" });
    http.allow([]);
    expect(await http.request(request)).toMatchObject({ code: "REFUSED", why });
  });

  test("request() matches IPv6 and upper case as the list writes them", async () => {
    const http = createHttp();
    http.allow([
      { host: "::1", port: 1, methods: ["GET"], for: "check a" },
      { host: "LOCALHOST", port: 1, methods: ["GET"], for: "check a" },
    ]);
    for (const url of ["http://[::1]:1/", "http://localhost:1/"]) {
      const request = { for: "check a", method: "GET" as const, url, headers: {}, timeoutMs: 5000, maxBodyBytes: 10 };
      expect(await http.request(request)).not.toMatchObject({ code: "REFUSED" });
    }
  });

  test("request() tells an address that is none", async () => {
    const request = { for: "check a", method: "GET" as const, headers: {}, timeoutMs: 5000, maxBodyBytes: 10 };
    expect(await createHttp().request({ ...request, url: "not an address" })).toMatchObject({ code: "EINVAL" });
  });
});

describe("request() and secrets", () => {
  const token = '12345:AA/b-c_d"e';
  const shapes: readonly { readonly name: string; readonly given: string }[] = [
    { name: "as it is", given: token },
    { name: "in lower case", given: token.toLowerCase() },
    { name: "percent-encoded", given: encodeURIComponent(token) },
    { name: "percent-encoded in lower case", given: encodeURIComponent(token).toLowerCase() },
    { name: "percent-encoded twice", given: encodeURIComponent(encodeURIComponent(token)) },
    { name: "as JSON", given: JSON.stringify(token).slice(1, -1) },
    { name: "as JSON with escaped slashes", given: JSON.stringify(token).slice(1, -1).replaceAll("/", "\\/") },
    { name: "as JSON escapes", given: [...token].map((char) => `\\u00${char.charCodeAt(0).toString(16)}`).join("") },
  ];
  for (const { name, given } of shapes) {
    test(`request() takes a secret out of body and headers ${name}`, async () => {
      await using server = await listen((socket) =>
        socket.end(`HTTP/1.1 302 Found\r\nlocation: /bot${given}/x\r\n\r\nbefore ${given} after`),
      );
      const answer = await ask(`http://127.0.0.1:${server.port}/`, { secrets: [`${token}\n`, ""] });
      expect(answer).toMatchObject({ body: "before [secret] after", headers: { location: "/bot[secret]/x" } });
    });
  }

  test("request() leaves no half of a secret at the end of a body that is cut", async () => {
    await using server = await listen((socket) => socket.end(`HTTP/1.1 200 OK\r\n\r\n${"x".repeat(400)}${token}`));
    const answer = await ask(`http://127.0.0.1:${server.port}/`, { secrets: [token], maxBodyBytes: 408 });
    expect(answer).toMatchObject({ kind: "answer", isBodyCut: true });
    expect(answer.kind === "answer" && answer.body).toMatch(/^x+$/u);
  });

  test("request() tells an answer whose bytes are not all UTF-8 from one that holds the replacement character", async () => {
    const bodies = [Buffer.from([0x61, 0xff]), Buffer.from("a\u{FFFD}")];
    const answers = await Promise.all(
      bodies.map(async (body) => {
        await using server = await listen((socket) => {
          socket.write("HTTP/1.1 200 OK\r\n\r\n");
          socket.end(body);
        });
        return await ask(`http://127.0.0.1:${server.port}/`, {});
      }),
    );
    expect(answers).toMatchObject([{ body: "a\u{FFFD}", isMalformed: true }, { body: "a\u{FFFD}" }]);
    expect(answers[1]).not.toHaveProperty("isMalformed");
  });

  test("request() takes a secret out of every why", async () => {
    const answer = await ask("http://planted-token.invalid/planted-token", { secrets: ["planted-token"] });
    expect(answer).toMatchObject({ kind: "failed", why: "no address found for [secret].invalid:80" });
    const http = createHttp();
    const request = {
      for: "check planted-token",
      method: "GET" as const,
      headers: {},
      timeoutMs: 100,
      maxBodyBytes: 1,
    };
    const refused = await http.request({ ...request, url: "http://h/planted-token", secrets: ["planted-token"] });
    expect(JSON.stringify(refused)).not.toContain("planted-token");
  });

  test("request() redacts a mebibyte of backslashes and percents without a stall", async () => {
    const flood = Buffer.alloc(1024 * 1024, "\\%25");
    await using server = await listen((socket) => {
      socket.write("HTTP/1.1 200 OK\r\n\r\n");
      socket.end(flood);
    });
    const answer = await ask(`http://127.0.0.1:${server.port}/`, { secrets: ["\\\\%%a/b".repeat(20)] });
    expect(answer).toMatchObject({ kind: "answer", isBodyCut: false });
  });
});
