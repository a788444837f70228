import { describe, expect, test } from "bun:test";
import { hostWith, see } from "./process-bed.ts";

describe("processProbe.look() selects", () => {
  const title = "openclaw-gateway";
  const cut = "openclaw-gatewa";
  const newline = "evil)\nname (x";
  const cases = [
    {
      name: "a long name by the title that the program gave itself",
      given: { process: { name: title }, facts: { comm: cut, argv: [title] } },
      want: "ok",
    },
    {
      name: "a long name by the path of the program",
      given: { process: { name: title }, facts: { comm: cut, argv: [`/opt/bin/${title}`, "run"] } },
      want: "ok",
    },
    {
      name: "a long name by a title with more behind it",
      given: { process: { name: title }, facts: { comm: cut, argv: [`${title}: draining (3 left)`] } },
      want: "ok",
    },
    {
      name: "a long name by a script behind its interpreter",
      given: { process: { name: title }, facts: { comm: cut, argv: ["/usr/bin/python3", `/opt/${title}`] } },
      want: "ok",
    },
    {
      name: "a long name by its 15 bytes where there are no arguments",
      given: { process: { name: title }, facts: { comm: cut, argv: [] } },
      want: "ok",
    },
    {
      name: "no other program with the same 15 bytes",
      given: { process: { name: title }, facts: { comm: cut, argv: ["/opt/openclaw-gateway-2"] } },
      want: "bad",
    },
    {
      name: "no other program that only gets the name as an argument",
      given: { process: { name: title }, facts: { comm: "vi", argv: ["vi", `/opt/${title}`] } },
      want: "bad",
    },
    { name: "the cut name itself", given: { process: { name: cut }, facts: { comm: cut, argv: [title] } }, want: "ok" },
    {
      name: "a name in bytes, not characters",
      given: { process: { name: "größergrößer1" }, facts: { comm: "größergröße", argv: ["/x/größergrößer1"] } },
      want: "ok",
    },
    {
      name: "a name with spaces and parentheses",
      given: { process: { name: "a (b) c" }, facts: { comm: "a (b) c" } },
      want: "ok",
    },
    { name: "a name with a newline", given: { process: { name: newline }, facts: { comm: newline } }, want: "ok" },
    { name: "a name as a whole", given: { process: { name: "gate" }, facts: { comm: "gateway" } }, want: "bad" },
    {
      name: "a command across arguments",
      given: {
        process: { command: "kanban task t_\\d+" },
        facts: { argv: ["python", "-m", "kanban", "task", "t_17"] },
      },
      want: "ok",
    },
    {
      name: "a command that differs",
      given: { process: { command: "^kanban" }, facts: { argv: ["python", "kanban"] } },
      want: "bad",
    },
    { name: "a user", given: { process: { user: "agents" }, facts: { uid: 1000 } }, want: "ok" },
    { name: "another user's", given: { process: { user: "agents" }, facts: { uid: 1001 } }, want: "bad" },
    {
      name: "a user that this host doesn't have",
      given: { process: { user: "nobody-here" }, facts: {} },
      want: "unknown",
    },
    { name: "a unit", given: { process: { unit: "gateway.service" }, facts: { pid: 7 } }, want: "ok" },
    { name: "another unit's", given: { process: { unit: "other.service" }, facts: { pid: 7 } }, want: "bad" },
    {
      name: "only what meets all of it",
      given: { process: { name: "gateway", user: "agents" }, facts: { uid: 0 } },
      want: "bad",
    },
  ] as const;
  for (const { name, given, want } of cases)
    test(`processProbe.look() selects ${name}`, async () => {
      const host = hostWith([given.facts]);
      host.processes.units.set(7, "gateway.service");
      expect(await see(host, { process: given.process })).toMatchObject({ kind: want });
    });

  test("processProbe.look() keeps a hostile name out of its evidence's form", async () => {
    const { evidence } = await see(hostWith([]), { process: { name: "a\n\u001b[2Jb" } });
    expect(evidence).toBe('no live process (name "a b")');
  });

  const asked = [
    { name: "a short name", given: { name: "gateway" }, want: { argv: false, uid: false } },
    { name: "a long name", given: { name: title }, want: { argv: true, uid: false } },
    { name: "a command", given: { command: "x" }, want: { argv: true, uid: false } },
    { name: "a user", given: { user: "agents" }, want: { argv: false, uid: true } },
  ] as const;
  for (const { name, given, want } of asked)
    test(`processProbe.processes() asks for what ${name} needs and no more`, async () => {
      const host = hostWith([]);
      await see(host, { process: given });
      expect(host.processes.asked).toEqual([want]);
    });
});
