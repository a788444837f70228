import type { Config } from "../config/config.ts";
import { dropInText, folderLines, type Resolved } from "../config/drop-in.ts";
import { filterHosts, isLiteral } from "../config/egress.ts";
import {
  dropIns,
  filterCommand,
  filterFault,
  filterMark,
  nameservers,
  openWords,
  readDropIn,
} from "../config/ip-filter.ts";
import { folderOf } from "../config/path.ts";
import type { Host } from "../host/host.ts";
import type { Paths } from "../paths.ts";
import { complain, exits } from "./cli.ts";
import { egressList } from "./egress-list.ts";

const timeoutMs = 10_000;
const maxOutputBytes = 64 * 1024;

/** Asked for each family alone: together they are narrowed to what this host has an address of right now. Source: getent(1). */
const databases = ["ahostsv4", "ahostsv6"] as const;

const resolve = async (host: Host, name: string): Promise<readonly string[]> => {
  const answers = await Promise.all(
    databases.map((database) =>
      host.exec.run({ argv: ["/usr/bin/getent", database, name], timeoutMs, maxOutputBytes }),
    ),
  );
  const found = answers.flatMap((ran) =>
    ran.kind === "exited" && ran.status === 0
      ? [...ran.stdout.matchAll(/^([0-9a-f.:]+)(?:%\S*)?\s/gimu)].map(([, address = ""]) => address)
      : [],
  );
  return [...new Set(found)].filter((address) => isLiteral(address) && !address.startsWith("::ffff:"));
};

const resolveAll = async (host: Host, config: Config): Promise<Resolved> => {
  const names = filterHosts(config).flatMap((each) => (isLiteral(each.host) ? [] : [each.host]));
  return new Map(await Promise.all(names.map(async (name) => [name, await resolve(host, name)] as const)));
};

/** The texts of both drop-ins as this config and this host's name service want them. Never throws. */
export const makeDropIns = async (
  host: Host,
  paths: Paths,
  config: Config,
): Promise<{ readonly watcher: string; readonly helper: string }> => {
  const { folders } = await egressList(host, paths, config);
  const parts = {
    mark: filterMark(host, config),
    hosts: filterHosts(config),
    resolved: await resolveAll(host, config),
    nameservers: nameservers(host),
  };
  return { watcher: dropInText({ ...parts, folders: [] }), helper: dropInText({ ...parts, folders }) };
};

/** Writes the drop-ins beside their units and has systemd read them. Gives an exit status. Never throws. */
export const writeDropIns = async (host: Host, paths: Paths, config: Config): Promise<number> => {
  const made = await makeDropIns(host, paths, config);
  for (const unit of ["watcher", "daemon", "helper"] as const) {
    const path = dropIns[unit];
    const folder = folderOf(path);
    const wrote = [
      host.files.makeFolder(folder, 0o755),
      host.files.replace(path, unit === "helper" ? made.helper : made.watcher, 0o644),
    ];
    const failure = wrote.find((done) => done.kind === "failed");
    if (failure?.kind === "failed") {
      complain(
        host,
        `cannot write "${path}": ${failure.why}`,
        "Run it as root, on a host where install.sh put the units.",
      );
      return exits.cannotCreate;
    }
  }
  const ran = await host.exec.run({ argv: ["/usr/bin/systemctl", "daemon-reload"], timeoutMs: 60_000, maxOutputBytes });
  if (ran.kind !== "exited" || ran.status !== 0) {
    complain(host, "cannot have systemd read the new filter", "Run: sudo systemctl daemon-reload");
    return exits.ioError;
  }
  const opened = openWords(made.watcher);
  for (const words of opened) host.terminal.out(`IP filter open: ${words}\n`);
  if (opened.length === 0) host.terminal.out("IP filter: loopback and the addresses of the config, nothing else\n");
  return exits.done;
};

/** What a person who validates a system install must know of its filter: that it doesn't fit, or that it is open. Never throws. */
export const filterWarnings = async (host: Host, paths: Paths, config: Config): Promise<readonly string[]> => {
  const fault = filterFault(host, config);
  if (fault !== undefined) return [fault];
  const helper = readDropIn(host, dropIns.helper);
  if (helper === undefined) return [];
  const { folders } = await egressList(host, paths, config);
  const missing = folders.flatMap(folderLines).find((line) => !helper.includes(line));
  return [
    ...(missing === undefined
      ? []
      : [`the helper may not write where a recipe in use backs up files; run: ${filterCommand}`]),
    ...openWords(helper).map((words) => `the IP filter is open: ${words}`),
  ];
};
