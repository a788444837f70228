import { afterAll, describe, expect, test } from "bun:test";
import { mkdtempSync, rmSync, symlinkSync, utimesSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { HeartbeatCheck } from "../../src/config/config.ts";
import { createFiles } from "../../src/host/files.ts";
import { parseMoment } from "../../src/probes/epoch.ts";
import { createFakeHost, type FakeHost } from "../fake-host.ts";
import { heartbeatCheck, see } from "./signs-bed.ts";

const path = "/srv/heartbeat";
const modified = { file: path };
const epoch = { file: path, content: "epoch" } as const;
const at = (pointer: string) => ({ ...epoch, at: pointer });
const minutes = (count: number): number => count * 60_000;

/** A host whose file holds `content(now in ms)` and was changed `agedMs` ago. */
const hostWith = (content: (nowMs: number) => string | Uint8Array = () => "x", agedMs = 0): FakeHost => {
  const host = createFakeHost({ uid: 990 });
  const nowMs = host.clock.nowMs();
  host.files.put(path, content(nowMs), { modifiedMs: nowMs - agedMs });
  return host;
};

describe("heartbeatProbe.look() judges a file by its time of change", () => {
  const cases = [
    { name: "just now", agedMs: 0, want: { kind: "ok", evidence: `the last change of "${path}" was 0 s ago` } },
    { name: "as old as it may be", agedMs: minutes(5), want: { kind: "ok" } },
    {
      name: "older than it may be",
      agedMs: minutes(5) + 1,
      want: { kind: "bad", evidence: `the last change of "${path}" was 5 min ago, at most 5 min` },
    },
    { name: "a second ahead, as clocks differ", agedMs: -1000, want: { kind: "ok" } },
    {
      name: "touched into the future",
      agedMs: -minutes(120),
      want: { kind: "unknown", evidence: `the last change of "${path}" is 2 h ahead of this host's clock: no age` },
    },
  ] as const;
  for (const { name, agedMs, want } of cases)
    test(`heartbeatProbe.look(): ${name}`, async () =>
      expect(await see(hostWith(undefined, agedMs), heartbeatCheck(modified))).toMatchObject(want));

  test("heartbeatProbe.look() takes 10 MB, and a file that it may not read", async () => {
    const large = hostWith(() => new Uint8Array(10 * 1024 * 1024));
    large.files.fail("read", /heartbeat/u, "EACCES");
    expect(await see(large, heartbeatCheck(modified))).toMatchObject({ kind: "ok" });
  });
});

describe("heartbeatProbe.look() on real files", () => {
  const folder = mkdtempSync(join(tmpdir(), "dogwatch-heartbeat-"));
  afterAll(() => rmSync(folder, { recursive: true }));

  const look = (file: string) =>
    see({ ...createFakeHost(), files: createFiles() }, heartbeatCheck({ file, maxAgeMs: minutes(60) }));

  test("heartbeatProbe.look() follows a link to the file that is changed", async () => {
    const [file, link] = [join(folder, "beat"), join(folder, "link")];
    writeFileSync(file, "x");
    symlinkSync(file, link);
    const { clock } = createFakeHost();
    for (const agedMs of [0, minutes(120)]) {
      const s = (clock.nowMs() - agedMs) / 1000;
      utimesSync(file, s, s);
      expect(await look(link)).toMatchObject({ kind: agedMs === 0 ? "ok" : "bad" });
    }
  });

  test("heartbeatProbe.look() says of a folder, and of a link to nothing, what they are", async () => {
    expect(await look(folder)).toMatchObject({
      kind: "unknown",
      evidence: `cannot read "${folder}": it is a folder, not a regular file`,
    });
    symlinkSync(join(folder, "nothing"), join(folder, "lost"));
    expect(await look(join(folder, "lost"))).toMatchObject({ kind: "bad" });
  });
});

describe("heartbeatProbe.look() judges a file by the time in it", () => {
  const seconds = (nowMs: number): string => `${(nowMs - minutes(1)) / 1000}\n`;
  const cases: readonly {
    readonly name: string;
    readonly given: Partial<HeartbeatCheck["heartbeat"]>;
    readonly content: (nowMs: number) => string;
    readonly want: object;
  }[] = [
    {
      name: "Hermes' ticker, one float",
      given: epoch,
      content: seconds,
      want: { kind: "ok", evidence: `the time in "${path}" was 1 min ago` },
    },
    { name: "milliseconds", given: epoch, content: (nowMs) => `${nowMs}`, want: { kind: "ok" } },
    {
      name: "Hermes' gateway heartbeat, at a pointer",
      given: at("/updated_at"),
      content: (nowMs) => JSON.stringify({ pid: 7, updated_at: nowMs / 1000, monotonic: 12.5, start_time: 3 }),
      want: { kind: "ok" },
    },
    {
      name: "RFC 3339 at a pointer",
      given: at("/a/0"),
      content: (nowMs) => JSON.stringify({ a: [new Date(nowMs - minutes(6)).toISOString()] }),
      want: { kind: "bad", evidence: `the time in "${path}" was 6 min ago, at most 5 min` },
    },
    {
      name: "a pointer that leads nowhere",
      given: at("/b"),
      content: () => '{"a":1}',
      want: {
        kind: "unknown",
        evidence: `cannot read "${path}": it holds no time at /b (epoch seconds or milliseconds, or RFC 3339)`,
      },
    },
    { name: "broken JSON", given: at("/a"), content: () => '{"a":', want: { kind: "unknown" } },
    {
      name: "JSON deeper than any stack",
      given: at("/a"),
      content: () => "[".repeat(60_000),
      want: { kind: "unknown" },
    },
    { name: "an empty file", given: epoch, content: () => "", want: { kind: "unknown" } },
    { name: "a word", given: epoch, content: () => "alive", want: { kind: "unknown" } },
    { name: "NUL bytes", given: epoch, content: () => "\0\0\0", want: { kind: "unknown" } },
    { name: "too many digits", given: epoch, content: () => "9".repeat(400), want: { kind: "unknown" } },
    {
      name: "nanoseconds, which read as a time far ahead",
      given: epoch,
      content: (nowMs) => `${nowMs * 1000}`,
      want: { kind: "unknown" },
    },
    {
      name: "a file that is too large to be one",
      given: epoch,
      content: () => "1".repeat(70_000),
      want: { kind: "unknown" },
    },
  ];
  for (const { name, given, content, want } of cases)
    test(`heartbeatProbe.look(): ${name}`, async () =>
      expect(await see(hostWith(content), heartbeatCheck(given))).toMatchObject(want));

  test("heartbeatProbe.look() never shows what else stands in the file", async () => {
    const { evidence } = await see(
      hostWith(() => "hunter2"),
      heartbeatCheck(epoch),
    );
    expect(evidence).not.toContain("hunter2");
  });

  test("heartbeatProbe.look() reads bytes that are no text as no time", async () =>
    expect(
      await see(
        hostWith(() => new Uint8Array([0xff, 0xfe, 0x31])),
        heartbeatCheck(epoch),
      ),
    ).toMatchObject({
      kind: "unknown",
    }));
});

describe("heartbeatProbe.look() tells gone from hidden", () => {
  for (const given of [modified, epoch]) {
    test(`heartbeatProbe.look() calls a missing file bad (${JSON.stringify(given)})`, async () => {
      const seen = await see(createFakeHost(), heartbeatCheck(given));
      expect(seen).toMatchObject({ kind: "bad", evidence: `there is no file "${path}"` });
    });

    test(`heartbeatProbe.look() calls one that it may not see unknown, with the remedy (${JSON.stringify(given)})`, async () => {
      const host = hostWith();
      for (const method of ["stat", "read"] as const) host.files.fail(method, /heartbeat/u, "EACCES");
      const evidence = `cannot read "${path}": permission denied`;
      const remedy = "; look as a user who may (as: USER)";
      expect(await see(host, heartbeatCheck(given))).toMatchObject({ kind: "unknown", evidence: evidence + remedy });
      expect(await see(host, heartbeatCheck(given, { as: "agents" }))).toMatchObject({ kind: "unknown", evidence });
    });

    test(`heartbeatProbe.look() takes no FIFO and no folder (${JSON.stringify(given)})`, async () => {
      const host = createFakeHost();
      host.files.putPipe(path);
      expect(await see(host, heartbeatCheck(given))).toMatchObject({ kind: "unknown" });
      expect(await see(host, heartbeatCheck({ ...given, file: "/srv" }))).toMatchObject({ kind: "unknown" });
    });
  }
});

describe("parseMoment()", () => {
  const ms = Date.UTC(2026, 10, 26, 12, 0, 0);
  const cases: readonly { readonly given: unknown; readonly want: number | undefined }[] = [
    { given: ms / 1000, want: ms },
    { given: ms, want: ms },
    { given: `${ms / 1000}.250\n`, want: ms + 250 },
    { given: "1.7e9", want: 1.7e12 },
    { given: "2026-11-26T12:00:00Z", want: ms },
    { given: "2026-11-26 13:00:00.5+01:00", want: ms + 500 },
    { given: "2026-11-26t12:00:00z", want: ms },
    { given: "2026-11-26T07:00:00-0500", want: ms },
    { given: "2026-11-26T12:00:00.123456+00:00", want: ms + 123 },
    { given: "2026-11-26T12:00:00", want: undefined },
    { given: "2026-13-26T12:00:00Z", want: undefined },
    { given: "2026-11-26", want: undefined },
    { given: "-5", want: undefined },
    { given: "0", want: undefined },
    { given: Number.NaN, want: undefined },
    { given: Number.POSITIVE_INFINITY, want: undefined },
    { given: "1e99", want: 1e99 },
    { given: "0x65", want: undefined },
    { given: "12 34", want: undefined },
    { given: "", want: undefined },
    { given: true, want: undefined },
    { given: null, want: undefined },
    { given: [ms], want: undefined },
  ];
  for (const { given, want } of cases)
    test(`parseMoment(${JSON.stringify(given)}) is ${want}`, () => expect(parseMoment(given)).toBe(want));
});
