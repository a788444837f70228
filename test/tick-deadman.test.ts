import { describe, expect, test } from "bun:test";
import type { HttpAnswer, HttpRequest } from "../src/host/host.ts";
import { answer } from "./fake-facts.ts";
import { configText, createTickBed, down, paths, type TickBed, token } from "./tick-bed.ts";

const uuid = "4f6a3a2e-1d0b-4c57-9f7e-1a2b3c4d5e6f";
const config = `${configText}deadman: { url: "https://hc-ping.com/${uuid}", timeout: 5s }\n`;
const deaf = `${paths.state}/deadman.json`;

interface Watched {
  readonly bed: TickBed;
  /** What the switch answers. */
  answer: (request: HttpRequest) => HttpAnswer | Promise<HttpAnswer>;
  /** Signals that it took, oldest first: `start`, `success`, `fail`. */
  signals(): readonly string[];
  /** Bodies of ends. */
  ends(): readonly string[];
  requests(): readonly HttpRequest[];
}

/** A bed with a dead-man's switch; `text` in place of its config. */
const watch = (text: string = config): Watched => {
  const bed = createTickBed(text);
  const script = bed.host.http.script;
  const watched: Watched = {
    bed,
    answer: () => answer(200, "OK"),
    requests: () => bed.host.http.sent.filter((each) => each.for === "deadman"),
    signals: () => watched.requests().map(({ url }) => new URL(url).pathname.slice(uuid.length + 2) || "success"),
    ends: () =>
      watched.requests().flatMap(({ url, body }) => (url.includes("/start") || body === undefined ? [] : [body])),
  };
  bed.host.http.script = (request) => (request.for === "deadman" ? watched.answer(request) : script(request));
  return watched;
};

/** A tick's line in the journal. */
const line = async ({ bed }: Watched): Promise<string> => {
  Object.assign(bed.host.terminal, { isErrJournal: true });
  return (await bed.tick()).err;
};

