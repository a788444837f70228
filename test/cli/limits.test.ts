import { describe, expect, test } from "bun:test";
import { blindChecks, limitsOf } from "../../src/cli/limits.ts";
import { parseConfig } from "../../src/config/load.ts";
import { createFakeHost, type FakeHost } from "../fake-host.ts";
import { cliOf } from "./cli-bed.ts";

const ann = (): FakeHost => {
  const host = createFakeHost({ uid: 1000, users: { ann: 1000, agents: 1001 }, env: { HOME: "/home/ann" } });
  host.files.put("/home/ann/.config/dogwatch/dogwatch.yaml", "");
  return host;
};

describe("limitsOf()", () => {
  test("limitsOf() says nothing of a system install", () => {
    expect(limitsOf(cliOf(createFakeHost()))).toEqual([]);
  });

  test("limitsOf() tells a user install what it lacks, each line within 80 columns", () => {
    const limits = limitsOf(cliOf(ann()));
    expect(limits).toEqual([
      "user install: no IP filter, no file-system wall",
      "what this user runs can rewrite the heal log: only heads in the chat prove it",
      "it stops at logout; to go on: sudo loginctl enable-linger ann",
    ]);
    for (const line of limits) expect(line.length).toBeLessThanOrEqual(80);
  });

  test("limitsOf() says nothing of linger to a user who lingers", () => {
    const host = ann();
    host.files.put("/var/lib/systemd/linger/ann", "");
    expect(limitsOf(cliOf(host)).join("\n")).not.toContain("linger");
  });
});

test("blindChecks() names the checks that only root could look at for a user", () => {
  const text = `chat: console
checks:
  mine: { process: { name: a }, as: ann }
  theirs: { process: { name: b }, as: agents }
  any: { process: { name: c } }
`;
  const parsed = parseConfig(new TextEncoder().encode(text), "x.yaml", { hostname: "web-1" });
  if (parsed.kind !== "config") throw new Error("the config is not valid");
  expect(blindChecks(cliOf(ann()), parsed.config)).toEqual([
    'check "theirs" reads unknown: only root can look as "agents"',
  ]);
  expect(blindChecks(cliOf(createFakeHost()), parsed.config)).toEqual([]);
});

test("blindChecks() names the checks on the environment of another user's processes", () => {
  const text = `chat: console
checks:
  seen: { process: { name: a, user: agents }, as: agents, forbid_env: ["*_BOT_TOKEN"] }
  blind: { process: { name: a, user: agents }, forbid_env: ["*_BOT_TOKEN"] }
`;
  const parsed = parseConfig(new TextEncoder().encode(text), "x.yaml", { hostname: "web-1" });
  if (parsed.kind !== "config") throw new Error("the config is not valid");
  expect(blindChecks(cliOf(createFakeHost()), parsed.config)).toEqual([
    'check "blind": "forbid_env" of processes of other users than "dogwatch" reads unknown; add "as: agents", and "user" in "process"',
  ]);
});

test("blindChecks() tells a user install whose environments it can't read", () => {
  const text = `chat: console
checks:
  mine: { process: { name: a, user: ann }, forbid_env: ["*_BOT_TOKEN"] }
  theirs: { process: { name: a, user: agents }, forbid_env: ["*_BOT_TOKEN"] }
  any: { process: { name: a }, forbid_env: ["*_BOT_TOKEN"] }
`;
  const parsed = parseConfig(new TextEncoder().encode(text), "x.yaml", { hostname: "web-1" });
  if (parsed.kind !== "config") throw new Error("the config is not valid");
  const blind = blindChecks(cliOf(ann()), parsed.config);
  expect(blind.map((line) => line.slice(0, 15))).toEqual(['check "theirs":', 'check "any": "f']);
  expect(blind[0]).toEqual(
    'check "theirs": "forbid_env" of other users\' processes reads unknown: only a system install can look, with "as: agents"',
  );
});
