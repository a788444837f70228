import type { Done, Failure, Host, Ran } from "../host/host.ts";
import type { OwnFile, OwnWrite } from "../host/own-files.ts";
import { cleanEvidence, quote } from "../probes/evidence.ts";
import { base64Of, doneIn, fileIn, type HandRequest, maxFileBytes, maxWordsBytes } from "./hand-words.ts";

/** A file as its owner read it; `user` is that owner's name, absent where we are the owner ourselves. */
export interface HandFile extends OwnFile {
  readonly sha256: string;
  readonly user?: string;
}

/** What reading a file came to: it, or that there is none, or why it can't be had. */
export type HandRead = HandFile | { readonly kind: "absent" } | Failure;

/**
 * Files that belong to others, handled as their owner: by `user` where one is named, else by whoever owns the file. A link anywhere
 * in the path, a file of another owner and one of more than 1 MiB are refused. No method rejects for expected trouble.
 */
export interface Hands {
  read(path: string, user: string | undefined): Promise<HandRead>;
  write(path: string, bytes: Uint8Array, how: OwnWrite, user: string | undefined): Promise<Done>;
  /** Removes the file when its bytes have this SHA-256. */
  remove(path: string, expect: string, user: string | undefined): Promise<Done>;
  /** Clears away what a kill left of an earlier write of this file. */
  tidy(path: string, user: string | undefined): Promise<Done>;
}

/** Who does it: we ourselves, or a child that has become this user. */
type Who = { readonly kind: "we" } | { readonly kind: "child"; readonly user: string; readonly uid: number };

/** A child starts, does one small file, and ends: longer means a file system that hangs. */
const timeoutMs = 10_000;

const failed = (code: string, why: string): Failure => ({ kind: "failed", code, why });

const byName = (host: Host, user: string): Who | Failure => {
  const uid = host.uidOf(user);
  if (uid === undefined) return failed("ENOENT", `there is no user "${user}" on this host`);
  return uid === host.uid ? { kind: "we" } : { kind: "child", user, uid };
};

/** Not root, we can only be ourselves: whose file it is shows when it is opened. */
const byOwner = (host: Host, path: string): Who | Failure => {
  const stat = host.files.stat(path);
  if (!("kind" in stat)) {
    if (stat.uid === host.uid || host.uid !== 0) return { kind: "we" };
    const user = host.userOf(stat.uid);
    return user === undefined
      ? failed("ENOENT", `it belongs to uid ${stat.uid}, which has no name`)
      : { kind: "child", user, uid: stat.uid };
  }
  if (stat.code === "ENOENT") return { kind: "we" };
  return failed(stat.code, `its owner cannot be found out (${stat.why}): name its owner in the rule's "with"`);
};

const whoFor = (host: Host, path: string, user: string | undefined): Who | Failure =>
  user === undefined ? byOwner(host, path) : byName(host, user);

const outputOf = (ran: Ran): string | Failure => {
  switch (ran.kind) {
    case "exited":
      return ran.status === 0 ? ran.stdout : failed("EPROTO", `it ended with ${ran.status}: ${quote(ran.stderr, 200)}`);
    case "signalled":
      return failed("EPROTO", `it was ended by ${ran.signal}`);
    case "timed-out":
      return failed("ETIMEDOUT", `no answer in ${timeoutMs / 1000} s`);
    // Its errno is the child's own trouble, never the file's: an ENOENT here is no missing file.
    case "failed":
      return failed("ECHILD", cleanEvidence(ran.why, 200));
  }
};

const ask = async (host: Host, user: string, request: HandRequest): Promise<string | Failure> =>
  outputOf(
    await host.exec.run({
      argv: [host.binary, "hand"],
      user,
      stdin: JSON.stringify(request),
      timeoutMs,
      maxOutputBytes: maxWordsBytes,
    }),
  );

const readAs = async (host: Host, who: Who, path: string): Promise<OwnFile | Failure> => {
  if (who.kind === "we") return host.ownFiles.read(path, maxFileBytes);
  const answer = await ask(host, who.user, { do: "read", path, maxBytes: maxFileBytes });
  return typeof answer === "string" ? fileIn(answer, who.uid) : answer;
};

const doAs = async (host: Host, who: Who, request: HandRequest, own: () => Done): Promise<Done> => {
  if (who.kind === "we") return own();
  const answer = await ask(host, who.user, request);
  return typeof answer === "string" ? doneIn(answer) : answer;
};

/** The hands of this machine: in this process where we are the owner, else by a child that becomes the owner for good. Never throws. */
export const createHands = (host: Host): Hands => ({
  read: async (path, user) => {
    const who = whoFor(host, path, user);
    const read = who.kind === "failed" ? who : await readAs(host, who, path);
    if (read.kind === "failed") return read.code === "ENOENT" && who.kind !== "failed" ? { kind: "absent" } : read;
    const sha256 = host.sha256(read.bytes);
    return who.kind === "child" ? { ...read, sha256, user: who.user } : { ...read, sha256 };
  },
  write: async (path, bytes, how, user) => {
    const who = whoFor(host, path, user);
    if (who.kind === "failed") return who;
    const { mode, gid, expect } = how;
    const words = {
      mode,
      ...(gid === undefined ? {} : { gid }),
      ...(expect === undefined ? {} : { expectSha256: expect }),
    };
    const request: HandRequest = { do: "write", path, base64: base64Of(bytes), ...words };
    return await doAs(host, who, request, () => host.ownFiles.write(path, bytes, how));
  },
  tidy: async (path, user) => {
    const who = whoFor(host, path, user);
    return who.kind === "failed" ? who : await doAs(host, who, { do: "tidy", path }, () => host.ownFiles.tidy(path));
  },
  remove: async (path, expect, user) => {
    const who = whoFor(host, path, user);
    if (who.kind === "failed") return who;
    return await doAs(host, who, { do: "remove", path, expectSha256: expect }, () =>
      host.ownFiles.remove(path, expect),
    );
  },
});
