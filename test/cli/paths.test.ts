import { describe, expect, test } from "bun:test";
import { findPaths, type PathFlags } from "../../src/cli/paths.ts";
import type { Paths } from "../../src/paths.ts";
import { createFakeHost } from "../fake-host.ts";

interface Given {
  readonly uid: number;
  readonly env?: Readonly<Record<string, string>>;
  readonly flags?: PathFlags;
  /** Configs that are there. */
  readonly files?: readonly string[];
}

const find = ({ uid, env = {}, flags = {}, files = [] }: Given): Paths => {
  const host = createFakeHost({ uid, env: { HOME: "/home/ann", ...env } });
  for (const file of files) host.files.put(file, "");
  return findPaths(host, flags);
};

const systemFile = "/etc/dogwatch/dogwatch.yaml";
const userFile = "/home/ann/.config/dogwatch/dogwatch.yaml";
const system: Paths = {
  config: systemFile,
  state: "/var/lib/dogwatch",
  logFile: "/var/log/dogwatch/heal.jsonl",
  helper: "/var/lib/dogwatch",
  socket: null,
  credentials: { path: "/etc/dogwatch/credentials", prefix: "" },
  recipes: "/etc/dogwatch/heal-recipes",
  beats: { folder: "/var/lib/dogwatch-beat", uid: 0 },
  install: "system",
};
const user: Paths = {
  config: userFile,
  state: "/home/ann/.local/state/dogwatch",
  logFile: "/home/ann/.local/state/dogwatch/log/heal.jsonl",
  helper: "/home/ann/.local/state/dogwatch",
  socket: null,
  credentials: { path: "/home/ann/.config/dogwatch/credentials", prefix: "" },
  recipes: "/home/ann/.config/dogwatch/heal-recipes",
  beats: { folder: "/home/ann/.local/state/dogwatch/beat", uid: 1000 },
  install: "user",
};

describe("findPaths() tells the install", () => {
  const cases: readonly { readonly name: string; readonly given: Given; readonly want: Paths }[] = [
    { name: "root's is the system's", given: { uid: 0 }, want: system },
    {
      name: "root's is the system's, whatever lies in root's home",
      given: { uid: 0, files: [userFile] },
      want: system,
    },
    { name: "a user's is the user's where the host has none", given: { uid: 1000 }, want: user },
    {
      name: "a user's is the user's where that user has a config",
      given: { uid: 1000, files: [userFile, systemFile] },
      want: user,
    },
    {
      name: "a user's is the system's where only the host has one",
      given: { uid: 1000, files: [systemFile] },
      want: system,
    },
  ];
  for (const { name, given, want } of cases) test(`findPaths(): ${name}`, () => expect(find(given)).toEqual(want));
});

describe("findPaths() takes what systemd hands over", () => {
  const unit = {
    STATE_DIRECTORY: "/var/lib/private/dw:/var/lib/other",
    LOGS_DIRECTORY: "/var/log/dw",
    CREDENTIALS_DIRECTORY: "/run/credentials/dogwatch.service",
  };
  const cases: readonly { readonly name: string; readonly given: Given; readonly want: Partial<Paths> }[] = [
    {
      name: "the first folder of each kind, and credentials under their prefix",
      given: { uid: 0, env: unit },
      want: {
        state: "/var/lib/private/dw",
        logFile: "/var/log/dw/heal.jsonl",
        credentials: { path: "/run/credentials/dogwatch.service", prefix: "dw_" },
        config: systemFile,
      },
    },
    {
      name: "nothing of an empty variable",
      given: { uid: 0, env: { STATE_DIRECTORY: "", LOGS_DIRECTORY: "", CREDENTIALS_DIRECTORY: "" } },
      want: system,
    },
    {
      name: "a flag before it",
      given: { uid: 0, env: unit, flags: { stateDir: "/tmp/s", logsDir: "/tmp/l", config: "/tmp/c/x.yaml" } },
      want: {
        state: "/tmp/s",
        logFile: "/tmp/l/heal.jsonl",
        config: "/tmp/c/x.yaml",
        credentials: { path: "/run/credentials/dogwatch.service", prefix: "dw_" },
      },
    },
  ];
  for (const { name, given, want } of cases)
    test(`findPaths() takes ${name}`, () => expect(find(given)).toMatchObject(want));
});

describe("findPaths() takes flags and a user's own places", () => {
  const cases: readonly { readonly name: string; readonly given: Given; readonly want: Partial<Paths> }[] = [
    {
      name: "credentials and recipes beside the config that is named",
      given: { uid: 0, flags: { config: "/srv/dw/my.yaml" } },
      want: {
        config: "/srv/dw/my.yaml",
        credentials: { path: "/srv/dw/credentials", prefix: "" },
        recipes: "/srv/dw/heal-recipes",
        state: "/var/lib/dogwatch",
      },
    },
    { name: "a config at the root", given: { uid: 0, flags: { config: "/my.yaml" } }, want: { config: "/my.yaml" } },
    {
      name: "the usual log folder beside another state folder",
      given: { uid: 0, flags: { stateDir: "/tmp/s" } },
      want: { state: "/tmp/s", logFile: "/var/log/dogwatch/heal.jsonl" },
    },
    {
      name: "the usual state folder beside another log folder",
      given: { uid: 1000, flags: { logsDir: "/tmp/l" } },
      want: { state: user.state, logFile: "/tmp/l/heal.jsonl" },
    },
    {
      name: "the XDG folders",
      given: { uid: 1000, env: { XDG_CONFIG_HOME: "/x/config", XDG_STATE_HOME: "/x/state" } },
      want: {
        config: "/x/config/dogwatch/dogwatch.yaml",
        state: "/x/state/dogwatch",
        logFile: "/x/state/dogwatch/log/heal.jsonl",
      },
    },
    {
      name: "no XDG folder that isn't absolute",
      given: { uid: 1000, env: { XDG_CONFIG_HOME: "config", XDG_STATE_HOME: "" } },
      want: { config: userFile, state: user.state },
    },
  ];
  for (const { name, given, want } of cases)
    test(`findPaths() takes ${name}`, () => expect(find(given)).toMatchObject(want));

  test("findPaths() has absolute paths without a home too", () => {
    const { config, state } = findPaths(createFakeHost({ uid: 1000 }), {});
    expect([config, state]).toEqual(["/.config/dogwatch/dogwatch.yaml", "/.local/state/dogwatch"]);
  });
});

