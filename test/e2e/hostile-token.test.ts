import { describe, expect, test } from "bun:test";
import { existsSync, readdirSync, readFileSync, rmSync, statSync } from "node:fs";
import { join } from "node:path";
import { listen, until } from "../host/http-bed.ts";
import { everyChat, type HostileChat, planted } from "../hostile/chats.ts";
import { leaks, waysBack } from "../hostile/leaks.ts";
import { Den, type Ran } from "./hostile-bed.ts";

/** Everything that a file tree holds, the credentials and the config left out. */
const everythingIn = (folder: string): string =>
  readdirSync(folder)
    .flatMap((name) => {
      const path = join(folder, name);
      if (name === "credentials") return [];
      return [name, statSync(path).isDirectory() ? everythingIn(path) : readFileSync(path, "latin1")];
    })
    .join("\n");

const said = ({ out, err }: Ran): string => `${out}\n${err}`;

const denFor = ({ yaml, secret }: HostileChat, api: string): Den => {
  const den = new Den();
  den.write("credentials/chat", secret);
  den.write(
    "dogwatch.yaml",
    `confirm: 0s\nchat: { ${yaml(api)} }\nchecks:\n  gone: { process: { name: no-such-gw } }\n` +
      `  web:\n    http: { url: "${api}/", headers: { X-Token: { credential: chat } } }\n    red_after: 1\n    expect: { json: { /ok: true }, status: 200..599 }\n`,
  );
  return den;
};

const afterwards: readonly (readonly string[])[] = [
  ["failed"],
  ["status"],
  ["status", "--json"],
  ["validate", "--expand"],
  ["egress", "--json"],
  ["heal", "plan"],
  ["log", "show", "--json"],
  ["tick", "--dry-run", "--json"],
];

describe("a chat that gives the token back", () => {
  test("leaks() finds what it looks for, in each form", () => {
    const forms = [
      planted,
      planted.toUpperCase(),
      `x${planted.slice(5, 17)}`,
      btoa(planted),
      btoa(`ab${planted}`),
      encodeURIComponent(planted),
    ];
    for (const form of forms)
      expect(leaks({ there: `something ${form} more`, here: "nothing" })).toEqual([expect.stringContaining("there: ")]);
  });

  for (const chat of everyChat)
    test(`no output and no file holds a part of the token of ${chat.name}, however it comes back`, async () => {
      let way = waysBack[0];
      let posts = 0;
      using server = Bun.serve({
        port: 0,
        hostname: "127.0.0.1",
        fetch: (request) => {
          posts += request.method === "GET" ? 0 : 1;
          return way?.given(chat.secret, request.url) ?? new Response("");
        },
      });
      using den = denFor(chat, `http://127.0.0.1:${server.port}`);
      const ran: Record<string, string> = {};
      for (const each of waysBack) {
        way = each;
        ran[`chat test, ${each.name}`] = said(await den.dogwatch(["chat", "test"]));
      }
      for (const [at, each] of [...waysBack.entries()].filter(([nth]) => nth % 3 === 0)) {
        way = each;
        const words = ["tick", "--log-level", "debug", ...(at % 2 === 0 ? ["--json"] : ["--log-format", "json"])];
        ran[`tick, ${each.name}`] = said(await den.dogwatch(words));
      }
      for (const words of afterwards) ran[words.join(" ")] = said(await den.dogwatch(words));
      expect(leaks({ ...ran, files: everythingIn(den.path) })).toEqual([]);
      expect(posts).toBeGreaterThan(waysBack.length);
    });
});

describe("a dead-man's switch that gives its address back", () => {
  test("no output and no file holds a part of it, however it comes back", async () => {
    let way = waysBack[0];
    let pings = 0;
    const secret = `/ping/${planted}`;
    using server = Bun.serve({
      port: 0,
      hostname: "127.0.0.1",
      fetch: (request) => {
        pings += 1;
        return way?.given(secret, request.url) ?? new Response("");
      },
    });
    using den = new Den();
    const api = `http://127.0.0.1:${server.port}`;
    den.write("credentials/switch", secret);
    den.write(
      "dogwatch.yaml",
      `confirm: 0s\nchat: console\ndeadman: { url: { credential: switch }, api: "${api}" }\nchecks:\n  gone: { process: { name: no-such-gw } }\n`,
    );
    const ran: Record<string, string> = {};
    for (const each of waysBack) {
      way = each;
      for (const words of [
        ["tick", "--json", "--log-level", "debug"],
        ["deadman", "test"],
      ])
        ran[`${words.join(" ")}, ${each.name}`] = said(await den.dogwatch(words));
    }
    for (const words of afterwards) ran[words.join(" ")] = said(await den.dogwatch(words));
    expect(leaks({ ...ran, files: everythingIn(den.path) })).toEqual([]);
    expect(pings).toBeGreaterThan(2 * waysBack.length);
  });
});

