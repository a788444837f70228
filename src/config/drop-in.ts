import { type FilterHost, isLiteral } from "./egress.ts";

/** What a name was resolved to; empty: it could not be. By name. */
export type Resolved = ReadonlyMap<string, readonly string[]>;

/** All that a drop-in is made of. `folders`: where the helper may write beyond its own. */
interface DropIn {
  readonly mark: string;
  readonly hosts: readonly FilterHost[];
  readonly resolved: Resolved;
  readonly nameservers: readonly string[];
  readonly folders: readonly string[];
}

/** The ranges that Telegram publishes for its servers. Source: https://core.telegram.org/resources/cidr.txt */
const telegramRanges = [
  "91.105.192.0/23",
  "91.108.4.0/22",
  "91.108.8.0/22",
  "91.108.12.0/22",
  "91.108.16.0/22",
  "91.108.20.0/22",
  "91.108.56.0/22",
  "149.154.160.0/20",
  "185.76.151.0/24",
  "2001:67c:4e8::/48",
  "2001:b28:f23c::/48",
  "2001:b28:f23d::/48",
  "2001:b28:f23f::/48",
  "2a0a:f280::/32",
] as const;

/** The same ranges as a pattern over an address in its usual form. */
const isTelegrams = (address: string): boolean =>
  /^(91\.105\.19[23]\.|91\.108\.([4-9]|1\d|2[0-3]|5[6-9])\.|149\.154\.1(6\d|7[0-5])\.|185\.76\.151\.)/u.test(address) ||
  /^(2001:67c:4e8:|2001:b28:f23[cdf]:|2a0a:f280:)/iu.test(address);

/** Addresses that only move when their owner moves them. Source: RFC 1918, RFC 6598, RFC 4193, RFC 3927. */
const isPrivate = (address: string): boolean =>
  /^(10\.|127\.|169\.254\.|192\.168\.|172\.(1[6-9]|2\d|3[01])\.|100\.(6[4-9]|[7-9]\d|1[01]\d|12[0-7])\.|f[cd]|fe[89ab]|::1$)/iu.test(
    address,
  );

const allow = (addresses: readonly string[]): readonly string[] =>
  addresses.toSorted().map((address) => `IPAddressAllow=${address}`);

const open = (what: string, why: string): readonly string[] => [
  `# OPEN: ${what}: ${why}, so every address is allowed here; for a closed filter let it go through a relay with a fixed address`,
  "IPAddressAllow=any",
];

/**
 * The lines for one address. A public name opens the filter and says so: when its addresses move, a chat would go deaf, and a check would read
 * bad for what only our own filter hides (law 4). Only Telegram's published ranges, and private addresses, are fixed.
 */
const linesFor = ({ host, for: purposes }: FilterHost, resolved: Resolved): readonly string[] => {
  const what = `${purposes.join(", ")} (${host})`;
  if (isLiteral(host)) return [`# ${what}`, ...allow([host])];
  const addresses = resolved.get(host) ?? [];
  if (host === "api.telegram.org" && addresses.every(isTelegrams))
    return [
      `# ${what}: the ranges that Telegram publishes`,
      ...telegramRanges.map((range) => `IPAddressAllow=${range}`),
    ];
  if (addresses.length === 0) return open(what, "the name could not be resolved when this was made");
  if (!addresses.every(isPrivate)) return open(what, "its addresses may move, and no ranges are known");
  return [`# ${what}: as resolved when this was made; make it anew when they move`, ...allow(addresses)];
};

/**
 * A folder as a value of ReadWritePaths=; undefined for what a unit file can't carry, and for every spelling of the root itself, which
 * would open the whole host. Source: systemd.syntax(7), systemd.exec(5).
 */
const asWritable = (folder: string): string | undefined =>
  /^(?:\/(?!\.{1,2}(?:\/|$))[\p{L}\p{N}._@:+,=~% -]+)+$/u.test(folder)
    ? `ReadWritePaths="-${folder.replaceAll("%", "%%")}"`
    : undefined;

/** What a drop-in says of a folder that the helper may write. Never throws. */
export const folderLines = (folder: string): readonly string[] => {
  const line = asWritable(folder);
  return line === undefined
    ? [`# not opened, since it is no folder to open: ${JSON.stringify(folder)}`]
    : ["# a recipe in use backs up files there", line];
};

/**
 * The drop-in of a unit, whole: its mark, then the addresses with what each is for, then the folders. The same input gives the same
 * text. Pure, never throws.
 */
export const dropInText = ({ mark, hosts, resolved, nameservers, folders }: DropIn): string => {
  const hasNames = hosts.some(({ host }) => !isLiteral(host));
  return [
    mark,
    "# Made from the config by: sudo dogwatch egress --systemd --write",
    "# Don't edit it: an upgrade makes it anew. For lines of your own: systemctl edit",
    "[Service]",
    ...hosts.flatMap((each) => linesFor(each, resolved)),
    ...(hasNames && nameservers.length > 0 ? ["# nameservers of /etc/resolv.conf", ...allow(nameservers)] : []),
    ...folders.toSorted().flatMap(folderLines),
    "",
  ].join("\n");
};
