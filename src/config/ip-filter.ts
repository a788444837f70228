import type { Host } from "../host/host.ts";
import type { Config } from "./config.ts";
import { type FilterHost, filterHosts, isLiteral } from "./egress.ts";

const unitFolder = "/usr/local/lib/systemd/system";

/** The drop-ins that carry the allow lists of the sandboxed units; the daemon's is the watcher's. Beside the units, not in /etc: that is the administrator's. */
export const dropIns: Readonly<Record<"watcher" | "daemon" | "helper", string>> = {
  watcher: `${unitFolder}/dogwatch.service.d/egress.conf`,
  daemon: `${unitFolder}/dogwatch-daemon.service.d/egress.conf`,
  helper: `${unitFolder}/dogwatch-heal@.service.d/egress.conf`,
};

/** What makes both drop-ins anew from the config, as root. */
export const filterCommand = "sudo dogwatch egress --systemd --write";

const maxDropInBytes = 256 * 1024;

/** The first line of a drop-in, which says for which addresses of a config it was made; resolved addresses don't count. Never throws. */
export const filterMark = (host: Pick<Host, "sha256">, config: Config): string =>
  `# dogwatch egress ${host.sha256(
    filterHosts(config)
      .map((each) => each.host)
      .join("\n"),
  )}`;

/** Nameservers beyond loopback: without them no name is found inside the filter. Source: resolv.conf(5). Never throws. */
export const nameservers = (host: Pick<Host, "files">): readonly string[] => {
  const read = host.files.read("/etc/resolv.conf", maxDropInBytes);
  if (read.kind === "failed") return [];
  return [...new TextDecoder().decode(read.bytes).matchAll(/^\s*nameserver\s+([0-9a-f.:]+)(?:%\S*)?\s*$/gimu)]
    .flatMap(([, address = ""]) => (isLiteral(address) && !/^(127\.|::1$)/u.test(address) ? [address] : []))
    .toSorted();
};

const needsNames = (hosts: readonly FilterHost[]): boolean => hosts.some(({ host }) => !isLiteral(host));

/** The text of a drop-in; undefined when there is none. Never throws. */
export const readDropIn = (host: Pick<Host, "files">, path: string): string | undefined => {
  const read = host.files.read(path, maxDropInBytes);
  return read.kind === "failed" ? undefined : new TextDecoder().decode(read.bytes);
};

const lines = (text: string): readonly string[] => text.split("\n");

/** The plain words of a drop-in about a filter that had to be opened; empty when it is closed. Never throws. */
export const openWords = (text: string): readonly string[] =>
  lines(text).flatMap((line) => (line.startsWith("# OPEN: ") ? [line.slice("# OPEN: ".length)] : []));

const faultIn = (host: Host, config: Config, path: string): string | undefined => {
  const hosts = filterHosts(config);
  const text = readDropIn(host, path);
  if (text === undefined) return hosts.length === 0 ? undefined : `the IP filter "${path}" is missing`;
  if (lines(text)[0] !== filterMark(host, config))
    return `the IP filter "${path}" was made for other addresses than the config's`;
  if (lines(text).includes("IPAddressAllow=any") || !needsNames(hosts)) return undefined;
  const missing = nameservers(host).find((address) => !lines(text).includes(`IPAddressAllow=${address}`));
  return missing === undefined ? undefined : `the IP filter "${path}" does not let names be looked up at ${missing}`;
};

/**
 * Why the installed units' IP filter no longer fits this config, as one sentence with the command that mends it: what it doesn't list
 * hangs, and reads as a deaf chat or a red check. Undefined when it fits, or when no units are installed. Ask it on a system
 * install only. Small files are read, nothing is resolved. Never throws.
 */
export const filterFault = (host: Host, config: Config): string | undefined => {
  const isThere = (unit: string): boolean => !("kind" in host.files.stat(`${unitFolder}/${unit}`));
  const installed = isThere("dogwatch-heal@.service")
    ? [dropIns.watcher, ...(isThere("dogwatch-daemon.service") ? [dropIns.daemon] : []), dropIns.helper]
    : [];
  const fault = installed.map((path) => faultIn(host, config, path)).find((each) => each !== undefined);
  return fault === undefined ? undefined : `${fault}; run: ${filterCommand}`;
};
