import { describe, expect, test } from "bun:test";
import { liveOf } from "../../src/probes/queue-live.ts";
import { processFacts } from "../fake-facts.ts";

const workers = (pattern: string | null, ...argvs: readonly (readonly string[])[]): readonly string[] => {
  const processes = argvs.map((argv, at) => processFacts({ pid: 100 + at, argv }));
  return [...liveOf(processes, pattern, 0, 1).workers.keys()];
};

describe("liveOf()", () => {
  test("liveOf() names workers by the first group of the pattern", () =>
    expect(workers("job (j_\\d+)", ["w", "job", "j_1"], ["w", "rest"])).toEqual(["j_1"]));

  test("liveOf() takes none for a worker whose group matched nothing, or is empty", () =>
    expect(workers("job(?: (j_\\d*))?", ["w", "job"], ["w", "job", "x"], ["w", "job", "j_2"])).toEqual(["j_2"]));

  test("liveOf() knows of an empty group that it names no job", () =>
    expect(workers("job ?(\\d*)", ["w", "job"], ["w", "job", "7"])).toEqual(["7"]));

  test("liveOf() knows no workers without a pattern", () => expect(workers(null, ["w", "job", "j_1"])).toEqual([]));
});
