import { afterAll, beforeAll, describe, expect, test } from "bun:test";
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { resolve } from "node:path";
import { shownOn } from "../shown-on.ts";
import { until } from "./bed.ts";

const binary = resolve("dist/dogwatch");
const folder = mkdtempSync(`${tmpdir()}/dogwatch-terminal-`);
const places = ["--config", `${folder}/dogwatch.yaml`, "--state-dir", `${folder}/state`, "--logs-dir", `${folder}/log`];
const usualEnv = { PATH: "/usr/bin:/bin", HOME: folder, TERM: "xterm", LANG: "C.UTF-8" };

/** Answers `/slow` only when it is let go. */
let letGo = Promise.withResolvers<void>();
const server = Bun.serve({
  port: 0,
  hostname: "127.0.0.1",
  fetch: async ({ url }) => {
    if (url.endsWith("/slow")) await letGo.promise;
    return new Response("\u001b]0;title\u0007\u001b[2Jmoved?", { status: url.endsWith("/bad") ? 500 : 200 });
  },
});

beforeAll(() => {
  mkdirSync(`${folder}/log`, { mode: 0o700 });
  const check = (path: string): string =>
    `{ http: { url: "http://127.0.0.1:${server.port}/${path}", timeout: 20s }, red_after: 1 }`;
  writeFileSync(
    `${folder}/dogwatch.yaml`,
    `confirm: 0s\nchat: { console: {} }\nchecks:\n  well: ${check("well")}\n  broken: ${check("bad")}\n  slow: ${check("slow")}\n`,
    { mode: 0o600 },
  );
});
afterAll(async () => {
  await server.stop(true);
  rmSync(folder, { recursive: true });
});

/** Runs dogwatch on a terminal of its own; `sent` is all that it sent there so far. */
const onTerminal = (words: readonly string[], more: Readonly<Record<string, string>> = {}) => {
  let sent = "";
  const decoder = new TextDecoder();
  const child = Bun.spawn([binary, ...words, ...places], {
    env: { ...usualEnv, ...more },
    terminal: {
      cols: 80,
      rows: 24,
      data: (_, bytes) => {
        sent += decoder.decode(bytes, { stream: true });
      },
    },
  });
  return {
    child,
    sent: () => sent,
    shown: () => shownOn(sent).join("\n"),
    until: (what: string, words: string) =>
      until(what, async () => (shownOn(sent).join("\n").includes(words) ? true : undefined), 15_000),
  };
};

const piped = async (words: readonly string[]) => {
  const child = Bun.spawn([binary, ...words, ...places], { env: usualEnv, stdout: "pipe", stderr: "pipe" });
  const [out, err] = await Promise.all([new Response(child.stdout).text(), new Response(child.stderr).text()]);
  return { out, err, status: await child.exited };
};

const restore = () => {
  letGo.resolve();
  letGo = Promise.withResolvers<void>();
};

describe("dogwatch on a terminal", () => {
  test("dogwatch tick shows its checks as they finish, then the table, and moves nothing by what it quotes", async () => {
    const run = onTerminal(["tick"]);
    await run.until("the list", "looking at 3 checks: 2 done");
    expect(run.shown()).toMatch(/^ {2}ok {6}well {4}200 in \d+ ms$/mu);
    expect(run.shown()).toMatch(/^ {2}bad {5}broken {2}status 500, want 200 to 299: ".*moved\?"$/mu);
    expect(run.shown()).toMatch(/^ {2}looking slow$/mu);
    restore();
    expect(await run.child.exited).toBe(0);
    await run.until("the table", "3 checks in ");
    expect(run.shown()).not.toContain("looking");
    expect(run.shown()).toMatch(/^ {2}green {3}slow {4}200 in /mu);
    expect(run.sent()).not.toContain("\u001b]");
    expect(run.sent()).not.toContain("\u001b[2J");
  });

  test("dogwatch tick sends a pipe and a dumb terminal its table alone", async () => {
    letGo.resolve();
    const pipe = await piped(["tick"]);
    expect(pipe.out).toMatch(/^RED \S+ · 3 checks in /u);
    const dumb = onTerminal(["tick"], { TERM: "dumb" });
    expect(await dumb.child.exited).toBe(0);
    for (const text of [pipe.out, dumb.sent()]) {
      expect(text).not.toContain("looking");
      expect(text).not.toContain("\u001b");
    }
    letGo = Promise.withResolvers<void>();
  });

  const endings = [
    { name: "Ctrl-C", end: ({ child }: ReturnType<typeof onTerminal>) => void child.terminal?.write("\u0003") },
    { name: "SIGTERM", end: ({ child }: ReturnType<typeof onTerminal>) => child.kill("SIGTERM") },
    { name: "SIGHUP", end: ({ child }: ReturnType<typeof onTerminal>) => child.kill("SIGHUP") },
  ] as const;
  for (const { name, end } of endings)
    test(`dogwatch status --watch draws anew after a tick and in another size, and gives the terminal back at ${name}`, async () => {
      letGo.resolve();
      await piped(["tick"]);
      const run = onTerminal(["status", "--watch"]);
      await run.until("the picture", "last tick");
      expect(run.sent()).toStartWith("\u001b[?1049h\u001b[?25l");
      const ticks = (): number => Number(/^red +broken +[\d.]+ \w+ +(\d+) /mu.exec(run.shown())?.[1]);
      const before = ticks();
      await piped(["tick"]);
      await until("a picture after the tick", async () => (ticks() === before + 1 ? true : undefined), 15_000);
      run.child.terminal?.resize(60, 12);
      await run.until("a smaller picture", "more lines: dogwatch status | less");
      end(run);
      expect(await run.child.exited).toBe(0);
      await until("its end", async () => (run.sent().endsWith("\u001b[?25h\u001b[?1049l") ? true : undefined));
      letGo = Promise.withResolvers<void>();
    });

  test("dogwatch status --watch refuses a pipe and a dumb terminal", async () => {
    const want = "dogwatch: cannot watch the status: this is no terminal that can be drawn over";
    const pipe = await piped(["status", "--watch"]);
    expect([pipe.status, pipe.out]).toEqual([64, ""]);
    expect(pipe.err).toContain(want);
    const dumb = onTerminal(["status", "--watch"], { TERM: "dumb" });
    expect(await dumb.child.exited).toBe(64);
    await dumb.until("the refusal", want);
    expect(dumb.sent()).not.toContain("\u001b");
  });

  test("dogwatch status speaks ASCII in the C locale, and has no colour with NO_COLOR", async () => {
    const ascii = onTerminal(["status"], { LANG: "C" });
    expect(await ascii.child.exited).toBe(0);
    await ascii.until("the last line", "next tick");
    expect(ascii.shown()).toMatch(/^[\n\x20-\x7e]*$/u);
    expect(ascii.shown()).toContain("_ green  = amber  ? unknown  # red  . no tick");
    const plain = onTerminal(["status"], { NO_COLOR: "1" });
    expect(await plain.child.exited).toBe(0);
    await plain.until("the last line", "next tick");
    expect(plain.sent()).not.toContain("\u001b");
    expect(ascii.sent()).toContain("\u001b[31;1m");
  });
});
