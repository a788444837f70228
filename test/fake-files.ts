import type { Failure, FileStat, Files } from "../src/host/host.ts";

type Kind = "file" | "folder" | "pipe";
type Owned = Pick<FileStat, "mode" | "uid" | "gid" | "modifiedMs">;
type Entry = Owned & { readonly kind: Kind; readonly bytes: Uint8Array };

/** Files in memory, owned by root, and what a test may do to them. No links. */
export interface FakeFiles extends Files {
  /** Puts a file there, with the folders above it. */
  put(path: string, content: string | Uint8Array, owned?: Partial<Owned>): void;
  /** Puts a folder of this owner and mode there. */
  putFolder(path: string, owned: Partial<Owned>): void;
  /** Puts a FIFO there. */
  putPipe(path: string): void;
  text(path: string): string | undefined;
  /** Paths of all files, sorted. */
  paths(): readonly string[];
  /** From now on `method` fails on paths that match; call what it returns to mend that. */
  fail(method: keyof Files, path: RegExp, code: string): () => void;
  /** Called before each change of a file; it may throw, as if the program were killed there. Set it. */
  onChange: (method: keyof Files, path: string) => void;
  /** Forgets who holds which lock, as the kernel does when a process ends. */
  dropLocks(): void;
  /** How often something was put on disk. */
  readonly fsyncs: number;
}

const whyOf: Readonly<Record<string, string>> = {
  ENOENT: "no such file or directory",
  ENOSPC: "no space left on device",
  EACCES: "permission denied",
  EROFS: "read-only file system",
  EIO: "i/o error",
};
const failed = (code: string): Failure => ({ kind: "failed", code, why: whyOf[code] ?? code });
const done = { kind: "done" } as const;
const folderOf = (path: string): string => path.slice(0, Math.max(1, path.lastIndexOf("/")));
const bytesOf = (content: string | Uint8Array): Uint8Array =>
  typeof content === "string" ? new TextEncoder().encode(content) : content;

const statOf = ({ kind, bytes, mode, uid, gid, modifiedMs }: Entry): FileStat => {
  const is = { isFile: kind === "file", isFolder: kind === "folder", isLink: false };
  return { ...is, sizeBytes: bytes.length, mode, uid, gid, modifiedMs };
};

