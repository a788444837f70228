import { describe, expect, test } from "bun:test";
import { daemonCommand } from "../../src/cli/daemon.ts";
import { nextOfDaemon, removeNote, wasCutShort, writeNote } from "../../src/cli/daemon-note.ts";
import { configText, createTickBed, flags, paths } from "../tick-bed.ts";

const start = async (config: string, cron?: string) => {
  const bed = createTickBed(config);
  const cli = { host: bed.host, paths, flags: { ...flags, cron }, words: [] };
  return { ...bed, exit: () => daemonCommand(cli) };
};

describe("dogwatch daemon at its start", () => {
  test("daemonCommand() ends with 64 on a schedule that is none, and looks at nothing", async () => {
    const bed = await start(configText, "5m");
    expect(await bed.exit()).toBe(64);
    expect(bed.host.terminal.stderr).toBe(
      `dogwatch: cannot use the schedule "5m": expected 5 or 6 fields but got 1\n  Give five or six cron fields: --cron "*/5 * * * *"\n`,
    );
    expect(bed.host.http.sent).toEqual([]);
  });

  test("daemonCommand() ends with 78 on an invalid config, and tells every fault", async () => {
    const bed = await start(configText.replace("confirm", "confrim"));
    expect(await bed.exit()).toBe(78);
    expect(bed.host.terminal.stderr).toContain(`${paths.config}:2:1: unknown key "confrim"`);
    const lock = bed.host.files.lock(`${paths.state}/daemon.lock`);
    expect(lock.kind).toBe("held");
  });

  test("daemonCommand() ends with 73 beside another daemon of the same state, and where it can't lock", async () => {
    const bed = await start(configText);
    bed.host.files.lock(`${paths.state}/daemon.lock`);
    expect(await bed.exit()).toBe(73);
    expect(bed.host.terminal.stderr).toContain(`another daemon keeps "${paths.state}": process 4711`);
    const closed = await start(configText);
    closed.host.files.fail("lock", /./u, "EACCES");
    expect(await closed.exit()).toBe(73);
  });
});

describe("the daemon's note for status", () => {
  const noted = () => {
    const { host } = createTickBed();
    const process = { pid: host.pid, ppid: 1, state: "S", comm: "dogwatch", argv: [], uid: 0, startedUptimeS: 77.5 };
    host.processes.listed = { kind: "listed", processes: [process], isComplete: true };
    writeNote(host, paths.state, "31 4-59/5 * * * *");
    return { host, process };
  };

  test("nextOfDaemon() tells when a daemon that lives ticks next, and by which period", async () => {
    const { host } = noted();
    expect(await nextOfDaemon(host, paths.state)).toEqual({ at: expect.stringMatching(/:31\.000Z$/u), periodS: 300 });
  });

  test("nextOfDaemon() believes no note whose process is gone, is another, or is not in sight", async () => {
    const { host, process } = noted();
    host.processes.listed = { kind: "listed", processes: [{ ...process, startedUptimeS: 78 }], isComplete: true };
    expect(await nextOfDaemon(host, paths.state)).toBeUndefined();
    host.processes.listed = { kind: "listed", processes: [], isComplete: true };
    expect(await nextOfDaemon(host, paths.state)).toBeUndefined();
  });

  test("nextOfDaemon() knows nothing where there is no note, and a note that stays means that its daemon was cut short", async () => {
    const { host } = noted();
    expect(wasCutShort(host, paths.state)).toBeTrue();
    removeNote(host, paths.state);
    expect(wasCutShort(host, paths.state)).toBeFalse();
    expect(await nextOfDaemon(host, paths.state)).toBeUndefined();
  });
});
