import { afterAll, describe, expect, test } from "bun:test";
import {
  chownSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  rmSync,
  statSync,
  symlinkSync,
  unlinkSync,
  writeFileSync,
} from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { backupFolder, isBackupDue, sweepBackups, takeBackup } from "../../src/heal/backup.ts";
import { withFiles } from "../../src/heal/files.ts";
import { createHands } from "../../src/heal/hands.ts";
import { restoreBackup, withLeft } from "../../src/heal/restore.ts";
import { createHost } from "../../src/host/real-host.ts";
import { createFakeHost } from "../fake-host.ts";
import { attempt, candidate, moment, recipe, rule } from "./bed.ts";

const folder = "/var/lib/dogwatch-heal";
const dayMs = 86_400_000;

describe("sweepBackups()", () => {
  test("sweepBackups() removes what is 30 days old, folder and all, and nothing younger", () => {
    const host = createFakeHost();
    host.files.put(`${folder}/backup/old/a-1-1-x`, "x");
    host.files.put(`${folder}/backup/old/a-1-manifest.json`, "{}");
    host.clock.advance(5 * dayMs);
    host.files.put(`${folder}/backup/young/a-1-1-x`, "x");
    const { stat } = host.files;
    host.files.stat = (path) => {
      const seen = stat(path);
      return path.endsWith("/young") && !("kind" in seen) ? { ...seen, modifiedMs: host.clock.nowMs() } : seen;
    };
    expect(sweepBackups(host, folder, host.clock.nowMs() + 26 * dayMs)).toEqual([]);
    expect(host.files.paths()).toEqual([`${folder}/backup/young/a-1-1-x`]);
    expect(host.files.list(`${folder}/backup`)).toEqual(["young"]);
  });

  test("sweepBackups() has nothing to do where there was never a backup, and tells what it can't remove", () => {
    const host = createFakeHost();
    expect(sweepBackups(host, folder, host.clock.nowMs())).toEqual([]);
    host.files.put(`${folder}/backup/old/x`, "x");
    host.files.fail("remove", /old/u, "EROFS");
    expect(sweepBackups(host, folder, host.clock.nowMs())).toMatchObject([{ code: "EROFS" }]);
  });

  test("sweepBackups() clears away what a kill left half written, and nothing else", () => {
    const host = createFakeHost();
    const whole = ["backup/a/.hidden", "backup/a/r-1-1-x", "kept/0a.0b", "kept/0a.json"].map(
      (each) => `${folder}/${each}`,
    );
    for (const path of [...whole, `${folder}/backup/a/.r-1-1-x.77.tmp`, `${folder}/kept/.0a.0b.77.tmp`])
      host.files.put(path, "x");
    expect(sweepBackups(host, folder, 0)).toEqual([]);
    expect(host.files.paths()).toEqual(whole.sort());
  });

  test("isBackupDue() is due at 30 days", () => {
    expect(isBackupDue(0, 30 * dayMs - 1)).toBeFalse();
    expect(isBackupDue(0, 30 * dayMs)).toBeTrue();
    expect(isBackupDue(30 * dayMs, 0)).toBeFalse();
  });
});

const uid = process.getuid?.() ?? -1;
const root = mkdtempSync(join(tmpdir(), "dogwatch-backup-"));
afterAll(() => rmSync(root, { recursive: true, force: true }));
rmSync(root, { recursive: true });
mkdirSync(root, { mode: 0o755 });
const binary = join(root, "dogwatch");
const main = join(import.meta.dirname, "..", "..", "src", "main.ts");
writeFileSync(binary, `#!/bin/sh\nexec ${process.execPath} ${main} "$@"\n`, { mode: 0o755 });
const host = createHost({ env: {}, uid, binary, hostname: "web-1" });
const helperFolder = join(root, "helper");
mkdirSync(helperFolder, { mode: 0o750 });
const bench = {
  host,
  hands: createHands(host),
  helperFolder,
  now: () => ({ at: "2026-11-23T02:05:00.000Z", moment: moment() }),
};

describe.if(uid === 0)("a backup of another user's file", () => {
  const nobody = 65_534;
  const home = join(root, "home");
  const file = join(home, "gateway.yaml");
  const prey = join(root, "prey");

  const owned = recipe({ params: { owner: { type: "owner", isRequired: true, default: null, choices: [] } } });
  const backUp = async () => {
    rmSync(home, { recursive: true, force: true });
    mkdirSync(home, { mode: 0o700 });
    writeFileSync(file, "before", { mode: 0o640 });
    writeFileSync(prey, "of root");
    chownSync(home, nobody, nobody);
    chownSync(file, nobody, nobody);
    const [found] = await withFiles(bench, [
      candidate({ backup: [file], recipe: owned, rule: rule({ with: { owner: "nobody" } }) }),
    ]);
    if (found?.files?.kind !== "found") throw new Error("not found");
    const taken = takeBackup(bench, attempt(), found.files.files, undefined);
    if (taken.kind === "failed") throw new Error(taken.why);
    return { ...attempt(), backup: taken.files };
  };
  const change = (text: string): void => {
    writeFileSync(file, text);
  };

  test("takeBackup() and restoreBackup() bring back bytes, mode and owner, as the owner", async () => {
    const made = await backUp();
    change("after");
    expect(await restoreBackup(bench, await withLeft(bench, made))).toMatchObject({
      why: `restored and verified: "${file}"`,
    });
    expect(readFileSync(file, "utf8")).toBe("before");
    expect(statSync(file)).toMatchObject({ uid: nobody, gid: nobody });
    expect(statSync(file).mode & 0o777).toBe(0o640);
    const copies = backupFolder(made) ?? "";
    expect(statSync(copies)).toMatchObject({ uid: 0 });
    expect(statSync(copies).mode & 0o777).toBe(0o700);
    expect(statSync(join(copies, "restart-unit-1-1-gateway.yaml")).mode & 0o777).toBe(0o600);
  });

  test("restoreBackup() changes nothing outside when a link was planted in the file's place, and says so", async () => {
    const made = await backUp();
    unlinkSync(file);
    symlinkSync(prey, file);
    expect((await restoreBackup(bench, made)).why).toStartWith(
      `NOT RESTORED: "${file}": "it is a symbolic link"; the backup lies in`,
    );
    expect(readFileSync(prey, "utf8")).toBe("of root");
  });

  test("restoreBackup() changes nothing outside when the folder was swapped for a link", async () => {
    const made = await backUp();
    rmSync(home, { recursive: true });
    mkdirSync(join(root, "outside"), { recursive: true });
    writeFileSync(join(root, "outside", "gateway.yaml"), "of root");
    symlinkSync(join(root, "outside"), home);
    expect((await restoreBackup(bench, made)).why).toContain(`"'${home}' is a symbolic link"`);
    expect(readFileSync(join(root, "outside", "gateway.yaml"), "utf8")).toBe("of root");
    unlinkSync(home);
  });

  test("sweepBackups() never follows a link out of its folder", async () => {
    await backUp();
    mkdirSync(join(root, "vault"), { recursive: true });
    writeFileSync(join(root, "vault", "x"), "of root");
    symlinkSync(join(root, "vault"), join(helperFolder, "backup", "link"));
    symlinkSync(prey, join(backupFolder(await backUp()) ?? "", "link"));
    expect(sweepBackups(host, helperFolder, Date.now() + 40 * dayMs)).toEqual([]);
    expect(readFileSync(join(root, "vault", "x"), "utf8")).toBe("of root");
    expect(readFileSync(prey, "utf8")).toBe("of root");
  });
});
