import { describe, expect, test } from "bun:test";
import { execFileSync } from "node:child_process";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { gzipSync } from "node:zlib";
import { tickDeadlineMs } from "../../src/run.ts";
import { flood, listen, type Talk } from "../host/http-bed.ts";
import { everyChat, type HostileChat, planted } from "../hostile/chats.ts";
import { Den, type Ran, type Tick } from "./hostile-bed.ts";

const much = "a".repeat(65_536);
const head = "HTTP/1.1 200 OK\r\n";
const ends =
  (text: string | Uint8Array): Talk =>
  (socket) =>
    socket.end(text);
/** Less than 1 MiB on the wire, close to a gibibyte unpacked. */
const bomb = Buffer.concat(Array(15).fill(gzipSync(Buffer.alloc(64 * 2 ** 20))));
const packed = `${head}content-encoding: gzip\r\ncontent-length: ${bomb.length}\r\n\r\n`;

/** One byte a second, until the other side hangs up. */
const dripping =
  (start: string): Talk =>
  (socket) => {
    socket.write(start);
    const timer = setInterval(() => socket.write("x"), 1000);
    socket.on("close", () => clearInterval(timer));
  };

/** What a platform takes for a message delivered is its own: some say no more than a status of success. */
const takesAnySuccess: ReadonlySet<string> = new Set(["webhook", "teams", "alertmanager"]);

const servers: readonly {
  readonly name: string;
  readonly given: Talk;
  readonly why: RegExp;
  /** A status of success came, whatever came with it. */
  readonly isSuccess?: true;
}[] = [
  { name: "never answers", given: () => undefined, why: /no answer in 10 s/u },
  { name: "drips its headers, a byte a second", given: dripping(head), why: /no answer in 10 s/u },
  {
    name: "drips its body, a byte a second",
    given: dripping(`${head}content-length: 10000\r\n\r\n`),
    why: /answer not finished in 10 s/u,
  },
  {
    name: "answers chunks without end",
    given: (socket) => flood(socket, `${head}transfer-encoding: chunked\r\n\r\n`, `10000\r\n${much}\r\n`),
    why: /answered 200 "a+…", which is not an answer of/u,
    isSuccess: true,
  },
  {
    name: "answers 10 GB of an error",
    given: (socket) => flood(socket, "HTTP/1.1 500 X\r\ncontent-length: 10737418240\r\n\r\n", much),
    why: /answered 500 "a+…"/u,
  },
  {
    name: "answers a gzip bomb",
    given: ends(Buffer.concat([Buffer.from(packed), bomb])),
    why: /answer is packed and longer than|unpacks to more than/u,
  },
  {
    name: "answers headers without end",
    given: (socket) => flood(socket, head, "x-a: b\r\n".repeat(4096)),
    why: /sent something that is not valid HTTP/u,
  },
  {
    name: "answers 100 Continue without end",
    given: (socket) => flood(socket, "", "HTTP/1.1 100 Continue\r\n\r\n".repeat(2000)),
    why: /no answer in 10 s/u,
  },
  { name: "answers no HTTP", given: ends("SSH-2.0-OpenSSH_9.2\r\n"), why: /sent something that is not valid HTTP/u },
  { name: "hangs up at once", given: (socket) => socket.destroy(), why: /closed the connection/u },
  {
    name: "answers 200 and JSON of 64 MiB",
    given: ends(`${head}content-type: application/json\r\n\r\n{"x":"${"a".repeat(64 * 2 ** 20)}","ok":true}`),
    why: /answered 200 "\{'x':'a+…", which is not an answer of/u,
    isSuccess: true,
  },
  {
    name: "answers JSON thirty thousand deep",
    given: ends(`HTTP/1.1 500 X\r\n\r\n${"[".repeat(30_000)}${"]".repeat(30_000)}`),
    why: /answered 500 "\[+…"/u,
  },
];

/** A den with one red check and this chat, and its first tick. */
const tickAt = async (
  { yaml, secret }: HostileChat,
  api: string,
): Promise<{ readonly den: Den; readonly ran: Ran & { readonly json: Tick } }> => {
  const den = new Den();
  den.write("credentials/chat", secret);
  den.write(
    "dogwatch.yaml",
    `confirm: 0s\nchat: { ${yaml(api)} }\nchecks:\n  gone: { process: { name: no-such-gw } }\n`,
  );
  return { den, ran: await den.tick() };
};

/** Some at a time: a server that floods needs a core of its own. */
const eachChat = async (work: (chat: HostileChat) => Promise<void>, atOnce: number): Promise<void> => {
  const waiting = everyChat.values();
  const worker = async (): Promise<void> => {
    for (const chat of waiting) await work(chat);
  };
  await Promise.all(Array.from({ length: atOnce }, worker));
};

/** The tick has ended by itself, in little memory, and the alert is where it was. */
const expectKept = ({ den, ran }: Awaited<ReturnType<typeof tickAt>>, why: RegExp, exit: number): void => {
  expect(ran.json).toMatchObject({ verdict: "red", outbox: 1, exit });
  expect(ran.json.alerts).toMatchObject([{ kind: "red", delivered: false, why: expect.stringMatching(why) }]);
  expect(ran.status).toBe(exit);
  expect(ran.peakMiB).toBeLessThan(150);
  expect(ran.json.duration_ms).toBeLessThan(tickDeadlineMs);
  expect(readFileSync(join(den.state, "state.json"), "utf8")).toContain("no live process");
  expect(ran.out + ran.err).not.toContain(planted.slice(0, 12));
};

