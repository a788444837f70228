import { secretFiles } from "../config/check-secrets.ts";
import type { Check, Config, ProcessCheck } from "../config/config.ts";
import { filterFault } from "../config/ip-filter.ts";
import { watcher } from "../config/secret.ts";
import { loadKept } from "../load.ts";
import type { Cli } from "./cli.ts";

/** Where systemd notes users whose services run without a login. Source: loginctl(1), enable-linger. */
const lingerFolder = "/var/lib/systemd/linger";

const lingerLimit = ({ host }: Cli): readonly string[] => {
  const user = host.userOf(host.uid);
  if (user === undefined || !("kind" in host.files.stat(`${lingerFolder}/${user}`))) return [];
  return [`it stops at logout; to go on: sudo loginctl enable-linger ${user}`];
};

/** What dogwatch promises elsewhere and can't hold here, a sentence each (law 10): it is said by `status` and `validate`, and in docs/operating.md. Never throws. */
export const limitsOf = (cli: Cli): readonly string[] => {
  const { paths } = cli;
  if (paths.install !== "user") return [];
  return [
    "user install: no IP filter, no file-system wall",
    "what this user runs can rewrite the heal log: only heads in the chat prove it",
    ...lingerLimit(cli),
  ];
};

/** Secret files that root can read and the unit can't: it runs as the watcher. Never throws. */
export const closedSecrets = ({ host, paths }: Cli, config: Config): readonly string[] => {
  const uid = host.uidOf(watcher);
  if (paths.install !== "system" || paths.helper === paths.state || uid === undefined) return [];
  return secretFiles(config).flatMap((path) => {
    const stat = host.files.stat(path);
    return "kind" in stat || stat.uid === uid
      ? []
      : [`the unit, which runs as "${watcher}", can't read the secret "${path}"; run: chown ${watcher} "${path}"`];
  });
};

/** Why the units' IP filter doesn't fit the config as it is now, in at most one sentence. Never throws. */
export const filterLimits = async ({ host, paths }: Cli): Promise<readonly string[]> => {
  if (paths.install !== "system" || paths.helper === paths.state) return [];
  const loaded = await loadKept(host, paths, true);
  const fault = loaded.kind === "config" ? filterFault(host, loaded.config) : undefined;
  return fault === undefined ? [] : [fault];
};

/** Only a process's own user may read its environment. Source: proc_pid_environ(5), ptrace(2) PTRACE_MODE_READ_FSCREDS. */
const isBlindToEnviron = (check: Check, own: string | undefined): check is ProcessCheck =>
  check.kind === "process" && check.forbidEnv.length > 0 && check.as === null && check.process.user !== own;

const blindToEnviron = (check: Check): readonly string[] =>
  isBlindToEnviron(check, watcher)
    ? [
        `check "${check.name}": "forbid_env" of processes of other users than "${watcher}" reads unknown; add "as: ${check.process.user ?? "USER"}", and "user" in "process"`,
      ]
    : [];

/** The same in a user's own install, where no `as` helps. */
const blindAsUser = (check: Check, own: string | undefined): readonly string[] =>
  isBlindToEnviron(check, own)
    ? [
        `check "${check.name}": "forbid_env" of other users' processes reads unknown: only a system install can look, with "as: ${check.process.user ?? "USER"}"`,
      ]
    : [];

/** Checks of a config that the watcher of a system install can't look at, a sentence each. Pure. */
export const blindInSystem = ({ checks }: Config): readonly string[] => checks.flatMap(blindToEnviron);

/** Checks of a config that nobody can look at in this install, a sentence each. Never throws. */
export const blindChecks = ({ host, paths }: Cli, config: Config): readonly string[] => {
  const { checks } = config;
  if (paths.install !== "user") return blindInSystem(config);
  const own = host.userOf(host.uid);
  return checks.flatMap((check) =>
    check.as === null || check.as === own
      ? blindAsUser(check, own)
      : [`check "${check.name}" reads unknown: only root can look as "${check.as}"`],
  );
};
