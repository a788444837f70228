import { describe, expect, test } from "bun:test";
import { accountOf, findAccount, listAccounts } from "../../src/host/users.ts";

const passwd = `root:x:0:0:root:/root:/bin/bash
agents:x:1001:1002:Agents,,,:/home/agents:/bin/bash
broken:x:abc:1:::
+::::::
short:x:7
agents:x:5:5:the second of its name::
`;

describe("findAccount()", () => {
  const cases = [
    { name: "finds a name", given: "agents", expected: { name: "agents", uid: 1001, gid: 1002, home: "/home/agents" } },
    { name: "finds a uid", given: 0, expected: { name: "root", uid: 0, gid: 0, home: "/root" } },
    { name: "takes no part of a name", given: "agent", expected: undefined },
    { name: "takes no regular expression", given: "a.*", expected: undefined },
    { name: "passes over a line without numbers", given: "broken", expected: undefined },
    { name: "passes over a line too short", given: "short", expected: undefined },
    { name: "passes over a line of NIS", given: "+", expected: undefined },
    { name: "finds no empty name", given: "", expected: undefined },
  ];
  for (const { name, given, expected } of cases) {
    test(`findAccount() ${name}`, () => {
      expect(findAccount(passwd, given)).toEqual(expected);
    });
  }
});

test("listAccounts() gives every whole line, and no other", () => {
  expect(listAccounts(passwd).map(({ name, uid, home }) => [name, uid, home])).toEqual([
    ["root", 0, "/root"],
    ["agents", 1001, "/home/agents"],
    ["agents", 5, ""],
  ]);
});

describe("accountOf()", () => {
  test("accountOf() knows root by name and by uid", () => {
    expect(accountOf("root")).toMatchObject({ uid: 0, gid: 0 });
    expect(accountOf(0)).toMatchObject({ name: "root" });
  });

  for (const odd of ["", "-h", "a:b", "a b", "../x", "a\nb", "a\0b", "no-such-user-here"]) {
    test(`accountOf() has nobody called ${JSON.stringify(odd)}`, () => {
      expect(accountOf(odd)).toBeUndefined();
    });
  }
});
