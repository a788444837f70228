import { afterAll, beforeAll, describe, expect, test } from "bun:test";
import { chownSync, existsSync, mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from "node:fs";

const program = `${import.meta.dir}/programs/become-owner.ts`;
const isRoot = process.getuid?.() === 0;
/** `nobody` and `games` of every Debian; the numbers are all that counts. */
const [uid, gid] = [65_534, 60];

let folder = "";
beforeAll(() => {
  folder = mkdtempSync("/tmp/dogwatch-become-");
});
afterAll(() => rmSync(folder, { recursive: true }));

const become = async (path: string): Promise<Record<string, unknown>> => {
  const child = Bun.spawn([process.execPath, program, path], { stdout: "pipe", stderr: "inherit" });
  return JSON.parse(await child.stdout.text());
};

const owned = (name: string): string => {
  const path = `${folder}/${name}`;
  mkdirSync(path, { mode: 0o750 });
  chownSync(path, uid, gid);
  return path;
};

describe.skipIf(!isRoot)("becomeOwner()", () => {
  test("becomeOwner() makes root the folder's owner in all ids, with no capability and no way back", async () => {
    const seen = await become(owned("theirs"));
    expect(seen).toMatchObject({
      became: { kind: "became", uid },
      uid: Array(4).fill(String(uid)),
      gid: Array(4).fill(String(gid)),
      caps: Array(4).fill("0".repeat(16)),
      traceOwner: 0,
      back: {
        setuid: "EPERM",
        seteuid: "EPERM",
        setgid: "EPERM",
        setgroups: "EPERM",
        shadow: "EACCES",
        write: "EACCES",
      },
    });
    expect(String(seen["groups"]).split(" ")).not.toContain("0");
    expect(existsSync(`${folder}/was-here`)).toBe(false);
  });

  test("becomeOwner() stays who it is where the folder is root's, or isn't there", async () => {
    mkdirSync(`${folder}/root`);
    for (const name of ["root", "none"])
      expect((await become(`${folder}/${name}`))["became"]).toEqual({ kind: "became", uid: 0 });
  });

  test("becomeOwner() follows no link and takes no file for a folder", async () => {
    symlinkSync(owned("target"), `${folder}/link`);
    writeFileSync(`${folder}/file`, "");
    for (const name of ["link", "file"])
      expect((await become(`${folder}/${name}`))["became"]).toMatchObject({ kind: "failed", code: "ENOTDIR" });
  });
});
