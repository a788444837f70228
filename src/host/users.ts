import { readFileSync } from "node:fs";
import { attempt, isFailure } from "./failure.ts";

/** A user as the password database tells it. Source: passwd(5). */
export interface Account {
  readonly name: string;
  readonly uid: number;
  readonly gid: number;
  readonly home: string;
}

/** All accounts in the text of a passwd file, in its order; lines that are none are left out. Pure. */
export const listAccounts = (text: string): readonly Account[] =>
  text.split("\n").flatMap((line) => {
    const [name = "", , uid = "", gid = "", , home = "/"] = line.split(":");
    return name !== "" && /^\d+$/.test(uid) && /^\d+$/.test(gid)
      ? [{ name, uid: Number(uid), gid: Number(gid), home }]
      : [];
  });

/** The account of a name, or of a uid as a number, in the text of a passwd file; undefined when it has none. Pure. */
export const findAccount = (text: string, wanted: string | number): Account | undefined => {
  for (const line of text.split("\n")) {
    const [name = "", , uid = "", gid = "", , home = "/"] = line.split(":");
    const isWanted = typeof wanted === "number" ? uid === String(wanted) : name === wanted;
    if (isWanted && name !== "" && /^\d+$/.test(uid) && /^\d+$/.test(gid))
      return { name, uid: Number(uid), gid: Number(gid), home };
  }
  return undefined;
};

/** node:child_process is fetched only here, since every start pays for what stands at the top of a module. */
const getent = (key: string): string => {
  const { spawnSync } = process.getBuiltinModule("node:child_process");
  const ran = spawnSync("/usr/bin/getent", ["passwd", "--", key], {
    cwd: "/",
    encoding: "utf8",
    env: { PATH: "/usr/bin:/bin", LANG: "C.UTF-8" },
    maxBuffer: 64 * 1024,
    stdio: ["ignore", "pipe", "ignore"],
    timeout: 3000,
  });
  return ran.status === 0 ? ran.stdout : "";
};

/**
 * The account of a user: from /etc/passwd, else asked of the name service with `getent` (LDAP, DynamicUser, homed),
 * which costs a child process. Undefined when nobody has that name. Never throws.
 */
export const accountOf = (wanted: string | number): Account | undefined => {
  const isName = typeof wanted === "number" || /^[^-:/\s\0][^:/\s\0]*$/.test(wanted);
  if (!isName) return undefined;
  const text = attempt(() => readFileSync("/etc/passwd", "utf8"));
  const local = isFailure(text) ? undefined : findAccount(text, wanted);
  return local ?? findAccount(getent(String(wanted)), wanted);
};
