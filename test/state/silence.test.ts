import { describe, expect, test } from "bun:test";
import { readSilences, type Silence, silenceOf, silenceText, writeSilences } from "../../src/state/silence.ts";
import { createFakeHost } from "../fake-host.ts";

const folder = "/var/lib/dogwatch";
const silence = (check: string, until = "2026-11-23T04:05:00.000Z"): Silence => ({
  check,
  from: "2026-11-23T02:05:00.000Z",
  until,
  reason: "we move it",
  by: "uid:0",
});

describe("readSilences()", () => {
  test("readSilences() gives what writeSilences() wrote, without what is over by then", () => {
    const host = createFakeHost();
    const all = [silence("gateway"), silence("board", "2026-11-23T03:00:00.000Z")];
    expect(writeSilences(host, folder, all)).toEqual({ kind: "done" });
    expect(readSilences(host, folder, "2026-11-23T02:59:59.999Z")).toEqual(all);
    expect(readSilences(host, folder, "2026-11-23T03:00:00.000Z")).toEqual([silence("gateway")]);
    expect(readSilences(host, folder, "2026-11-23T04:05:00.000Z")).toEqual([]);
  });

  test("readSilences() leaves out one that was set under a clock that was ahead, and would last until it comes round", () => {
    const host = createFakeHost();
    writeSilences(host, folder, [silence("gateway", "2026-11-23T04:05:00.000Z")]);
    expect(readSilences(host, folder, "2026-11-23T02:00:00.000Z")).toHaveLength(1);
    expect(readSilences(host, folder, "2026-11-23T01:59:59.000Z")).toEqual([]);
    expect(readSilences(host, folder, "1970-01-01T00:00:00.000Z")).toEqual([]);
  });

  for (const given of ["", "{}", '{"version":1,"silences":[]}', "not JSON"])
    test(`readSilences() takes ${JSON.stringify(given)} for no silence, and leaves it there`, () => {
      const host = createFakeHost();
      host.files.put(`${folder}/silences.json`, given);
      expect(readSilences(host, folder, "2026-11-23T02:05:00.000Z")).toEqual([]);
      expect(host.files.text(`${folder}/silences.json`)).toBe(given);
    });
});

test("silenceOf() finds a check's own silence, or that of all", () => {
  expect(silenceOf([silence("board"), silence("gateway")], "gateway")?.check).toBe("gateway");
  expect(silenceOf([silence("all")], "gateway")?.check).toBe("all");
  expect(silenceOf([silence("board")], "gateway")).toBeUndefined();
  expect(silenceOf([silence("all")], "added-later")?.check).toBe("all");
});

test("silenceOf() finds of two the one that ends last", () => {
  const [late, soon] = [silence("gateway", "2026-11-23T05:00:00.000Z"), silence("all")];
  expect(silenceOf([late, soon], "gateway")).toEqual(late);
  expect(silenceOf([soon, late], "gateway")).toEqual(late);
});

test("silenceText() tells until when, by whom and why", () => {
  expect(silenceText(silence("gateway"))).toBe('"gateway" is silenced until 2026-11-23 04:05 UTC by uid:0: we move it');
  expect(silenceText({ ...silence("gateway"), name: "root" }, "2026-11-23T02:50:00.000Z")).toBe(
    '"gateway" is silenced until 2026-11-23 04:05 UTC by root, 75 min left: we move it',
  );
  expect(silenceText({ ...silence("gateway"), by: "config" })).toBe(
    '"gateway" is in maintenance until 2026-11-23 04:05 UTC: we move it',
  );
  expect(silenceText({ ...silence("all"), by: "config", reason: "" })).toBe(
    '"all" is in maintenance until 2026-11-23 04:05 UTC',
  );
});
