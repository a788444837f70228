import { sha256 } from "../src/host/digest.ts";
import type { Done, Failure } from "../src/host/host.ts";
import type { OwnFile, OwnFiles } from "../src/host/own-files.ts";
import type { FakeFiles } from "./fake-files.ts";

const stale: Failure = { kind: "failed", code: "ESTALE", why: "it is no longer the file that was looked at before" };

/** The files in memory as their owner handles them: what belongs to another uid is refused. */
export const fakeOwnFiles = (files: FakeFiles, uid: number): OwnFiles => {
  const read = (path: string, maxBytes: number): OwnFile | Failure => {
    const found = files.read(path, maxBytes);
    if (found.kind === "failed") return found;
    const { mode, uid: owner, gid, modifiedMs } = found.stat;
    if (owner !== uid) return { kind: "failed", code: "EPERM", why: `it belongs to uid ${owner}, not to uid ${uid}` };
    return { kind: "read", bytes: found.bytes, mode, uid: owner, gid, changedMs: modifiedMs };
  };
  const isAsExpected = (path: string, expect: string | null): boolean => {
    const there = read(path, Number.POSITIVE_INFINITY);
    return (there.kind === "read" ? sha256(there.bytes) : null) === expect;
  };
  return {
    read,
    write: (path, bytes, { mode, gid = uid, expect }): Done => {
      const there = files.stat(path);
      if (!("kind" in there) && there.uid !== uid) return { kind: "failed", code: "EPERM", why: "not ours" };
      if (expect !== undefined && !isAsExpected(path, expect)) return stale;
      const done = files.replace(path, bytes, mode);
      if (done.kind === "done") files.put(path, bytes, { mode, uid, gid });
      return done;
    },
    tidy: (path): Done => {
      const at = path.lastIndexOf("/");
      const stale = (each: string): boolean => each.startsWith(`${path.slice(0, at)}/.${path.slice(at + 1)}.`);
      for (const each of files.paths().filter((one) => stale(one) && one.endsWith(".tmp"))) files.remove(each);
      return { kind: "done" };
    },
    remove: (path, expect): Done => (isAsExpected(path, expect) ? files.remove(path) : stale),
  };
};
