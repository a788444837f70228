import { existsSync } from "node:fs";
import { failed, isFailure } from "./failure.ts";
import type { Command, Failure, Ran } from "./host.ts";
import { type Account, accountOf } from "./users.ts";

/** What is really started for a command. */
export interface Start {
  readonly argv: readonly string[];
  readonly env: Readonly<Record<string, string>>;
}

/** The environment that every command starts from; nothing of our own is handed down, but for what a user's own login would set. */
const baseEnv = { PATH: "/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin", LANG: "C.UTF-8" } as const;

/**
 * What a login would set, as far as programs rely on it: `systemctl --user` finds its manager by these. Source:
 * pam_systemd(8).
 */
const userEnv = (account: Account): Record<string, string> => {
  const runtime = `/run/user/${account.uid}`;
  return {
    HOME: account.home,
    USER: account.name,
    LOGNAME: account.name,
    XDG_RUNTIME_DIR: runtime,
    DBUS_SESSION_BUS_ADDRESS: `unix:path=${runtime}/bus`,
  };
};

/** The words before a command that make it run as somebody else: ids, their groups, no inherited capability. */
const asAccount = (account: Account): readonly string[] | Failure => {
  const setpriv = ["/usr/bin/setpriv", "/bin/setpriv"].find((path) => existsSync(path));
  return setpriv === undefined
    ? failed("ENOENT", `cannot become user "${account.name}": /usr/bin/setpriv is missing; install util-linux`)
    : [setpriv, `--reuid=${account.uid}`, `--regid=${account.gid}`, "--init-groups", "--inh-caps=-all", "--"];
};

/**
 * Plans how to start a command as the user it names. Bun's own `uid` and `gid` options leave the child without the
 * user's supplementary groups, so setpriv (util-linux) does it: it asks initgroups(3), and execs, so that pid, signals
 * and exit status are the command's own.
 */
export const planStart = (command: Command, ownUid: number): Start | Failure => {
  if (command.user === undefined) {
    const own = ownUid === 0 ? undefined : accountOf(ownUid);
    return { argv: command.argv, env: { ...baseEnv, ...(own === undefined ? {} : userEnv(own)), ...command.env } };
  }
  const account = accountOf(command.user);
  if (account === undefined) return failed("ENOENT", `there is no user "${command.user}" on this host`);
  const env = { ...baseEnv, ...userEnv(account), ...command.env };
  if (account.uid === ownUid) return { argv: command.argv, env };
  if (ownUid !== 0) return failed("EPERM", `only root can run a command as user "${command.user}"`);
  const prefix = asAccount(account);
  return isFailure(prefix) ? prefix : { argv: [...prefix, ...command.argv], env };
};

/**
 * Tells setpriv's own failure from the command's: it exits 126 or 127 and says why on stderr, which to everybody else
 * would look as if the command had run. Never throws.
 */
export const withoutSetpriv = (ran: Ran): Ran => {
  if (ran.kind !== "exited" || (ran.status !== 126 && ran.status !== 127)) return ran;
  const why = /^setpriv: (.+)$/m.exec(ran.stderr)?.[1];
  if (why === undefined) return ran;
  const code = why.endsWith("No such file or directory") ? "ENOENT" : why.endsWith("denied") ? "EACCES" : "EPERM";
  return failed(code, why);
};
