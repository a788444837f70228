import { describe, expect, test } from "bun:test";
import { emptyHealState, type HealState } from "../../src/state/heal-state.ts";
import { readIllness, readToldIllness, writeIllness, writeToldIllness } from "../../src/state/illness.ts";
import { writeSealed } from "../../src/state/sealed.ts";
import { emptyState, type State } from "../../src/state/state.ts";
import {
  healStatePath,
  readHealState,
  readState,
  statePath,
  writeHealState,
  writeState,
} from "../../src/state/store.ts";
import { checkState } from "../checks.ts";
import { createFakeHost } from "../fake-host.ts";

const folder = "/var/lib/dogwatch";
const now = { bootId: "boot-1", uptimeS: 86_400 };
const state: State = { ...emptyState, tick: 7, checks: { gateway: checkState({ verdict: "red" }) } };
const heal: HealState = { ...emptyHealState, latched: { "1:restart-unit": { at: "", moment: now, why: "spent" } } };
const aside = ".broken-2026-11-23T020500000Z";

describe("readState()", () => {
  test("readState() gives back what writeState() wrote", () => {
    const host = createFakeHost();
    expect(writeState(host, folder, state)).toEqual({ kind: "done" });
    expect(readState(host, folder, false)).toEqual({ value: state, isLost: false, isMissing: false, note: undefined });
    expect(host.files.stat(statePath(folder))).toMatchObject({ mode: 0o640 });
  });

  test("readState() is empty, and not lost, before the first tick", () => {
    expect(readState(createFakeHost(), folder, false)).toMatchObject({
      value: emptyState,
      isLost: false,
      isMissing: true,
    });
  });

  const cases = [
    {
      name: "replaces a broken one and says where it is",
      given: false,
      want: `"/var/lib/dogwatch/state.json" is broken (it is not whole JSON); it was replaced; kept as "/var/lib/dogwatch/state.json${aside}"`,
    },
    {
      name: "leaves a broken one when it only looks, and says so",
      given: true,
      want: '"/var/lib/dogwatch/state.json" is broken (it is not whole JSON); the next tick will replace it',
    },
  ] as const;
  for (const { name, given, want } of cases)
    test(`readState() ${name}`, () => {
      const host = createFakeHost();
      host.files.put(statePath(folder), '{"seal":"');
      expect(readState(host, folder, given)).toEqual({ value: emptyState, isLost: true, isMissing: false, note: want });
      expect(host.files.paths()).toEqual([`${statePath(folder)}${given ? "" : aside}`]);
    });

  test("readState() sets a state of another version aside, whole", () => {
    const host = createFakeHost();
    writeState(host, folder, state);
    const later = (host.files.text(statePath(folder)) ?? "").replace('"version":1', '"version":2');
    const sealed = host.sha256(later.trim().replace(/"seal":"[0-9a-f]+",/u, ""));
    host.files.put(statePath(folder), later.replace(/[0-9a-f]{64}/u, sealed));
    expect(readState(host, folder, false)).toMatchObject({
      isLost: true,
      note: expect.stringContaining("another version"),
    });
    expect(host.files.text(`${statePath(folder)}${aside}`)).toContain('"version":2');
  });
});

describe("readHealState()", () => {
  test("readHealState() gives back what writeHealState() wrote", () => {
    const host = createFakeHost();
    writeHealState(host, folder, heal);
    expect(readHealState(host, folder, now, false)).toMatchObject({ value: heal, isLost: false, isMissing: false });
  });

  test("readHealState() takes the file of an older dogwatch, which kept no copies", () => {
    const host = createFakeHost();
    const { kept, ...older } = heal;
    writeSealed(host, healStatePath(folder), older, 0o640);
    expect(readHealState(host, folder, now, false)).toMatchObject({ value: heal, isLost: false });
    expect(kept).toEqual({});
  });

  test("readHealState() lets every rule cool down from now on when it was lost", () => {
    const host = createFakeHost();
    host.files.put(healStatePath(folder), "{");
    expect(readHealState(host, folder, now, false)).toMatchObject({
      value: { ...emptyHealState, lostAt: now },
      isLost: true,
    });
  });

  test("readHealState() has nothing to cool down from before the first heal", () => {
    const read = readHealState(createFakeHost(), folder, now, false);
    expect(read).toMatchObject({ value: emptyHealState, isLost: false, isMissing: true });
  });
});

describe("readIllness()", () => {
  test("readIllness() gives back the reason that was left, and nothing of a broken one", () => {
    const host = createFakeHost();
    expect(readIllness(host, folder)).toBeUndefined();
    writeIllness(host, folder, { exit: 78, why: "the config is invalid" });
    expect(readIllness(host, folder)).toMatchObject({ exit: 78, why: "the config is invalid" });
    host.files.put(`${folder}/illness.json`, "{");
    expect(readIllness(host, folder)).toBeUndefined();
    expect(host.files.text(`${folder}/illness.json`)).toBe("{");
  });

  test("writeIllness() passes a full disk in silence: the exit status has to do", () => {
    const host = createFakeHost();
    host.files.fail("replace", /illness/u, "ENOSPC");
    writeIllness(host, folder, { exit: 74, why: "no space left on device" });
    expect(readIllness(host, folder)).toBeUndefined();
  });

  test("readToldIllness() gives back what was told", () => {
    const host = createFakeHost();
    expect(readToldIllness(host, folder)).toBeUndefined();
    writeToldIllness(host, folder, { version: 1, cause: "78 ", moment: now });
    expect(readToldIllness(host, folder)).toEqual({ version: 1, cause: "78 ", moment: now });
  });
});
