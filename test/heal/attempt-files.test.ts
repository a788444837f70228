import { describe, expect, test } from "bun:test";
import { attemptHeal, resumeWatch } from "../../src/heal/attempt.ts";
import { emptyHealState } from "../../src/state/heal-state.ts";
import { choose, copies, createFilesBed, file, keep, lines, lock } from "./files-bed.ts";
import type { HealBed } from "./heal-bed.ts";
import { state } from "./heal-bed.ts";

const incident = "gateway-20261123T020500Z";
const sick = ["gateway"];
const heal = async (bed: HealBed, chosen: Awaited<ReturnType<typeof choose>>) =>
  await attemptHeal(bed.bench, emptyHealState, chosen, sick);

/** Steps that write the file, as a recipe's own program would. */
const writing = (bed: HealBed, path: string, text: string): void => {
  const before = bed.host.exec.script;
  bed.host.exec.script = (command) => {
    bed.host.files.put(path, text);
    return before(command);
  };
};

describe("attemptHeal() with a backup", () => {
  test("attemptHeal() copies the file before the command, and tells the log its hash", async () => {
    const bed = createFilesBed();
    expect(await heal(bed, await choose(bed, [file]))).toMatchObject({ kind: "healed" });
    const sha256 = bed.host.sha256("bad");
    expect(lines(bed).filter((line) => "backup" in line)).toMatchObject([
      { event: "heal.planned", backup: [{ path: file, sha256 }] },
      { event: "heal.dispatched", backup: [{ path: file, sha256 }] },
    ]);
    const copy = `/${incident}/restart-unit-1-1-gateway.yaml`;
    expect(copies(bed)).toEqual([copy, `/${incident}/restart-unit-1-manifest.json`]);
    expect(bed.host.files.text(`${state}/backup${copy}`)).toBe("bad");
    expect(bed.host.files.stat(`${state}/backup${copy}`)).toMatchObject({ mode: 0o600, uid: 0 });
    const manifest: unknown = JSON.parse(bed.host.files.text(`${state}/backup${copies(bed)[1]}`) ?? "");
    expect(manifest).toMatchObject({
      incident,
      recipe: "restart-unit",
      files: [{ path: file, was: { sha256, mode: 0o640, uid: 0, gid: 0 } }],
    });
    expect(bed.trace.indexOf("save running")).toBeLessThan(bed.trace.indexOf("log heal.dispatched"));
    expect(bed.isWhole()).toBeTrue();
  });

  test("attemptHeal() puts the file back when the proof fails, reads it back, and says so", async () => {
    const bed = createFilesBed();
    bed.reading = "bad";
    writing(bed, file, "worse");
    const outcome = await heal(bed, await choose(bed, [file]));
    expect(bed.host.files.text(file)).toBe("bad");
    expect(bed.host.files.stat(file)).toMatchObject({ mode: 0o640 });
    expect(outcome).toMatchObject({
      kind: "failed",
      why: `not well within 1 min; restored and verified: "${file}"; gateway: it is bad; one more try follows after the cooldown`,
    });
    expect(lines(bed).slice(-2)).toMatchObject([
      { event: "heal.failed", why: `not well within 1 min; restored and verified: "${file}"` },
      {
        event: "heal.restored",
        backup: [{ path: file, sha256: bed.host.sha256("bad") }],
        why: `restored and verified: "${file}"`,
      },
    ]);
    expect(bed.isWhole()).toBeTrue();
  });

  test("attemptHeal() puts the file back when a step fails", async () => {
    const bed = createFilesBed();
    writing(bed, file, "worse");
    bed.host.exec.script = ((before) => (command) => {
      before(command);
      return { kind: "exited", status: 3, stdout: "", stderr: "" };
    })(bed.host.exec.script);
    expect(await heal(bed, await choose(bed, [file]))).toMatchObject({ kind: "failed" });
    expect(bed.host.files.text(file)).toBe("bad");
    expect(bed.events().slice(-2)).toEqual(["heal.failed", "heal.restored"]);
  });

  test("attemptHeal() tells a restore that failed, with the file that is whole all the same", async () => {
    const bed = createFilesBed();
    bed.reading = "bad";
    writing(bed, file, "worse");
    const chosen = await choose(bed, [lock, file]);
    bed.host.files.fail("replace", /^\/etc\//u, "EROFS");
    const outcome = await heal(bed, chosen);
    expect(bed.host.files.text(file)).toBe("worse");
    expect(outcome.why).toStartWith(
      `NOT RESTORED: "${file}": read-only file system; the backup lies in "${state}/backup/${incident}"; restored and verified: "${lock}"; not well`,
    );
    expect(lines(bed).at(-1)).toMatchObject({ event: "heal.restored", backup: [{ path: lock }] });
  });

  test("attemptHeal() takes a file away again that its steps made, and no other's", async () => {
    for (const [later, want] of [
      [undefined, undefined],
      ["a person's", "a person's"],
    ] as const) {
      const bed = createFilesBed();
      bed.reading = "bad";
      writing(bed, "/etc/new.yaml", "made");
      const { look } = bed.bench;
      const bench = {
        ...bed.bench,
        look: async (names: readonly string[]) => {
          if (later !== undefined) bed.host.files.put("/etc/new.yaml", later);
          return await look(names);
        },
      };
      const outcome = await attemptHeal(bench, emptyHealState, await choose(bed, ["/etc/new.yaml"]), sick);
      expect(bed.host.files.text("/etc/new.yaml")).toBe(want);
      expect(lines(bed).find((line) => line["event"] === "heal.planned")).toMatchObject({
        backup: [{ sha256: "absent" }],
      });
      expect(outcome.why.includes("has been written since the steps ended, and was left as it is")).toBe(
        want !== undefined,
      );
    }
  });

  test("attemptHeal() keeps what somebody wrote while it watched, beside the copy, before it puts the file back", async () => {
    const bed = createFilesBed();
    bed.reading = "bad";
    const { look } = bed.bench;
    const bench = {
      ...bed.bench,
      look: async (names: readonly string[]) => {
        bed.host.files.put(file, "a person's");
        return await look(names);
      },
    };
    await attemptHeal(bench, emptyHealState, await choose(bed, [file]), sick);
    expect(bed.host.files.text(file)).toBe("bad");
    expect(bed.host.files.text(`${state}/backup/${incident}/restart-unit-1-1-gateway.yaml.found`)).toBe("a person's");
  });

  test("attemptHeal() changes nothing when the copy can't be written, and tells the log", async () => {
    const bed = createFilesBed();
    const chosen = await choose(bed, [file]);
    bed.host.files.fail("replace", /backup/u, "ENOSPC");
    expect(await heal(bed, chosen)).toMatchObject({
      kind: "refused",
      why: "the backup cannot be written: no space left on device",
      heal: emptyHealState,
    });
    expect(bed.host.exec.ran).toEqual([]);
    expect(lines(bed).at(-1)).toMatchObject({ event: "heal.refused", attempt: 1 });
    expect(bed.saved().attempts).toEqual([]);
  });

  test("resumeWatch() finds the backup again ticks later", async () => {
    const bed = createFilesBed();
    bed.reading = "bad";
    bed.watchMs = 10_000;
    writing(bed, file, "worse");
    expect(await heal(bed, await choose(bed, [file]))).toMatchObject({ kind: "watching" });
    expect(bed.host.files.text(file)).toBe("worse");
    const [last] = bed.saved().attempts;
    expect(last?.backup).toMatchObject([{ path: file, left: bed.host.sha256("worse") }]);
    if (last === undefined) throw new Error("no attempt was saved");
    expect(await resumeWatch(bed.bench, bed.saved(), last, -200)).toMatchObject({ kind: "failed" });
    expect(bed.host.files.text(file)).toBe("bad");
  });

  test("attemptHeal() restores nothing from a copy that was changed", async () => {
    const bed = createFilesBed();
    bed.reading = "bad";
    bed.host.exec.script = () => {
      bed.host.files.put(file, "worse");
      bed.host.files.put(`${state}/backup/${incident}/restart-unit-1-1-gateway.yaml`, "evil");
      return { kind: "exited", status: 0, stdout: "", stderr: "" };
    };
    expect((await heal(bed, await choose(bed, [file]))).why).toContain("NOT RESTORED: ");
    expect(bed.host.files.text(file)).toBe("worse");
  });
});

describe("attemptHeal() with restore-kept", () => {
  test("attemptHeal() puts the kept copy back before the command, and keeps the bad file for the person", async () => {
    const bed = createFilesBed();
    await keep(bed, "good");
    let atRestart: string | undefined;
    bed.host.exec.script = () => {
      atRestart = bed.host.files.text(file);
      return { kind: "exited", status: 0, stdout: "", stderr: "" };
    };
    const outcome = await heal(bed, await choose(bed, [file], "restore-kept"));
    expect(atRestart).toBe("good");
    expect(bed.host.files.stat(file)).toMatchObject({ mode: 0o600 });
    expect(bed.host.files.text(`${file}.dogwatch-bad`)).toBe("bad");
    expect(outcome.why).toBe(
      `ok 2 times in a row: gateway: it is ok; the file as it was before is kept as "${file}.dogwatch-bad"`,
    );
    const argv = ["restore-kept", file, "&&", "/usr/bin/systemctl", "restart", "--no-block", "gateway.service"];
    expect(lines(bed).filter((line) => "argv" in line)).toMatchObject([{ argv }, { argv }]);
  });

  test("attemptHeal() puts the bad file back when the good one doesn't cure it", async () => {
    const bed = createFilesBed();
    await keep(bed, "good");
    bed.reading = "bad";
    await heal(bed, await choose(bed, [file], "restore-kept"));
    expect(bed.host.files.text(file)).toBe("bad");
    expect(bed.host.files.stat(file)).toMatchObject({ mode: 0o640 });
  });

  test("attemptHeal() doesn't touch a file that was changed since it was looked at", async () => {
    const bed = createFilesBed();
    await keep(bed, "good");
    const chosen = await choose(bed, [file], "restore-kept");
    bed.host.files.put(file, "mended by a person");
    const outcome = await heal(bed, chosen);
    expect(outcome).toMatchObject({ kind: "failed" });
    expect(outcome.why).toStartWith(`"restore-kept ${file}" ended with ESTALE: it is no longer the file`);
    expect(bed.host.exec.ran).toEqual([]);
  });

  const refused = [
    { name: "nothing was kept yet", kept: undefined, want: `no copy of "${file}" that ran green has been kept yet` },
    {
      name: "the file is the one that ran",
      kept: "bad",
      want: `"${file}" is the same as the copy that last ran green: it is not the cause`,
    },
  ] as const;
  for (const { name, kept, want } of refused)
    test(`withFiles() refuses restore-kept when ${name}`, async () => {
      const bed = createFilesBed();
      if (kept !== undefined) await keep(bed, kept);
      const { candidate } = await choose(bed, [file], "restore-kept");
      expect(candidate.files).toEqual({ kind: "fault", why: want });
    });

  test("withFiles() refuses a file that can't be read, and one of another user than the copy's", async () => {
    const bed = createFilesBed();
    await keep(bed, "good");
    bed.host.files.fail("read", /gateway\.yaml/u, "EACCES");
    expect((await choose(bed, [file])).candidate.files).toEqual({
      kind: "fault",
      why: `"${file}" cannot be backed up: permission denied`,
    });
  });
});

describe("attemptHeal() with remove-stale-lock", () => {
  test("attemptHeal() removes a dead process's lock before the command", async () => {
    const bed = createFilesBed();
    expect(await heal(bed, await choose(bed, [lock], "remove-stale-lock"))).toMatchObject({ kind: "healed" });
    expect(bed.host.files.text(lock)).toBeUndefined();
  });

  test("attemptHeal() puts the lock back when the proof fails, but not in the place of a new one", async () => {
    for (const fresh of [undefined, '{"pid":5000,"start_time":99}']) {
      const bed = createFilesBed();
      bed.reading = "bad";
      if (fresh !== undefined) writing(bed, lock, fresh);
      const { why } = await heal(bed, await choose(bed, [lock], "remove-stale-lock"));
      expect(bed.host.files.text(lock)).toBe(fresh ?? '{"pid":4711,"start_time":12}');
      expect(why).toContain(
        fresh === undefined ? "restored and verified" : `"${lock}" is a new lock, and was left as it is`,
      );
    }
  });

  const holder = { pid: 4711, ppid: 1, state: "S", comm: "gw", argv: [], uid: 0, startedUptimeS: 0.12 };
  test("withFiles() refuses a lock that is held, and one that isn't there", async () => {
    const bed = createFilesBed();
    bed.host.processes.listed = { kind: "listed", processes: [holder], isComplete: true };
    expect((await choose(bed, [lock], "remove-stale-lock")).candidate.files).toEqual({
      kind: "fault",
      why: `the lock "${lock}" stays: process 4711, which holds it, is alive`,
    });
    bed.host.files.remove(lock);
    expect((await choose(bed, [lock], "remove-stale-lock")).candidate.files).toEqual({
      kind: "fault",
      why: `there is no lock "${lock}": it is not the cause`,
    });
  });

  test("attemptHeal() looks at the process once more before it removes the lock", async () => {
    const bed = createFilesBed();
    const chosen = await choose(bed, [lock], "remove-stale-lock");
    bed.host.processes.listed = { kind: "listed", processes: [holder], isComplete: true };
    expect(await heal(bed, chosen)).toMatchObject({ kind: "failed" });
    expect(bed.host.files.text(lock)).toBe('{"pid":4711,"start_time":12}');
    expect(bed.host.exec.ran).toEqual([]);
  });
});
