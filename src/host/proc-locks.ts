const hex = (value: number): string => value.toString(16).padStart(2, "0");

/**
 * Linux packs a device as 12 bits of major around 20 of minor: mmmM MMmm in hex. Source: makedev(3), kdev_t.h
 * (new_encode_dev).
 */
const majorOf = (dev: number): number => (dev >>> 8) & 0xfff;

const minorOf = (dev: number): number => (dev & 0xff) | ((dev >>> 12) & 0xfff00);

/**
 * The process that holds a write lock on a file, from the text of /proc/locks; undefined when none is told (it runs in
 * another pid namespace, or has just ended). Pure. The device is told in hexadecimal `major:minor`, and may differ from
 * the one that stat(2) tells (btrfs), so a line with the inode on another device is taken when none has both. Source:
 * proc_locks(5).
 */
export const lockHolder = (text: string, file: { readonly dev: number; readonly ino: number }): number | undefined => {
  const device = `${hex(majorOf(file.dev))}:${hex(minorOf(file.dev))}`;
  let elsewhere: number | undefined;
  for (const line of text.split("\n")) {
    // 1: POSIX  ADVISORY  WRITE 10567 fe:00:2146376 1073741824 1073742335
    const [, pid, lockDevice, inode] = /\bWRITE (\d+) ([0-9a-f]+:[0-9a-f]+):(\d+) /.exec(line) ?? [];
    if (pid === undefined || Number(inode) !== file.ino || Number(pid) === 0) continue;
    if (lockDevice === device) return Number(pid);
    elsewhere ??= Number(pid);
  }
  return elsewhere;
};
