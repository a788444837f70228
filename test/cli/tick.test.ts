import { describe, expect, test } from "bun:test";
import { tickDeadlineMs } from "../../src/run.ts";
import { configText, createTickBed, paths } from "../tick-bed.ts";

const illness = `${paths.state}/illness.json`;

describe("tick beside another tick", () => {
  test("tickCommand() does nothing and ends with 0 while another tick runs", async () => {
    const bed = createTickBed();
    bed.host.files.lock(`${paths.state}/tick.lock`);
    bed.kill();
    const before = bed.files();
    const { exit, out, err } = await bed.tick();
    expect({ exit, out, err }).toEqual({
      exit: 0,
      out: "",
      err: "another tick is running (process 4711 (dogwatch)); this one does nothing\n",
    });
    expect(bed.files()).toEqual(before);
    expect([bed.received.length, bed.restarts()]).toEqual([0, 0]);
  });

  test("tickCommand() says so in --json, with no checks", async () => {
    const bed = createTickBed(configText.replace("host: web-1", "host: front-1"));
    bed.host.files.lock(`${paths.state}/tick.lock`);
    const { out } = await bed.tick({ isJson: true });
    expect(JSON.parse(out)).toMatchObject({
      host: "front-1",
      checks: [],
      alerts: [],
      exit: 0,
      why: "another tick is running",
    });
  });

  test("tickCommand() lets go of the lock at its end, well or ill", async () => {
    const bed = createTickBed();
    for (const config of [configText, "chat: console\n", configText]) {
      bed.host.files.put(paths.config, config);
      await bed.tick();
      const lock = bed.host.files.lock(`${paths.state}/tick.lock`);
      expect(lock.kind).toBe("held");
      if (lock.kind === "held") lock.release();
    }
  });

  test("tickCommand() ends with 73 and says what to do where it can't lock", async () => {
    const bed = createTickBed();
    bed.host.files.fail("lock", /./u, "EACCES");
    const { exit, err } = await bed.tick();
    expect(exit).toBe(73);
    expect(err).toBe(
      `dogwatch: cannot use the state folder "${paths.state}": permission denied\n  Run it as root, or name a folder with --state-dir.\n`,
    );
  });
});

describe("tick on an invalid config", () => {
  const invalid = configText.replace("confirm", "confrim");

  test("tickCommand() tells every fault at its place, ends with 78 and leaves the reason behind", async () => {
    const bed = createTickBed(invalid);
    const { exit, out, err } = await bed.tick();
    expect([exit, out]).toEqual([78, ""]);
    const fault = `${paths.config}:2:1: unknown key "confrim": did you mean "confirm"?`;
    expect(err.split("\n").slice(0, 2)).toEqual([fault, `dogwatch: cannot use the config "${paths.config}": 1 fault`]);
    expect(bed.host.files.text(illness)).toContain(JSON.stringify(fault));
    expect([bed.received.length, bed.restarts()]).toEqual([0, 0]);
  });

  test("tickCommand() gives each line its priority under journald", async () => {
    const bed = createTickBed(invalid);
    Object.assign(bed.host.terminal, { isErrJournal: true });
    const { err } = await bed.tick();
    expect(
      err
        .trim()
        .split("\n")
        .every((line) => line.startsWith("<3>")),
    ).toBeTrue();
  });

  test("tickCommand() doesn't go on with the config that it kept from before", async () => {
    const bed = createTickBed();
    await bed.tick();
    bed.host.files.put(paths.config, invalid);
    expect(await bed.tick()).toMatchObject({ exit: 78 });
  });
});

describe("tick in the journal", () => {
  test("tickCommand() writes one line with its outcome, by priority, and nothing on stdout", async () => {
    const bed = createTickBed(configText.replace("mode: apply", "mode: observe"));
    Object.assign(bed.host.terminal, { isErrJournal: true });
    const quiet = await bed.tick();
    expect(quiet.out).toBe("");
    expect(quiet.err).toMatch(/^<6>green web-1: 2 of 2 checks green in \d+ ms\n$/u);
    bed.kill();
    expect((await bed.tick()).err).toMatch(
      /^<6>log 2:[0-9a-f]{64}\n<4>red web-1: 0 of 2 checks green in .*; red unit: failed \(signal, signal 9\); .*\n$/u,
    );
  });

  test("tickCommand() --log-format json writes a JSON object a line", async () => {
    const bed = createTickBed();
    const { out, err } = await bed.tick({ logFormat: "json" });
    expect(out).toBe("");
    const lines = err
      .trim()
      .split("\n")
      .map((line) => JSON.parse(line));
    expect(lines).toMatchObject([
      { name: "dogwatch", verdict: "green", exit: 0, msg: expect.stringMatching(/^green web-1/u) },
    ]);
  });

  test("tickCommand() --log-level debug tells every step of a heal", async () => {
    const bed = createTickBed();
    bed.kill();
    const { err } = await bed.tick({ logLevel: "debug" });
    for (const step of [
      "looking again in 10 s at unit",
      "heal: running /usr/bin/systemctl",
      "watching until",
      "chat delivered",
    ])
      expect(err).toContain(step);
  });
});

describe("tick at its deadline", () => {
  test("tickCommand() gives a tick up that doesn't end, with 70, and leaves the reason behind", async () => {
    const bed = createTickBed();
    bed.kill();
    bed.host.exec.run = async () => {
      bed.host.clock.advance(tickDeadlineMs);
      return await new Promise(() => undefined);
    };
    const { exit, err } = await bed.tick();
    expect(exit).toBe(70);
    expect(err).toBe("error: the tick did not end within 150 s and was given up\n");
    expect(bed.host.files.text(illness)).toContain('"exit":70');
  });
});

describe("tick where it writes the heal log itself", () => {
  test("tickCommand() tells the journal the log's whole head when the log has moved, and then only", async () => {
    const bed = createTickBed();
    Object.assign(bed.host.terminal, { isErrJournal: true });
    const headsIn = (err: string): readonly string[] => err.match(/^<6>log \d+:[0-9a-f]{64}$/gmu) ?? [];
    await bed.tick();
    const quiet = await bed.tick();
    bed.kill();
    const loud = await bed.tick();
    const log = (bed.host.files.text(paths.logFile) ?? "").trimEnd().split("\n");
    expect(headsIn(quiet.err)).toEqual([]);
    expect(headsIn(loud.err)).toEqual([`<6>log ${log.length}:${bed.host.sha256(log.at(-1) ?? "")}`]);
  });

  test("tickCommand() tells no head on a terminal, nor in a dry run", async () => {
    const bed = createTickBed();
    await bed.tick();
    bed.kill();
    expect((await bed.tick({ isDryRun: true })).err).not.toContain("log ");
    expect((await bed.tick()).err).not.toMatch(/^log \d/mu);
  });
});
