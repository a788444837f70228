import { describe, expect, test } from "bun:test";
import { textOf } from "./blocks.ts";

/** Path to owner and mode, as the tables of a page have them: `| `/etc/x/` | root:root 0755 |`, in whatever column. */
const told = (text: string): ReadonlyMap<string, string> =>
  new Map(
    text.split("\n").flatMap((line): [string, string][] => {
      const path = /^\| `(\/[^`*]+?)\/?`/u.exec(line)?.[1];
      const owner = /\| ([a-z]+:[a-z]+ [0-7]{4}) +\|/u.exec(line)?.[1];
      return path === undefined || owner === undefined ? [] : [[path, owner]];
    }),
  );

/** What systemd-tmpfiles makes. Source: tmpfiles.d(5). */
const made = textOf("units/tmpfiles.d/dogwatch.conf")
  .split("\n")
  .flatMap((line): [string, string][] => {
    const [type, path, mode, user, group] = line.split(/\s+/u);
    return type === "d" && path !== undefined ? [[path, `${user}:${group} ${mode}`]] : [];
  });

const socket = (key: string): string =>
  new RegExp(`^${key}=(.*)$`, "mu").exec(textOf("units/dogwatch-heal.socket"))?.[1] ?? "";
const door = socket("ListenStream");
const constant = (name: string): string =>
  new RegExp(`^const ${name} = "(.*)";$`, "mu").exec(textOf("src/cli/paths.ts"))?.[1] ?? "";
const helperFolder = constant("helperFolder");
const helperSocket = constant("helperSocket");
const isIn = (folder: string, path: string): boolean => path.startsWith(`${folder}/`);

describe("owners and modes in the pages", () => {
  const owners = new Map([...made, [door, `${socket("SocketUser")}:${socket("SocketGroup")} ${socket("SocketMode")}`]]);
  const operating = told(textOf("docs/operating.md"));
  const readme = told(textOf("README.md"));

  for (const [path, owner] of owners)
    test(`docs/operating.md tells ${path} as it is made`, () => expect(operating.get(path)).toBe(owner));

  test("README.md tells nothing else of the same folders", () => {
    const common = [...owners].filter(([path]) => readme.has(path));
    expect(common.map(([path]) => [path, readme.get(path)])).toEqual(common);
    expect(common.length).toBeGreaterThan(5);
  });

  test("the units, the code and the pages mean the same folder and the same socket", () => {
    expect(door).toBe(helperSocket);
    expect(owners.has(helperFolder)).toBe(true);
    for (const page of ["README.md", "docs/operating.md"])
      expect(`${page} ${textOf(page).includes(helperSocket)}`).toBe(`${page} true`);
  });

  test("every file of the state folders that is told is one that the code writes", () => {
    const sources = [...new Bun.Glob("src/**/*.ts").scanSync()].map(textOf).join("\n");
    const files = [...textOf("docs/operating.md").matchAll(/^\| `(\/var\/lib\/dogwatch[^`]*\.(?:json|lock))`/gmu)].map(
      (found) => found[1] ?? "",
    );
    expect(files.filter((path) => !sources.includes(path.slice(path.lastIndexOf("/"))))).toEqual([]);
    expect(files.filter((path) => isIn(helperFolder, path)).length).toBeGreaterThan(4);
  });

  test("a page whose table is wrong would be named", () => {
    const wrong = told(textOf("docs/operating.md").replace("root:adm 2750", "root:root 0755"));
    expect(wrong.get("/var/log/dogwatch")).not.toBe(owners.get("/var/log/dogwatch"));
  });
});