/** Makes an empty file system; `nowMs` stamps what is written. */
export const createFakeFiles = (nowMs: () => number): FakeFiles => {
  const none = new Uint8Array();
  const folder: Entry = { kind: "folder", bytes: none, mode: 0o755, uid: 0, gid: 0, modifiedMs: 0 };
  const entries = new Map<string, Entry>([["/", folder]]);
  const locks = new Set<string>();
  const faults = new Set<{ readonly method: keyof Files; readonly path: RegExp; readonly code: string }>();
  const fault = (method: keyof Files, path: string): Failure | undefined => {
    const hit = [...faults].find((each) => each.method === method && each.path.test(path));
    return hit === undefined ? undefined : failed(hit.code);
  };
  const write = (path: string, bytes: Uint8Array, owned: Partial<Owned>, kind: Kind = "file"): void => {
    entries.set(path, { ...folder, mode: 0o644, modifiedMs: nowMs(), ...owned, kind, bytes });
  };
  const makeFolders = (path: string): void => {
    if (entries.has(path)) return;
    makeFolders(folderOf(path));
    entries.set(path, folder);
  };
  const get = (path: string): Entry | Failure => {
    const entry = entries.get(path);
    if (entry === undefined) return failed("ENOENT");
    return entry.kind === "file" ? entry : failed("EINVAL");
  };
  /** Runs one change of the file system, unless it is to fail. */
  const change = (method: keyof Files, path: string, needs: string, work: () => void, isSynced = true) => {
    files.onChange(method, path);
    const trouble = fault(method, path) ?? (entries.has(needs) ? undefined : failed("ENOENT"));
    if (trouble !== undefined) return trouble;
    work();
    if (isSynced) fsyncs += 1;
    return done;
  };
  let fsyncs = 0;
  const files: FakeFiles = {
    read: (path, maxBytes) => {
      const entry = fault("read", path) ?? get(path);
      if (entry.kind === "failed") return entry;
      if (entry.bytes.length > maxBytes) return failed("EFBIG");
      return { kind: "read", bytes: entry.bytes, stat: statOf(entry) };
    },
    readAt: (path, offset, length) => {
      const entry = fault("readAt", path) ?? get(path);
      if (entry.kind === "failed") return entry;
      return { kind: "read", bytes: entry.bytes.subarray(offset, offset + length), stat: statOf(entry) };
    },
    stat: (path) => {
      const entry = entries.get(path);
      return fault("stat", path) ?? (entry === undefined ? failed("ENOENT") : statOf(entry));
    },
    list: (path) => {
      const trouble = fault("list", path) ?? (entries.has(path) ? undefined : failed("ENOENT"));
      const inside = [...entries.keys()].filter((each) => each !== "/" && folderOf(each) === path);
      return trouble ?? inside.map((each) => each.slice(each.lastIndexOf("/") + 1)).sort();
    },
    replace: (path, text, mode) => change("replace", path, folderOf(path), () => write(path, bytesOf(text), { mode })),
    publish: (path, text, mode) =>
      change("publish", path, folderOf(path), () => write(path, bytesOf(text), { mode }), false),
    create: (path, text, mode) =>
      entries.has(path)
        ? failed("EEXIST")
        : change("create", path, folderOf(path), () => write(path, bytesOf(text), { mode })),
    sweep: (place) => {
      const stale = [...entries.keys()].filter(
        (path) => folderOf(path) === place && /\/\.[^/]+\.\d+\.tmp$/u.test(path),
      );
      const kept = stale.filter((path) => fault("sweep", path) !== undefined);
      for (const path of stale) if (!kept.includes(path)) change("sweep", path, path, () => entries.delete(path));
      return kept.length;
    },
    append: (path, text, mode) =>
      change("append", path, folderOf(path), () => {
        const before = entries.get(path);
        write(path, Buffer.concat([before?.bytes ?? none, bytesOf(text)]), before ?? { mode });
      }),
    overwrite: (path, text, mode) =>
      change("overwrite", path, folderOf(path), () => write(path, bytesOf(text), entries.get(path) ?? { mode })),
    wipe: (path) =>
      change("wipe", path, path, () => {
        const before = entries.get(path);
        if (before !== undefined) entries.set(path, { ...before, bytes: new Uint8Array(before.bytes.length) });
      }),
    makeFolder: (path) => (entries.has(path) ? done : change("makeFolder", path, "/", () => makeFolders(path))),
    remove: (path) => change("remove", path, path, () => entries.delete(path)),
    removeFolder: (path) =>
      [...entries.keys()].some((each) => each.startsWith(`${path}/`))
        ? failed("ENOTEMPTY")
        : change("removeFolder", path, path, () => entries.delete(path)),
    rename: (from, to) =>
      change("rename", from, from, () => {
        entries.set(to, entries.get(from) ?? folder);
        entries.delete(from);
      }),
    link: () => failed("ENOSYS"),
    linkTarget: () => undefined,
    holder: (path) => (locks.has(path) ? "process 4711 (dogwatch)" : undefined),
    lock: (path) => {
      const trouble = fault("lock", path);
      if (trouble !== undefined) return trouble;
      if (locks.has(path)) return { kind: "busy", holder: "process 4711 (dogwatch)" };
      locks.add(path);
      return { kind: "held", release: () => locks.delete(path) };
    },
    put: (path, content, owned = {}) => {
      makeFolders(folderOf(path));
      write(path, bytesOf(content), owned);
    },
    putFolder: (path, owned) => {
      makeFolders(folderOf(path));
      entries.set(path, { ...folder, ...owned });
    },
    putPipe: (path) => {
      makeFolders(folderOf(path));
      write(path, none, {}, "pipe");
    },
    text: (path) => {
      const entry = entries.get(path);
      return entry?.kind === "file" ? new TextDecoder().decode(entry.bytes) : undefined;
    },
    paths: () => [...entries].flatMap(([path, { kind }]) => (kind === "folder" ? [] : [path])).sort(),
    fail: (method, path, code) => {
      const added = { method, path, code };
      faults.add(added);
      return () => faults.delete(added);
    },
    onChange: () => undefined,
    dropLocks: () => locks.clear(),
    get fsyncs() {
      return fsyncs;
    },
  };
  return files;
};
