import { existsSync } from "node:fs";
import { getegid, getgroups, pid } from "node:process";
import { createClock } from "./clock.ts";
import { hmacSha256, sha256, sha256File } from "./digest.ts";
import { createExec } from "./exec.ts";
import { createOwnFiles } from "./file-walk.ts";
import { createFiles } from "./files.ts";
import type { Host, Processes, Terminal } from "./host.ts";
import { createHttp } from "./http.ts";
import { connectLines, stdioPeer } from "./lines.ts";
import { createSurvey } from "./proc-survey.ts";
import { createProcesses } from "./processes.ts";
import { signing } from "./signing.ts";
import { createSqlite } from "./sqlite.ts";
import { structured } from "./structured.ts";
import { createSystemd } from "./systemd.ts";
import { createTcp } from "./tcp.ts";
import { createTerminal } from "./terminal.ts";
import { accountOf } from "./users.ts";

/** What only main.ts may read off the running process. */
interface HostOptions {
  readonly env: Readonly<Record<string, string | undefined>>;
  /** Effective uid. */
  readonly uid: number;
  readonly binary: string;
  readonly hostname: string;
}

/**
 * Opens the real machine. Whatever looks at it on being made is made at its first use: a tick pays for what it uses.
 * Never throws.
 */
export const createHost = (options: HostOptions): Host => {
  const { env, uid, binary, hostname } = options;
  const clock = createClock();
  const exec = createExec({ uid });
  let processes: Processes | undefined;
  let terminal: Terminal | undefined;
  return {
    clock,
    files: createFiles(),
    ownFiles: createOwnFiles({ uid }),
    exec,
    http: createHttp(),
    tcp: createTcp(),
    systemd: createSystemd({ exec, clock, env, uid, isBooted: () => existsSync("/run/systemd/system") }),
    get processes() {
      processes ??= createProcesses({ uid, pid, groups: () => [...(getgroups?.() ?? []), getegid?.() ?? -1] });
      return processes;
    },
    survey: createSurvey(),
    get terminal() {
      terminal ??= createTerminal(env);
      return terminal;
    },
    openScreen: async () => (await import("./screen.ts")).openScreen(),
    sqlite: createSqlite({ clock }),
    peers: {
      connect: connectLines,
      activated: stdioPeer,
    },
    structured,
    signing,
    hostname,
    uid,
    pid,
    env,
    binary,
    sha256,
    hmacSha256,
    sha256File,
    unpack: async (path, onPiece) => await (await import("./unpack.ts")).unpackFile(path, onPiece),
    uidOf: (user) => accountOf(user)?.uid,
    userOf: (of) => accountOf(of)?.name,
    accountOf,
  };
};
