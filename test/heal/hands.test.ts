import { afterAll, beforeEach, describe, expect, test } from "bun:test";
import { spawnSync } from "node:child_process";
import {
  chmodSync,
  chownSync,
  linkSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
  symlinkSync,
  writeFileSync,
} from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { createHands } from "../../src/heal/hands.ts";
import { sha256 } from "../../src/host/digest.ts";
import type { Host } from "../../src/host/host.ts";
import { createHost } from "../../src/host/real-host.ts";
import { createFakeHost } from "../fake-host.ts";

const uid = process.getuid?.() ?? -1;
const isRoot = uid === 0;
const nobody = 65_534;
const root = mkdtempSync(join(tmpdir(), "dogwatch-hands-"));
afterAll(() => rmSync(root, { recursive: true, force: true }));
chmodSync(root, 0o755);

/** The program as `host.binary` would be, so that children run this source. */
const binary = join(root, "dogwatch");
const main = join(import.meta.dirname, "..", "..", "src", "main.ts");
writeFileSync(binary, `#!/bin/sh\nexec ${process.execPath} ${main} "$@"\n`, { mode: 0o755 });
const host: Host = createHost({ env: {}, uid, binary, hostname: "web-1" });
const hands = createHands(host);
const bytes = (text: string): Uint8Array => new TextEncoder().encode(text);

let home: string;
let file: string;
let count = 0;
beforeEach(() => {
  count += 1;
  home = join(root, `home-${count}`);
  mkdirSync(home, { mode: 0o700 });
  file = join(home, "gateway.yaml");
  writeFileSync(file, "port: 1\n", { mode: 0o640 });
});
const give = (...paths: readonly string[]): void => {
  for (const path of paths) chownSync(path, nobody, nobody);
};

describe("createHands() on our own files", () => {
  test("read(), write() and remove() do it in this process", async () => {
    const read = await hands.read(file, undefined);
    expect(read).toMatchObject({ kind: "read", mode: 0o640, uid, sha256: sha256("port: 1\n") });
    expect(read).not.toHaveProperty("user");
    expect(await hands.write(file, bytes("x"), { mode: 0o600 }, undefined)).toEqual({ kind: "done" });
    expect(await hands.remove(file, sha256("x"), undefined)).toEqual({ kind: "done" });
    expect(await hands.read(file, undefined)).toEqual({ kind: "absent" });
  });

  test("read() of a link is no missing file, but refused", async () => {
    symlinkSync("/none", `${file}.link`);
    expect(await hands.read(`${file}.link`, undefined)).toMatchObject({ kind: "failed" });
    symlinkSync("/none", join(home, "folder"));
    expect(await hands.read(join(home, "folder", "x"), undefined)).toMatchObject({ kind: "failed", code: "ELOOP" });
  });
});

describe.if(isRoot)("createHands() on another user's files", () => {
  test("read(), write() and remove() become the named owner, whose files only he can reach", async () => {
    give(home, file);
    const read = await hands.read(file, "nobody");
    expect(read).toMatchObject({ kind: "read", uid: nobody, user: "nobody", sha256: sha256("port: 1\n") });
    const whole = new Uint8Array(1024 * 1024).map((_, at) => at % 251);
    expect(await hands.write(file, whole, { mode: 0o604, gid: nobody }, "nobody")).toEqual({ kind: "done" });
    expect(sha256(readFileSync(file))).toBe(sha256(whole));
    expect(statSync(file)).toMatchObject({ uid: nobody, gid: nobody });
    expect(statSync(file).mode & 0o7777).toBe(0o604);
    expect(await hands.read(file, "nobody")).toMatchObject({ kind: "read", sha256: sha256(whole) });
    expect(await hands.remove(file, sha256("else"), "nobody")).toMatchObject({ code: "ESTALE" });
    writeFileSync(join(home, `.gateway.yaml.${spawnSync("/bin/true").pid}.tmp`), "half");
    expect(await hands.tidy(file, "nobody")).toEqual({ kind: "done" });
    expect(readdirSync(home)).toEqual(["gateway.yaml"]);
    expect(await hands.remove(file, sha256(whole), "nobody")).toEqual({ kind: "done" });
    expect(await hands.read(file, "nobody")).toEqual({ kind: "absent" });
  });

  test("read() finds the owner by itself", async () => {
    give(home, file);
    expect(await hands.read(file, undefined)).toMatchObject({ kind: "read", user: "nobody", uid: nobody });
  });

  test("write() gives a file no group that its owner isn't in, and changes nothing then", async () => {
    give(home, file);
    expect(await hands.write(file, bytes("x"), { mode: 0o600, gid: 0 }, "nobody")).toMatchObject({ code: "EPERM" });
    expect(readFileSync(file, "utf8")).toBe("port: 1\n");
  });

  const planted: readonly {
    readonly name: string;
    readonly plant: (secret: string) => string;
    readonly code: string;
  }[] = [
    {
      name: "a link to root's file",
      plant: (secret) => {
        rmSync(file);
        symlinkSync(secret, file);
        return file;
      },
      code: "ELOOP",
    },
    {
      name: "a link to root's folder",
      plant: (secret) => {
        symlinkSync(join(secret, ".."), join(home, "conf"));
        return join(home, "conf", "secret");
      },
      code: "ELOOP",
    },
    {
      name: "a second name of root's file",
      plant: (secret) => {
        rmSync(file);
        linkSync(secret, file);
        return file;
      },
      code: "EMLINK",
    },
    { name: "root's own file", plant: () => file, code: "EPERM" },
    {
      name: "a pipe",
      plant: () => {
        rmSync(file);
        spawnSync("/usr/bin/mkfifo", [file]);
        give(file);
        return file;
      },
      code: "EINVAL",
    },
  ];
  for (const { name, plant, code } of planted)
    test(`read(), write() and remove() as the owner refuse ${name}`, async () => {
      const secret = join(root, `vault-${count}`, "secret");
      mkdirSync(join(secret, ".."));
      writeFileSync(secret, "of root", { mode: 0o644 });
      give(home);
      const path = plant(secret);
      expect(await hands.read(path, "nobody")).toMatchObject({ kind: "failed", code });
      expect(await hands.write(path, bytes("x"), { mode: 0o600 }, "nobody")).toMatchObject({ kind: "failed", code });
      expect(await hands.remove(path, sha256("of root"), "nobody")).toMatchObject({ kind: "failed", code });
      expect(readFileSync(secret, "utf8")).toBe("of root");
    });
});