describe("tick against a hostile chat server", () => {
  const meet = async ({ given, why, isSuccess }: (typeof servers)[number], atOnce: number): Promise<void> => {
    await using server = await listen(given);
    await eachChat(async (chat) => {
      const ticked = await tickAt(chat, `http://127.0.0.1:${server.port}`);
      using _ = ticked.den;
      if (isSuccess && takesAnySuccess.has(chat.name)) {
        expect(ticked.ran.json).toMatchObject({ verdict: "red", outbox: 0, exit: 0 });
        expect(ticked.ran.peakMiB).toBeLessThan(150);
      } else if (chat.name === "hermes" && isSuccess) expectKept(ticked, /may run an agent/u, 75);
      else expectKept(ticked, why, 0);
    }, atOnce);
  };

  const isSlow = ({ why }: (typeof servers)[number]): boolean => / 10 s/u.test(why.source);
  const slow = servers.filter(isSlow);
  test(`tick ends in time and in little memory and keeps its alert, on every platform, when the server ${slow.map(({ name }) => name).join(", or ")}`, async () => {
    await Promise.all(slow.map((each) => meet(each, everyChat.length)));
  });

  for (const each of servers.filter((one) => !isSlow(one)))
    test(`tick ends in little memory and keeps its alert, on every platform, when the server ${each.name}`, () =>
      meet(each, 3));

  for (const status of [301, 302, 303, 307, 308])
    test(`tick follows no ${status} of any platform to another place: not a byte comes there, and it says what to do`, async () => {
      const heard: string[] = [];
      await using target = await listen((socket, data) => {
        heard.push(data);
        socket.end(`${head}\r\nok`);
      });
      const location = `http://127.0.0.1:${target.port}/collect`;
      await using server = await listen(
        ends(
          `HTTP/1.1 ${status} X\r\nlocation: ${location}\r\nrefresh: 0; url=${location}\r\nlink: <${location}>; rel=preload\r\ncontent-length: 0\r\n\r\n`,
        ),
      );
      await eachChat(async (chat) => {
        const ticked = await tickAt(chat, `http://127.0.0.1:${server.port}`);
        using _ = ticked.den;
        expectKept(
          ticked,
          new RegExp(`answered ${status}, a redirect that is not followed: set the final address`, "u"),
          75,
        );
      }, 4);
      expect({ heard, visits: target.visits() }).toEqual({ heard: [], visits: 0 });
    });

  test("tick follows no redirect of the dead-man's switch either, and no answer of it takes long, much memory, or the exit status", async () => {
    await using target = await listen(ends(`${head}\r\nok`));
    const redirect = ends(
      `HTTP/1.1 307 X\r\nlocation: http://127.0.0.1:${target.port}/collect\r\ncontent-length: 0\r\n\r\n`,
    );
    const talks = [redirect, ...servers.map(({ given }) => given)];
    await Promise.all(
      talks.map(async (talk) => {
        using den = new Den();
        await using server = await listen(talk);
        den.write("credentials/switch", `/ping/${planted}`);
        den.write(
          "dogwatch.yaml",
          `confirm: 0s\nchat: console\ndeadman: { url: { credential: switch }, api: "http://127.0.0.1:${server.port}", timeout: 2s }\nchecks:\n  gone: { process: { name: no-such-gw } }\n`,
        );
        const ran = await den.tick();
        expect(ran.json).toMatchObject({ verdict: "red", outbox: 0, exit: 0 });
        expect(ran.status).toBe(0);
        expect(ran.peakMiB).toBeLessThan(150);
        expect(server.visits()).toBeGreaterThan(0);
        expect(ran.out + ran.err).not.toContain(planted.slice(0, 12));
      }),
    );
    expect(target.visits()).toBe(0);
  });

  test("tick tells a certificate that nobody vouches for plainly, on every platform, and sends nothing", async () => {
    using den = new Den();
    const [key, cert] = [den.at("key.pem"), den.at("cert.pem")];
    const words = [
      "-newkey",
      "ec",
      "-pkeyopt",
      "ec_paramgen_curve:prime256v1",
      "-nodes",
      "-days",
      "1",
      "-subj",
      "/CN=localhost",
      "-addext",
      "subjectAltName=IP:127.0.0.1",
    ];
    execFileSync("openssl", ["req", "-x509", ...words, "-keyout", key, "-out", cert], { stdio: "ignore" });
    let requests = 0;
    using server = Bun.serve({
      port: 0,
      hostname: "127.0.0.1",
      tls: { key: Bun.file(key), cert: Bun.file(cert) },
      fetch: () => {
        requests += 1;
        return Response.json({ ok: true });
      },
    });
    await eachChat(async (chat) => {
      const ticked = await tickAt(chat, `https://127.0.0.1:${server.port}`);
      using _ = ticked.den;
      expectKept(ticked, /certificate of 127\.0\.0\.1:\d+ not accepted: it is self-signed/u, 0);
    }, 4);
    expect(requests).toBe(0);
  });
});