describe("tick with a dead-man's switch", () => {
  test("tickCommand() tells start and success of a green tick, of one run, with the whole head", async () => {
    const watched = watch();
    const { exit } = await watched.bed.tick();
    expect(exit).toBe(0);
    expect(watched.signals()).toEqual(["start", "success"]);
    const rids = watched.requests().map(({ url }) => new URL(url).searchParams.get("rid"));
    expect(rids[0]).toMatch(/^[0-9a-f-]{36}$/u);
    expect(new Set(rids).size).toBe(1);
    expect(watched.ends()).toEqual([
      expect.stringMatching(
        /^web-1: GREEN, exit status 0\n2 checks: 2 green\nalerts waiting: 0\n(log \d+:[0-9a-f]{64}\n)?seal \d+\n$/u,
      ),
    ]);
    await watched.bed.tick();
    expect(new Set(watched.requests().map(({ url }) => new URL(url).searchParams.get("rid"))).size).toBe(2);
  });

  test("tickCommand() tells success of a red tick too: a red host is no failed watchdog (law 9)", async () => {
    const watched = watch(config.replace("mode: apply", "mode: observe"));
    watched.bed.kill();
    await watched.bed.tick();
    expect(watched.signals()).toEqual(["start", "success"]);
    expect(watched.ends()[0]).toMatch(
      /: RED, exit status 0\n[\s\S]*\nred: unit(, gateway)?\n[\s\S]*\nlog \d+:[0-9a-f]{64}\nseal \d+\n$/u,
    );
  });

  test("tickCommand() tells names and counts, and nothing that a probed system or a chat said", async () => {
    const watched = watch(config.replace("mode: apply", "mode: observe"));
    const { bed } = watched;
    const evil = "ignore previous instructions <b>@everyone</b>";
    bed.chat = () => answer(400, JSON.stringify({ ok: false, description: evil }));
    const script = bed.host.http.script;
    bed.host.http.script = (request) => (request.for.startsWith("check") ? answer(500, evil) : script(request));
    for (let tick = 0; tick < 4; tick += 1) await bed.tick();
    expect(watched.signals()).toContain("fail");
    for (const body of watched.ends()) expect(body).not.toMatch(/ignore|everyone|500|400/u);
    expect(watched.ends().at(-1)).toContain("run: sudo dogwatch chat test");
  });

  const ills = [
    {
      name: "a chat that takes nothing",
      make: ({ bed }: Watched) => {
        bed.chat = () => down;
        bed.kill();
        bed.canRestart = false;
      },
      ticks: 2,
      want: { exit: 75, why: "an alert waits" },
    },
    {
      name: "a state that can't be written",
      make: ({ bed }: Watched) => bed.host.files.fail("replace", /state\.json/u, "ENOSPC"),
      ticks: 1,
      want: { exit: 74, why: "cannot be written" },
    },
    {
      name: "a state folder that can't be used",
      make: ({ bed }: Watched) => bed.host.files.fail("lock", /tick\.lock/u, "EACCES"),
      ticks: 1,
      want: { exit: 73, why: "cannot be opened" },
    },
  ] as const;
  for (const { name, make, ticks, want } of ills)
    test(`tickCommand() tells a failure for ${name}`, async () => {
      const watched = watch();
      make(watched);
      let exit = 0;
      for (let tick = 0; tick < ticks; tick += 1) ({ exit } = await watched.bed.tick());
      expect(exit).toBe(want.exit);
      expect(watched.signals().at(-1)).toBe("fail");
      expect(watched.ends().at(-1)).toStartWith(`web-1: dogwatch itself is ill, exit status ${want.exit}\n`);
      expect(watched.ends().at(-1)).toContain(want.why);
    });

  test("tickCommand() tells a failure by the last config that could be used, with the fault", async () => {
    const watched = watch();
    await watched.bed.tick();
    watched.bed.host.files.put(paths.config, config.replace("confirm:", "confrim:"));
    expect((await watched.bed.tick()).exit).toBe(78);
    expect(watched.signals()).toEqual(["start", "success", "start", "fail"]);
    expect(watched.ends().at(-1)).toBe(
      `web-1: dogwatch itself is ill, exit status 78\n${paths.config}:2:1: unknown key "confrim": did you mean "confirm"?\nrun: dogwatch validate\n`,
    );
  });

  const strangers = [
    { name: "was never used", make: ({ bed }: Watched) => bed.host.files.remove(`${paths.state}/config.json`) },
    {
      name: "another binary kept",
      make: ({ bed }: Watched) => bed.host.files.put(bed.host.binary, "another binary"),
    },
    {
      name: "somebody changed",
      make: ({ bed }: Watched) => {
        const kept = bed.host.files.text(`${paths.state}/config.json`) ?? "";
        bed.host.files.put(`${paths.state}/config.json`, kept.replaceAll("hc-ping.com", "elsewhere.example"));
      },
    },
  ] as const;
  for (const { name, make } of strangers)
    test(`tickCommand() pings nobody by a config that ${name}`, async () => {
      const watched = watch();
      await watched.bed.tick();
      make(watched);
      watched.bed.host.files.put(paths.config, "chat: [");
      expect((await watched.bed.tick()).exit).toBe(78);
      expect(watched.signals()).toEqual(["start", "success"]);
    });

  test("tickCommand() tells a bug of ours before it goes to main", async () => {
    const watched = watch();
    const { replace } = watched.bed.host.files;
    watched.bed.host.files.replace = (path, ...rest) => {
      if (path.endsWith("/state.json")) throw new TypeError("a bug");
      return replace(path, ...rest);
    };
    const thrown = await watched.bed.tick().then(
      () => undefined,
      (error: unknown) => error,
    );
    expect(thrown).toBeInstanceOf(TypeError);
    expect(watched.signals()).toEqual(["start", "fail"]);
    expect(watched.ends()[0]).toContain("exit status 70");
  });

  const quiet = [
    { name: "a dry run", run: ({ bed }: Watched) => bed.tick({ isDryRun: true }) },
    {
      name: "a tick that finds another one running",
      run: ({ bed }: Watched) => {
        bed.host.files.lock(`${paths.state}/tick.lock`);
        return bed.tick();
      },
    },
    {
      name: "a dry run of an invalid config",
      run: async ({ bed }: Watched) => {
        bed.host.files.put(paths.config, "chat: [");
        return await bed.tick({ isDryRun: true });
      },
    },
  ] as const;
  for (const { name, run } of quiet)
    test(`tickCommand() tells the switch nothing of ${name}`, async () => {
      const watched = watch();
      await run(watched);
      expect(watched.signals()).toEqual([]);
    });
});

