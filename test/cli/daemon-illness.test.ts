import { describe, expect, test } from "bun:test";
import { illnessAfter } from "../../src/cli/daemon-illness.ts";
import { nextCommand } from "../../src/cli/next-command.ts";
import { paths } from "../tick-bed.ts";

const deaf =
  'cannot reach the heal helper at "/run/dogwatch-heal.sock": it refused: it is about another config than the one that root reads; run: sudo dogwatch tick';
const full = "cannot write the state: no space left on device";
const changed = 'the config "/c.yaml" has changed; the one read at 02:05 UTC goes on until a reload (SIGHUP)';
const fault = "/c.yaml:9:1: unknown key";

const heldBy = (refused: string | undefined, ...notes: readonly string[]) => ({
  refused: () => refused,
  notes: () => notes,
});

describe("illnessAfter()", () => {
  const cases = [
    { name: "nothing of a tick that went well", given: { exit: 0 }, held: heldBy(undefined, changed), want: undefined },
    {
      name: "the config that a reload refused, though the tick went well",
      given: { exit: 0 },
      held: heldBy(fault),
      want: { exit: 78, why: fault },
    },
    {
      name: "that config rather than the helper that can't read it either",
      given: { exit: 74, why: deaf },
      held: heldBy(fault, fault),
      want: { exit: 78, why: fault },
    },
    {
      name: "a config that was not read yet, where the helper refuses",
      given: { exit: 74, why: deaf },
      held: heldBy(undefined, changed),
      want: {
        exit: 74,
        why: `${changed}, and the root helper heals nothing until then; run: sudo systemctl reload dogwatch-daemon.service`,
      },
    },
    {
      name: "a helper that can't be reached for another reason",
      given: { exit: 74, why: deaf },
      held: heldBy(undefined),
      want: { exit: 74, why: deaf },
    },
    {
      name: "a full disk, whatever the config is",
      given: { exit: 74, why: full },
      held: heldBy(fault, changed),
      want: { exit: 74, why: full },
    },
  ] as const;
  for (const { name, given, held, want } of cases)
    test(`illnessAfter() tells ${name}`, () => expect(illnessAfter(given, held)).toEqual(want));

  test("illnessAfter() leads to the reload", () => {
    const why = illnessAfter({ exit: 74, why: deaf }, heldBy(undefined, changed))?.why;
    expect(nextCommand("74", paths, why)).toBe("sudo systemctl reload dogwatch-daemon.service");
    expect(nextCommand("74", paths, deaf)).toBe("sudo dogwatch tick");
  });
});
