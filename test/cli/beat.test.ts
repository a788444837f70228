import { describe, expect, test } from "bun:test";
import { beatCommand } from "../../src/cli/beat.ts";
import { createFakeHost, type FakeHost } from "../fake-host.ts";
import { cliOf } from "./cli-bed.ts";

const folder = "/var/lib/dogwatch-beat";
const users = { root: 0, backup: 34, mallory: 1003, ann: 1000 };
const env = { HOME: "/home/ann" };

const hostWith = (uid: number): FakeHost => {
  const host = createFakeHost({ uid, users, env });
  host.files.makeFolder(folder, 0o1733);
  return host;
};

const run = async (host: FakeHost, words: readonly string[], isJson = false) => {
  const exit = await beatCommand({ ...cliOf(host, { isJson }), words });
  return { exit, out: host.terminal.stdout, err: host.terminal.stderr };
};

describe("beat", () => {
  test("beat writes the moment into a file of this user alone, and says nothing", async () => {
    const host = hostWith(34);
    expect(await run(host, ["nightly"])).toEqual({ exit: 0, out: "", err: "" });
    expect(host.files.text(`${folder}/nightly.34`)).toBe(`${(host.clock.nowMs() / 1000).toFixed(3)}\n`);
    expect(host.files.stat(`${folder}/nightly.34`)).toMatchObject({ mode: 0o644 });
  });

  test("beat --json says what it wrote", async () => {
    const host = hostWith(34);
    const at = new Date(host.clock.nowMs()).toISOString();
    expect(JSON.parse((await run(host, ["nightly"], true)).out)).toEqual({
      beat: "nightly",
      by: "backup",
      at,
      file: `${folder}/nightly.34`,
    });
  });

  const wrong = [[], ["a", "b"], [""], ["../x"], ["a/b"], [".hidden"], ["a".repeat(64)], ["a\nb"], ["ä"], ["-x"]];
  for (const words of wrong)
    test(`beat ${JSON.stringify(words)} is a wrong call`, async () => {
      const host = hostWith(34);
      const before = host.files.paths();
      const { exit, err } = await run(host, words);
      expect(exit).toBe(64);
      expect(err).toStartWith("dogwatch: cannot beat: ");
      expect(host.files.paths()).toEqual(before);
    });

  const troubles = [
    { code: "EROFS", exit: 73, hint: `ReadWritePaths=${folder}` },
    { code: "EACCES", exit: 73, hint: `ls -ld ${folder}` },
    { code: "ENOENT", exit: 73, hint: "systemd-tmpfiles --create dogwatch.conf" },
    { code: "ENOSPC", exit: 74, hint: `df -h ${folder}` },
    { code: "EIO", exit: 74, hint: `df -h ${folder}` },
  ];
  for (const { code, exit, hint } of troubles)
    test(`beat ends with ${exit} and a hint on ${code}`, async () => {
      const host = hostWith(34);
      host.files.fail("overwrite", /nightly/u, code);
      const ran = await run(host, ["nightly"]);
      expect(ran.exit).toBe(exit);
      expect(ran.err).toContain(`cannot write the beat "${folder}/nightly.34"`);
      expect(ran.err).toContain(hint);
    });

  test("beat names who took its place", async () => {
    const host = hostWith(34);
    host.files.put(`${folder}/nightly.34`, "1\n", { uid: 1003 });
    host.files.fail("overwrite", /nightly/u, "EPERM");
    const { exit, err } = await run(host, ["nightly"]);
    expect(exit).toBe(73);
    expect(err).toBe(
      `dogwatch: cannot write the beat "${folder}/nightly.34": it belongs to "mallory"\n  Somebody else took that name; look and remove it: sudo ls -l ${folder}/nightly.34\n`,
    );
  });

  test("beat makes its own folder in a user install", async () => {
    const host = createFakeHost({ uid: 1000, users, env });
    expect(await run(host, ["nightly"])).toMatchObject({ exit: 0 });
    expect(host.files.paths()).toEqual(["/home/ann/.local/state/dogwatch/beat/nightly.1000"]);
  });
});
