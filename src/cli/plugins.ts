import type { Config, PluginCheck } from "../config/config.ts";
import { filterHosts } from "../config/egress.ts";
import { dropIns, openWords, readDropIn } from "../config/ip-filter.ts";
import { programsIn } from "../config/model-clients.ts";
import { folderOf } from "../config/path.ts";
import { sticky, writeMask } from "../config/trust.ts";
import type { FileStat, Host } from "../host/host.ts";
import type { Paths } from "../paths.ts";
import type { EgressList } from "./egress-list.ts";

/** Addresses that are named in one line. */
const maxNamed = 4;
const anyExecute = 0o111;

const pluginsOf = ({ checks }: Config): readonly PluginCheck[] =>
  checks.flatMap((check) => (check.kind === "plugin" ? [check] : []));

/** What a program of ours can reach: what the units' IP filter lets through, where there is one. */
const reach = (host: Host, { install, helper, state }: Paths, config: Config): string => {
  if (install !== "system" || helper === state) return "reaches whatever its user can";
  const dropIn = readDropIn(host, dropIns.watcher) ?? "";
  if (openWords(dropIn).length > 0) return "reaches any address, since the IP filter is open";
  const hosts = filterHosts(config).map((each) => each.host);
  const more = hosts.length > maxNamed ? ` and ${hosts.length - maxNamed} more` : "";
  return hosts.length === 0
    ? "reaches loopback only, by the IP filter"
    : `reaches loopback, ${hosts.slice(0, maxNamed).join(", ")}${more}, by the IP filter`;
};

/** Each plugin as a program, with what it can reach. Never throws. */
export const pluginPrograms = (host: Host, paths: Paths, config: Config): EgressList["programs"] =>
  pluginsOf(config).map(({ name, as, plugin }) => ({
    argv: plugin.command,
    for: `check ${name}${as === null ? "" : `, as ${as}`}; ${reach(host, paths, config)}`,
  }));

/** The file itself, where the path is a link. */
const statOf = ({ files }: Host, path: string): FileStat | undefined => {
  const stat = files.stat(path);
  if ("kind" in stat) return undefined;
  if (!stat.isLink) return stat;
  const read = files.readAt(path, 0, 0);
  return read.kind === "read" ? read.stat : undefined;
};

/** Who else can change a program than root and the user that runs it. */
const writerOf = (host: Host, path: string, stat: FileStat, as: string | null): string | undefined => {
  const runner = as === null ? host.uid : host.uidOf(as);
  if (stat.uid !== 0 && stat.uid !== runner) return `"${host.userOf(stat.uid) ?? `uid ${stat.uid}`}" owns`;
  if ((stat.mode & writeMask) !== 0) return "others can write";
  const folder = statOf(host, folderOf(path));
  const isOpen = folder !== undefined && (folder.mode & writeMask) !== 0 && (folder.mode & sticky) === 0;
  return isOpen ? "others can replace" : undefined;
};

const warningOf = (host: Host, { name, as }: PluginCheck, path: string, isFirst: boolean): string | undefined => {
  const there = host.files.stat(path);
  if ("kind" in there) return there.code === "ENOENT" ? `check "${name}": there is no program "${path}"` : undefined;
  const stat = statOf(host, path);
  if (stat === undefined) return undefined;
  if (isFirst && (!stat.isFile || (stat.mode & anyExecute) === 0))
    return `check "${name}": "${path}" is no program that can be run`;
  const writer = writerOf(host, path, stat, as);
  return writer === undefined ? undefined : `check "${name}": ${writer} the program "${path}", which dogwatch runs`;
};

/** What a person should know of the plugins' files: missing, not to be run, or another's to change. Never throws. */
export const pluginWarnings = (host: Host, config: Config): readonly string[] =>
  pluginsOf(config).flatMap((check) =>
    programsIn(check.plugin.command)
      .filter((program) => program.startsWith("/"))
      .flatMap((program, at) => warningOf(host, check, program, at === 0) ?? []),
  );

/** Users that checks wait for a beat of, and that this host doesn't have. Never throws. */
export const beatWarnings = (host: Host, { checks }: Config): readonly string[] =>
  checks.flatMap((check) => {
    const by = check.kind === "heartbeat" ? check.heartbeat.by : null;
    return by === null || host.uidOf(by) !== undefined
      ? []
      : [`check "${check.name}" reads unknown: there is no user "${by}" on this host`];
  });