describe("a token where it must not be", () => {
  const plain = (yaml: string, text: string): string =>
    yaml.replaceAll(/\{ credential: chat(?:, prefix: "[^"]*")? \}/gu, JSON.stringify(text));
  for (const chat of everyChat)
    test(`no fault shows the token of ${chat.name} that stands in the config, or is no token at all`, async () => {
      using den = denFor(chat, "http://127.0.0.1:9");
      den.write(
        "plain.yaml",
        `chat: { ${plain(chat.yaml("http://127.0.0.1:9"), chat.secret)} }\nchecks:\n  gone: { process: { name: x } }\n`,
      );
      const ran: Record<string, string> = {
        validate: said(await den.dogwatch(["validate", den.at("plain.yaml")])),
        "validate --json": said(await den.dogwatch(["validate", den.at("plain.yaml"), "--json"])),
      };
      for (const [what, secret] of Object.entries({
        spaces: `${chat.secret} x`,
        lines: `a\n${chat.secret}\nb`,
        controls: `${chat.secret}\u0007`,
        "another host": `https://evil.example${chat.secret}`,
      })) {
        den.write("credentials/chat", secret);
        for (const words of [["tick"], ["chat", "test"], ["validate"], ["status"]])
          ran[`${words.join(" ")} with ${what}`] = said(await den.dogwatch(words));
      }
      expect(ran["validate"]).toMatch(/plain\.yaml:1:\d+: |valid/u);
      expect(leaks({ ...ran, files: everythingIn(den.state) + everythingIn(den.logs) })).toEqual([]);
    });
});

/** A tick that waits for its chat, with the right to leave a core in the den. */
const hanging = (den: Den) =>
  Bun.spawn(["prlimit", "--core=unlimited", ...den.argv(["tick", "--log-level", "debug"])], {
    env: { ...den.env },
    cwd: den.path,
    stdin: "ignore",
    stdout: "pipe",
    stderr: "pipe",
  });

/** The memory in a core, without its notes: these hold the registers, which nothing keeps out. Source: elf(5). */
const memoryIn = (core: Buffer): string => {
  const first = Number(core.readBigUInt64LE(32));
  const headers = Array.from({ length: core.readUInt16LE(56) }, (_, at) =>
    core.subarray(first + at * core.readUInt16LE(54)),
  );
  return headers
    .filter((header) => header.readUInt32LE(0) !== 4)
    .map((header) => [Number(header.readBigUInt64LE(8)), Number(header.readBigUInt64LE(32))] as const)
    .map(([offset, bytes]) => core.toString("latin1", offset, offset + bytes))
    .join("\n");
};
const isCoreHere = !/[|/]/u.test(readFileSync("/proc/sys/kernel/core_pattern", "utf8"));

describe("a run that is looked into while it waits for the chat", () => {
  test("no command line, environment, core or output of it holds a part of the token, on any platform", async () => {
    await using server = await listen(() => undefined);
    const look = async (chat: HostileChat): Promise<readonly string[]> => {
      using den = denFor({ ...chat, yaml: chat.yaml }, `http://127.0.0.1:${server.port}`);
      den.write(
        "dogwatch.yaml",
        `confirm: 0s\nchat: { ${chat.yaml(`http://127.0.0.1:${server.port}`)} }\nchecks:\n  gone: { process: { name: no-such-gw } }\n`,
      );
      const before = server.visits();
      const child = hanging(den);
      await until(() => server.visits() > before);
      const of = (name: string): string => readFileSync(`/proc/${child.pid}/${name}`, "latin1");
      const texts = { cmdline: of("cmdline"), environ: of("environ") };
      expect(Number.parseInt(of("coredump_filter"), 16)).toBe(0);
      child.kill("SIGABRT");
      const [out, err] = await Promise.all([child.stdout.text(), child.stderr.text(), child.exited]);
      expect(existsSync(den.at("core"))).toBe(isCoreHere);
      const core = isCoreHere ? memoryIn(readFileSync(den.at("core"))) : "";
      rmSync(den.at("core"), { force: true });
      return leaks({ ...texts, out, err, core, files: everythingIn(den.path) });
    };
    for (const chat of everyChat)
      expect({ chat: chat.name, leaks: await look(chat) }).toEqual({ chat: chat.name, leaks: [] });
  });
});
