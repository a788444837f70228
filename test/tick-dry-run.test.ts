import { describe, expect, test } from "bun:test";
import { configText, createTickBed, down, paths, type TickBed } from "./tick-bed.ts";

/** Fails the test when anything on disk is as much as touched. */
const forbidChanges = (bed: TickBed): void => {
  bed.host.files.onChange = (method, path) => {
    throw new Error(`${method} ${path}`);
  };
};

const scenes: readonly { readonly name: string; readonly before: (bed: TickBed) => Promise<void> }[] = [
  { name: "a host that was never looked at", before: async () => undefined },
  { name: "a healthy host", before: async (bed) => void (await bed.tick()) },
  {
    name: "a gateway that just died",
    before: async (bed) => {
      await bed.tick();
      bed.kill();
    },
  },
  {
    name: "alerts that wait",
    before: async (bed) => {
      bed.chat = () => down;
      bed.canRestart = false;
      bed.kill();
      await bed.tick();
    },
  },
  {
    name: "an attempt that was cut off",
    before: async (bed) => {
      bed.canRestart = false;
      bed.kill();
      await bed.tick();
    },
  },
  {
    name: "a broken state and a log torn in mid-write",
    before: async (bed) => {
      bed.kill();
      await bed.tick();
      bed.host.files.put(`${paths.state}/state.json`, "{");
      bed.host.files.put(`${paths.state}/heal.json`, "{");
      bed.host.files.put(paths.logFile, (bed.host.files.text(paths.logFile) ?? "").slice(0, -30));
      bed.kill();
    },
  },
];

describe("tick --dry-run", () => {
  for (const { name, before } of scenes)
    test(`tick --dry-run changes nothing at all on ${name}: no file, no command, no message, no lock`, async () => {
      const bed = createTickBed();
      await before(bed);
      const posts = (): number => bed.host.http.sent.filter(({ method }) => method === "POST").length;
      const [files, ran, posted] = [bed.files(), bed.host.exec.ran.length, posts()];
      forbidChanges(bed);
      bed.host.files.fail("lock", /./u, "EACCES");
      const { exit, err } = await bed.tick({ isDryRun: true });
      expect({ exit, err }).toEqual({ exit: 0, err: "" });
      expect(bed.files()).toEqual(files);
      expect([bed.host.exec.ran.length, posts()]).toEqual([ran, posted]);
    });

  test("tick --dry-run prints exactly what it would run and send", async () => {
    const bed = createTickBed();
    bed.kill();
    const { out } = await bed.tick({ isDryRun: true });
    expect(out.split("\n").slice(1)).toEqual([
      "  red     unit     failed (signal, signal 9) (1 tick, since 02:10 UTC)",
      "  amber   gateway  (1 tick, since 02:10 UTC)",
      "          connection refused (because of unit)",
      "heal: planned restart-unit on gateway.service",
      "would run: /usr/bin/systemctl --system restart --no-block gateway.service",
      "tells red of unit: first: it turned red",
      'says nothing of gateway: folded: a red check that it needs speaks for it ("unit")',
      "would send:",
      "    RED web-1 · unit: failed (signal, signal 9) (1 tick, since 02:10 UTC)",
      "    Also affected: gateway",
      "    Would heal: restart-unit on gateway.service",
      "    Next: dogwatch card gateway-down",
      "    Incident unit-20261123T021010Z",
      "    log 0:0000000000000000",
      "",
    ]);
  });

  test("tick --dry-run --json tells the same as one object", async () => {
    const bed = createTickBed();
    bed.kill();
    const { out } = await bed.tick({ isDryRun: true, isJson: true });
    expect(JSON.parse(out)).toMatchObject({
      verdict: "red",
      heal: {
        recipe: "restart-unit",
        check: "unit",
        outcome: "planned",
        steps: [["/usr/bin/systemctl", "--system", "restart", "--no-block", "gateway.service"]],
      },
      alerts: [],
      would_send: [{ kind: "red", text: expect.stringMatching(/^RED web-1/u) }],
      exit: 0,
    });
  });

  test("tick --dry-run prints what waits as the chat would get it: as one message", async () => {
    const bed = createTickBed();
    bed.chat = () => down;
    bed.canRestart = false;
    bed.kill();
    await bed.tick();
    bed.start();
    await bed.tick();
    const { out } = await bed.tick({ isDryRun: true, isJson: true });
    expect(JSON.parse(out).would_send).toEqual([
      { kind: "healed", text: expect.stringMatching(/^HEALED web-1 · 2 messages held back since /u) },
    ]);
    bed.chat = createTickBed().chat;
    await bed.tick();
    expect(bed.received).toEqual([JSON.parse(out).would_send[0].text]);
  });

  test("tick --dry-run says why it would not heal", async () => {
    const bed = createTickBed(configText.replace("mode: apply", "mode: observe"));
    bed.kill();
    const { out } = await bed.tick({ isDryRun: true });
    expect(out).toContain("heal: refused restart-unit: observe mode: planned and told only\n");
    expect(out).not.toContain("would run");
  });

  test("tick --dry-run needs no state folder and no lock, and runs beside a tick", async () => {
    const bed = createTickBed();
    bed.host.files.lock(`${paths.state}/tick.lock`);
    expect(await bed.tick({ isDryRun: true })).toMatchObject({ exit: 0 });
  });

  test("tick --dry-run leaves no reason of an illness behind", async () => {
    const bed = createTickBed("chat: console\n");
    forbidChanges(bed);
    expect(await bed.tick({ isDryRun: true })).toMatchObject({ exit: 78 });
  });
});