describe("createHands() on trouble", () => {
  const broken = [
    { name: "can't start", ran: { kind: "failed", code: "ENOENT", why: "no setpriv" }, want: "no setpriv" },
    { name: "says it of itself", ran: { kind: "failed", code: "EPERM", why: "a\u001b[2Jb" }, want: "a b" },
    {
      name: "ends badly",
      ran: { kind: "exited", status: 70, stdout: "", stderr: "a\u001b[2Jbug" },
      want: 'it ended with 70: "a bug"',
    },
    {
      name: "is killed",
      ran: { kind: "signalled", signal: "SIGSYS", stdout: "", stderr: "" },
      want: "it was ended by SIGSYS",
    },
    { name: "hangs", ran: { kind: "timed-out", stdout: "", stderr: "" }, want: "no answer in 10 s" },
    { name: "lies", ran: { kind: "exited", status: 0, stdout: "{}", stderr: "" }, want: "its answer makes no sense" },
  ] as const;
  for (const { name, ran, want } of broken)
    test(`read(), write() and remove() fail where the child ${name}, and take no file for missing`, async () => {
      const fake = createFakeHost({ users: { agents: 1000 } });
      fake.exec.script = () => ran;
      const made = createHands(fake);
      expect(await made.read("/x", "agents")).toMatchObject({ kind: "failed", why: want });
      expect(await made.write("/x", bytes(""), { mode: 0o600 }, "agents")).toMatchObject({ kind: "failed", why: want });
      expect(await made.remove("/x", sha256(""), "agents")).toMatchObject({ kind: "failed", why: want });
    });

  test("read() asks for the owner where the owner can't be seen, and names one that doesn't exist", async () => {
    const fake = createFakeHost();
    fake.files.fail("stat", /home/u, "EACCES");
    expect(await createHands(fake).read("/home/x", undefined)).toEqual({
      kind: "failed",
      code: "EACCES",
      why: 'its owner cannot be found out (permission denied): name its owner in the rule\'s "with"',
    });
    expect(await createHands(fake).read("/x", "agents")).toMatchObject({
      why: 'there is no user "agents" on this host',
    });
  });

  test("read() starts a child with a request on its input, never with a path in its arguments", async () => {
    const fake = createFakeHost({ users: { agents: 1000 } });
    await createHands(fake).read("/home/agents/x", "agents");
    expect(fake.exec.ran).toMatchObject([{ argv: ["/usr/bin/dogwatch", "hand"], user: "agents" }]);
    expect(fake.exec.ran[0]?.stdin).toBe('{"do":"read","path":"/home/agents/x","maxBytes":1048576}');
  });
});

describe("dogwatch hand", () => {
  const run = (input: string | Uint8Array) => spawnSync(binary, ["hand"], { input, encoding: "utf8" });

  test("hand answers one request on its input", () => {
    const { status, stdout } = run(JSON.stringify({ do: "read", path: file, maxBytes: 100 }));
    expect(status).toBe(0);
    expect(JSON.parse(stdout)).toMatchObject({ kind: "read", base64: btoa("port: 1\n") });
  });

  test("hand refuses what is no request, too much of it, and nothing", () => {
    for (const input of ["", "garbage", new Uint8Array(10 * 1024 * 1024)]) {
      const { status, stdout, stderr } = run(input);
      expect({ status, stdout }).toEqual({ status: 64, stdout: "" });
      expect(stderr).toStartWith("dogwatch: cannot read the request: ");
    }
  });
});
