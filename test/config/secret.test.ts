import { afterAll, describe, expect, test } from "bun:test";
import { chmodSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { secretReader } from "../../src/config/secret.ts";
import { createHost } from "../../src/host/real-host.ts";
import { createFakeHost } from "../fake-host.ts";

const byHand = { path: "/etc/dogwatch/credentials", prefix: "" };
const handedOver = { path: "/run/credentials/dogwatch.service", prefix: "dw_" };
const ours = { uid: 990, mode: 0o600 };

describe("secretReader() finds a secret", () => {
  const host = createFakeHost({ uid: 990 });
  host.files.put("/etc/dogwatch/credentials/token", "by hand\n", ours);
  host.files.put("/run/credentials/dogwatch.service/dw_token", "handed over", { mode: 0o440, uid: 0 });
  host.files.put("/run/credentials/dogwatch.service/plain", "handed over by its name", { mode: 0o440, uid: 0 });
  host.files.put("/srv/token", "of its own", { mode: 0o400, uid: 0 });
  const cases = [
    { name: "in the credentials folder", given: [byHand, { credential: "token" }], want: "by hand" },
    {
      name: "under systemd's prefix when systemd hands it over",
      given: [handedOver, { credential: "token" }],
      want: "handed over",
    },
    {
      name: "under its plain name when a unit hands it over so",
      given: [handedOver, { credential: "plain" }],
      want: "handed over by its name",
    },
    { name: "in a file of its own", given: [byHand, { file: "/srv/token" }], want: "of its own" },
    {
      name: "in a file of its own beside what systemd hands over",
      given: [handedOver, { file: "/srv/token" }],
      want: "of its own",
    },
  ] as const;
  for (const { name, given, want } of cases)
    test(`secretReader() finds one ${name}`, () => {
      const [folder, ref] = given;
      expect(secretReader(host, folder)(ref)).toEqual({ kind: "secret", text: want });
    });
});

describe("secretReader() judges the file", () => {
  const failed = (why: string) => ({ kind: "failed", why }) as const;
  const shared = failed('"/srv/token" can be read by others; run: chmod 600 /srv/token');
  const secret = { kind: "secret", text: "t0ken" };
  const cases = [
    { name: "ours alone", given: { ...ours, text: "t0ken" }, want: secret },
    { name: "root's", given: { uid: 0, mode: 0o400, text: "t0ken" }, want: secret },
    { name: "with blanks around it", given: { ...ours, text: " t0ken\r\n" }, want: secret },
    { name: "with a byte order mark", given: { ...ours, text: "\ufefft0ken\n" }, want: secret },
    { name: "readable by the group", given: { uid: 990, mode: 0o640, text: "t0ken" }, want: shared },
    { name: "readable by all", given: { uid: 990, mode: 0o604, text: "t0ken" }, want: shared },
    { name: "writable by the group", given: { uid: 990, mode: 0o620, text: "t0ken" }, want: shared },
    {
      name: "another user's",
      given: { uid: 1000, mode: 0o600, text: "t0ken" },
      want: failed('"/srv/token" belongs to another user; run: chown 990 /srv/token'),
    },
    { name: "empty", given: { ...ours, text: "" }, want: failed('"/srv/token" is empty; put the secret into it') },
    {
      name: "of blanks",
      given: { ...ours, text: " \n\n" },
      want: failed('"/srv/token" is empty; put the secret into it'),
    },
    {
      name: "of two lines",
      given: { ...ours, text: "t0ken\nX-Evil: 1" },
      want: failed('"/srv/token" holds more than one line; put only the secret into it'),
    },
    {
      name: "in UTF-16",
      given: { ...ours, text: "t\u00000\u0000k\u0000" },
      want: failed('"/srv/token" holds more than one line; put only the secret into it'),
    },
    {
      name: "too large",
      given: { ...ours, text: "x".repeat(16 * 1024 + 1) },
      want: failed('cannot read "/srv/token": EFBIG; put the secret there, mode 0600'),
    },
  ] as const;
  for (const { name, given, want } of cases)
    test(`secretReader() judges a file ${name}`, () => {
      const host = createFakeHost({ uid: 990 });
      const { text, ...owned } = given;
      host.files.put("/srv/token", text, owned);
      const got = secretReader(host, byHand)({ file: "/srv/token" });
      expect<unknown>(got).toEqual(want);
      if (got.kind === "failed") expect(got.why).not.toContain("t0ken");
    });

  test("secretReader() names the place and the remedy of one that is missing", () => {
    const read = secretReader(createFakeHost(), byHand);
    expect(read({ credential: "telegram-token" })).toEqual(
      failed(
        'cannot read "/etc/dogwatch/credentials/telegram-token": no such file or directory; put the secret there, mode 0600',
      ),
    );
  });
});

describe("secretReader() on a real file system", () => {
  const root = mkdtempSync(join(tmpdir(), "dogwatch-secret-"));
  afterAll(() => rmSync(root, { recursive: true }));
  const uid = process.getuid?.() ?? 0;
  const read = secretReader(createHost({ env: {}, uid, binary: process.execPath, hostname: "web-1" }), {
    path: root,
    prefix: "",
  });

  test("secretReader() goes by the file that a link leads to, not by the link", () => {
    writeFileSync(join(root, "open"), "t0ken\n");
    chmodSync(join(root, "open"), 0o644);
    symlinkSync(join(root, "open"), join(root, "link"));
    expect(read({ credential: "link" })).toMatchObject({
      kind: "failed",
      why: expect.stringContaining("can be read by others"),
    });
    chmodSync(join(root, "open"), 0o600);
    expect(read({ credential: "link" })).toEqual({ kind: "secret", text: "t0ken" });
  });

  test("secretReader() takes no folder for a secret", () => {
    expect(read({ file: root })).toMatchObject({ kind: "failed", why: expect.stringContaining("it is a folder") });
  });
});