describe("findPaths() finds the helper's place", () => {
  const heal = "/var/lib/dogwatch-heal";
  const sock = "/run/dogwatch-heal.sock";
  interface Wall {
    readonly uid: number;
    readonly flags?: PathFlags;
    readonly folder?: "folder" | "file";
    /** Owner of the socket. */
    readonly socketUid?: number;
  }
  const cases: readonly {
    readonly name: string;
    readonly given: Wall;
    readonly want: Pick<Paths, "helper" | "socket">;
  }[] = [
    {
      name: "behind the socket for whom the socket is",
      given: { uid: 995, folder: "folder", socketUid: 995 },
      want: { helper: heal, socket: sock },
    },
    {
      name: "in root's folder without a socket for root and everybody else",
      given: { uid: 0, folder: "folder", socketUid: 995 },
      want: { helper: heal, socket: null },
    },
    {
      name: "in root's folder without a socket for another user",
      given: { uid: 1000, folder: "folder", socketUid: 995 },
      want: { helper: heal, socket: null },
    },
    {
      name: "in root's folder where the socket is gone",
      given: { uid: 995, folder: "folder" },
      want: { helper: heal, socket: null },
    },
    {
      name: "beside the state on a host without a wall",
      given: { uid: 0, socketUid: 0 },
      want: { helper: "/var/lib/dogwatch", socket: null },
    },
    {
      name: "beside the state where something else has the folder's name",
      given: { uid: 995, folder: "file", socketUid: 995 },
      want: { helper: "/var/lib/dogwatch", socket: null },
    },
    {
      name: "beside the state that was named by hand",
      given: { uid: 995, folder: "folder", socketUid: 995, flags: { stateDir: "/srv/x" } },
      want: { helper: "/srv/x", socket: null },
    },
    {
      name: "beside the state when the log was named by hand",
      given: { uid: 0, folder: "folder", socketUid: 0, flags: { logsDir: "/srv/x" } },
      want: { helper: "/var/lib/dogwatch", socket: null },
    },
    {
      name: "beside the state of a user's own install",
      given: { uid: 1000, folder: "folder", socketUid: 1000, flags: { install: "user" } },
      want: { helper: "/home/ann/.local/state/dogwatch", socket: null },
    },
  ];
  for (const { name, given, want } of cases)
    test(`findPaths(): ${name}`, () => {
      const host = createFakeHost({ uid: given.uid, env: { HOME: "/home/ann" } });
      host.files.put(systemFile, "");
      if (given.folder === "folder") host.files.put(`${heal}/heal.json`, "");
      if (given.folder === "file") host.files.put(heal, "");
      if (given.socketUid !== undefined) host.files.put(sock, "", { uid: given.socketUid });
      const { helper, socket } = findPaths(host, given.flags ?? {});
      expect({ helper, socket }).toEqual({ ...want });
    });
});

describe("findPaths() tells where beats lie", () => {
  const roots = "/var/lib/dogwatch-beat";
  const cases: readonly {
    readonly name: string;
    readonly given: Given;
    readonly owner?: number;
    readonly want: Paths["beats"];
  }[] = [
    { name: "root's folder, and root's count", given: { uid: 0 }, owner: 0, want: { folder: roots, uid: 0 } },
    {
      name: "the watcher reads root's folder, whatever systemd hands over",
      given: { uid: 990, env: { STATE_DIRECTORY: "/var/lib/dogwatch" }, files: [systemFile] },
      owner: 0,
      want: { folder: roots, uid: 0 },
    },
    {
      name: "a job's own state folder is none of ours",
      given: { uid: 34, env: { STATE_DIRECTORY: "/var/lib/backup" }, files: [systemFile] },
      owner: 0,
      want: { folder: roots, uid: 0 },
    },
    {
      name: "a user install beats into root's folder where there is one, and its own count",
      given: { uid: 1000, files: [userFile] },
      owner: 0,
      want: { folder: roots, uid: 1000 },
    },
    {
      name: "a user install has its own where there is none",
      given: { uid: 1000 },
      want: { folder: "/home/ann/.local/state/dogwatch/beat", uid: 1000 },
    },
    {
      name: "a folder of that name that isn't root's is none",
      given: { uid: 1000 },
      owner: 1003,
      want: { folder: "/home/ann/.local/state/dogwatch/beat", uid: 1000 },
    },
    {
      name: "a state folder named by hand holds them",
      given: { uid: 0, flags: { stateDir: "/srv/x" } },
      owner: 0,
      want: { folder: "/srv/x/beat", uid: 0 },
    },
  ];
  for (const { name, given, owner, want } of cases)
    test(`findPaths(): ${name}`, () => {
      const host = createFakeHost({ uid: given.uid, env: { HOME: "/home/ann", ...given.env } });
      for (const file of given.files ?? []) host.files.put(file, "");
      if (owner !== undefined) host.files.putFolder(roots, { uid: owner, mode: 0o1733 });
      expect(findPaths(host, given.flags ?? {}).beats).toEqual(want);
    });
});
