import { describe, expect, test } from "bun:test";
import { beatFile, beatText } from "../../src/probes/beat-file.ts";
import type { Beats } from "../../src/probes/probe.ts";
import { createFakeHost, type FakeHost } from "../fake-host.ts";
import { heartbeatCheck, see } from "./signs-bed.ts";

const folder = "/var/lib/dogwatch-beat";
const users = { root: 0, dogwatch: 990, backup: 34, mallory: 1003, agents: 1001 };
const passwd = Object.entries(users)
  .map(([name, uid]) => `${name}:x:${uid}:${uid}::/:/bin/sh\n`)
  .join("");
const nightly = { beat: "nightly", maxAgeMs: 3_600_000 };
const byBackup = { ...nightly, by: "backup" };

const hostWith = (): FakeHost => {
  const host = createFakeHost({ uid: 990, users });
  host.files.put("/etc/passwd", passwd);
  host.files.makeFolder(folder, 0o1733);
  return host;
};

interface Left {
  readonly uid: number;
  readonly owner?: number;
  readonly agedMs?: number;
  readonly changedAgoMs?: number;
  readonly text?: string;
}

const beat = (host: FakeHost, { uid, owner = uid, agedMs = 0, changedAgoMs = agedMs, text }: Left): void => {
  const nowMs = host.clock.nowMs();
  host.files.put(beatFile(folder, "nightly", uid), text ?? beatText(nowMs - agedMs), {
    uid: owner,
    modifiedMs: nowMs - changedAgoMs,
  });
};

describe("lookAtBeat() judges the beat of one user", () => {
  const cases: readonly { readonly name: string; readonly given: readonly Left[]; readonly want: object }[] = [
    {
      name: "a fresh one",
      given: [{ uid: 34, agedMs: 60_000 }],
      want: { kind: "ok", evidence: 'the last beat by "backup" was 1 min ago' },
    },
    {
      name: "an old one",
      given: [{ uid: 34, agedMs: 7_200_000 }],
      want: { kind: "bad", evidence: 'the last beat by "backup" was 2 h ago, at most 1 h' },
    },
    {
      name: "an old one that was only touched",
      given: [{ uid: 34, agedMs: 7_200_000, changedAgoMs: 0 }],
      want: { kind: "bad" },
    },
    {
      name: "a file that was put back from a backup",
      given: [{ uid: 34, agedMs: 0, changedAgoMs: 7_200_000 }],
      want: { kind: "bad" },
    },
    { name: "one from the future", given: [{ uid: 34, agedMs: -7_200_000 }], want: { kind: "unknown" } },
    { name: "one touched into the future", given: [{ uid: 34, changedAgoMs: -7_200_000 }], want: { kind: "unknown" } },
    {
      name: "none yet",
      given: [],
      want: {
        kind: "bad",
        evidence: 'no beat "nightly" by "backup" yet; the job, as "backup", leaves it with: dogwatch beat nightly',
      },
    },
    {
      name: "none but another user's, which doesn't count",
      given: [{ uid: 1003 }],
      want: {
        kind: "bad",
        evidence:
          'no beat "nightly" by "backup" yet, but one by "mallory"; the job, as "backup", leaves it with: dogwatch beat nightly',
      },
    },
    {
      name: "a squatter's, which no restart mends",
      given: [{ uid: 34, owner: 1003 }],
      want: {
        kind: "bad",
        isAlertOnly: true,
        findings: ["not-by"],
        evidence: `the beat "nightly" of "backup" was made by "mallory", who took its place: ${folder}/nightly.34`,
      },
    },
    { name: "one that holds no time", given: [{ uid: 34, text: "" }], want: { kind: "unknown" } },
    { name: "one that is no beat", given: [{ uid: 34, text: "x".repeat(1000) }], want: { kind: "unknown" } },
  ];
  for (const { name, given, want } of cases)
    test(`lookAtBeat(): ${name}`, async () => {
      const host = hostWith();
      for (const left of given) beat(host, left);
      const seen = await see(host, heartbeatCheck(byBackup));
      expect(seen).toMatchObject(want);
      if (!("isAlertOnly" in want)) expect(seen.isAlertOnly).toBeUndefined();
    });

  test("lookAtBeat() takes a FIFO in its place for none, and says whose it is", async () => {
    const host = hostWith();
    host.files.putPipe(beatFile(folder, "nightly", 34));
    expect(await see(host, heartbeatCheck(byBackup))).toMatchObject({
      kind: "bad",
      evidence: expect.stringContaining('made by "root"'),
    });
  });

  test("lookAtBeat() knows no age without the user or the folder", async () => {
    const host = hostWith();
    expect(await see(host, heartbeatCheck({ ...nightly, by: "nobody-here" }))).toMatchObject({
      kind: "unknown",
      evidence: 'there is no user "nobody-here" on this host',
    });
    const without = createFakeHost({ uid: 990, users });
    expect(await see(without, heartbeatCheck(byBackup))).toMatchObject({ kind: "unknown" });
  });
});

describe("lookAtBeat() knows whose beat counts where the check names nobody", () => {
  const own: Beats = { folder: "/home/ann/.local/state/dogwatch/beat", uid: 1001 };
  const cases = [
    { name: "root's on a system install", beats: { folder, uid: 0 }, as: null, uid: 0 },
    { name: "that of the user in as", beats: { folder, uid: 0 }, as: "dogwatch", uid: 990 },
    { name: "one's own in a user install", beats: own, as: null, uid: 1001 },
  ] as const;
  for (const { name, beats, as, uid } of cases)
    test(`lookAtBeat(): ${name}`, async () => {
      const host = hostWith();
      host.files.put(beatFile(beats.folder, "nightly", uid), beatText(host.clock.nowMs()), { uid });
      expect(await see(host, heartbeatCheck(nightly, { as }), beats)).toMatchObject({ kind: "ok" });
      for (const other of [0, 34, 990, 1001].filter((each) => each !== uid)) {
        const empty = hostWith();
        empty.files.put(beatFile(beats.folder, "nightly", other), beatText(empty.clock.nowMs()), { uid: other });
        expect(await see(empty, heartbeatCheck(nightly, { as }), beats)).toMatchObject({ kind: "bad" });
      }
    });
});