describe("tick with a dead-man's switch that doesn't hear", () => {
  test("tickCommand() warns in the journal, keeps its exit status, and remembers since when", async () => {
    const watched = watch();
    watched.answer = () => answer(404, "not found");
    const said = await line(watched);
    expect(said).toStartWith("<4>green web-1: ");
    expect(said).toContain("the dead-man's switch did not hear of this tick: it answered 404: the check is gone there");
    const first = watched.bed.host.files.text(deaf);
    await line(watched);
    expect(watched.bed.host.files.text(deaf)).toBe(first);
    watched.answer = () => answer(200, "OK");
    expect(await line(watched)).toStartWith("<6>green web-1: ");
    expect(watched.bed.host.files.text(deaf)).toBeUndefined();
  });

  test("tickCommand() writes nothing more on a green tick than without a switch", async () => {
    const writes = async (text: string): Promise<number> => {
      const { bed } = watch(text);
      await bed.tick();
      let count = 0;
      const { replace } = bed.host.files;
      bed.host.files.replace = (...given) => {
        count += 1;
        return replace(...given);
      };
      await bed.tick();
      return count;
    };
    expect(await writes(config)).toBe(await writes(configText));
  });

  test("tickCommand() is delayed by the switch's timeout at most, with everything on disk before", async () => {
    const watched = watch();
    const { bed } = watched;
    await bed.tick();
    const kept: (string | undefined)[] = [];
    watched.answer = async ({ url, timeoutMs }) => {
      if (!url.includes("/start")) kept.push(bed.host.files.text(`${paths.state}/state.json`));
      await bed.host.clock.sleep(timeoutMs);
      return { kind: "failed", code: "TIMEOUT", why: "no answer", elapsedMs: timeoutMs };
    };
    const fromMs = bed.host.clock.monotonicMs();
    expect((await bed.tick()).exit).toBe(0);
    expect(bed.host.clock.monotonicMs() - fromMs - 300_000).toBeLessThanOrEqual(5000);
    expect(kept).toEqual([bed.host.files.text(`${paths.state}/state.json`)]);
  });

  test("tickCommand() looks at the host while a start hangs", async () => {
    const watched = watch();
    const order: string[] = [];
    const script = watched.bed.host.http.script;
    watched.answer = async ({ url, timeoutMs }) => {
      await watched.bed.host.clock.sleep(timeoutMs);
      order.push(url.includes("/start") ? "start given up" : "end");
      return down;
    };
    watched.bed.host.http.script = (request) => {
      if (request.for.startsWith("check")) order.push("look");
      return script(request);
    };
    await watched.bed.tick();
    expect(order[0]).toBe("look");
    expect(order.at(-1)).toBe("end");
  });

  test("a secret ping URL is in no output and no file", async () => {
    const watched = watch(`${configText}deadman: { url: { credential: deadman-url } }\n`);
    const { bed } = watched;
    bed.host.files.put(`${paths.credentials.path}/deadman-url`, `https://hc-ping.com/${uuid}\n`, { mode: 0o600 });
    watched.answer = () => answer(404, uuid);
    const { out, err } = await bed.tick({ logLevel: "debug" });
    expect(watched.signals()).toEqual(["start", "success"]);
    const files = Object.entries(bed.files()).filter(([path]) => !path.startsWith(paths.credentials.path));
    for (const text of [out, err, ...files.map(([, each]) => each ?? "")]) expect(text).not.toContain(uuid);
    expect(out + err).not.toContain(token);
  });
});
