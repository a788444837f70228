/** A listening socket as the kernel's table tells it; the inode names it among the files that processes have open. */
interface ListeningSocket {
  readonly host: string;
  readonly port: number;
  readonly uid: number;
  readonly inode: string;
}

/** The state of a socket that waits for connections. Source: include/net/tcp_states.h, TCP_LISTEN. */
const listening = "0A";

/** The kernel prints each 32-bit word of an address in the byte order of the host: little-endian where we ship. */
const bytesOf = (hex: string): readonly number[] =>
  (hex.match(/.{8}/gu) ?? []).flatMap((word) =>
    (word.match(/../gu) ?? []).toReversed().map((byte) => Number.parseInt(byte, 16)),
  );

/** The longest run of zero groups as `::`. Source: RFC 5952, 4.2. */
const shortened = (groups: readonly string[]): string => {
  const text = groups.join(":");
  const runs = [...text.matchAll(/(?:^|:)0(?::0)+(?=:|$)/gu)].map(([run]) => run);
  const longest = runs.reduce((best, run) => (run.length > best.length ? run : best), "");
  if (longest === "") return text;
  const at = text.indexOf(longest);
  return `${text.slice(0, at)}::${text.slice(at + longest.length).replace(/^:/u, "")}`;
};

const addressOf = (hex: string): string | undefined => {
  const bytes = bytesOf(hex);
  if (bytes.length === 4) return bytes.join(".");
  if (bytes.length !== 16) return undefined;
  const mapped = bytes.slice(0, 12).join() === "0,0,0,0,0,0,0,0,0,0,255,255";
  if (mapped) return bytes.slice(12).join(".");
  const groups = Array.from({ length: 8 }, (_, at) =>
    ((bytes[2 * at] ?? 0) * 256 + (bytes[2 * at + 1] ?? 0)).toString(16),
  );
  return shortened(groups);
};

/**
 * The listening sockets in the text of /proc/net/tcp or tcp6; lines that are none are left out. Pure, never throws.
 * Source: proc_pid_net(5), Documentation/networking/proc_net_tcp.rst of the kernel.
 */
export const parseListeners = (text: string): readonly ListeningSocket[] =>
  text.split("\n").flatMap((line) => {
    const [, local = "", , state, , , , uid = "", , inode = ""] = line.trim().split(/\s+/u);
    const [, hex = "", port = ""] = /^([0-9A-F]{8}|[0-9A-F]{32}):([0-9A-F]{4})$/u.exec(local) ?? [];
    const host = addressOf(hex);
    if (state !== listening || host === undefined || !/^\d+$/u.test(uid) || !/^\d+$/u.test(inode)) return [];
    return [{ host, port: Number.parseInt(port, 16), uid: Number(uid), inode }];
  });
