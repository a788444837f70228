import type { Done, Failure, Host } from "../host/host.ts";

const partBytes = 2048;
const usualMode = 0o640;

const refused = (why: string): Failure => ({ kind: "failed", code: "EEXIST", why });

const partOf = (host: Host, path: string, offset: number): string => {
  const read = host.files.readAt(path, offset, partBytes);
  return read.kind === "read" ? new TextDecoder().decode(read.bytes) : "";
};

/** Whether a file begins and ends as our pages do, as HTML or as JSON. */
const isPage = (host: Host, path: string, sizeBytes: number): boolean => {
  const start = partOf(host, path, 0);
  const end = partOf(host, path, Math.max(0, sizeBytes - partBytes));
  return start.startsWith('{"host":') || (/^<!doctype html>/iu.test(start) && end.includes("dogwatch"));
};

/** Why what stands there isn't to be replaced; the mode that the new one gets. */
const placeOf = (host: Host, path: string): { readonly kind: "free"; readonly mode: number } | Failure => {
  const stat = host.files.stat(path);
  if ("kind" in stat) return stat.code === "ENOENT" ? { kind: "free", mode: usualMode } : stat;
  if (stat.isLink) return refused("it is a link: name the file itself");
  if (!stat.isFile) return refused("it is no regular file");
  if (stat.uid !== host.uid) return refused("it belongs to another user");
  const isOurs = stat.sizeBytes === 0 || isPage(host, path, stat.sizeBytes);
  return isOurs ? { kind: "free", mode: stat.mode } : refused("it is no page of dogwatch: remove it, or name another");
};

/**
 * Puts a page at `path`, as a whole: a crash or a full disk leaves the old one. Only an old page of the same user is replaced, never a link, a pipe or
 * another file. A new one can be read by its group; an old one keeps its mode. Never throws.
 */
export const writePage = (host: Host, path: string, text: string): Done => {
  const place = placeOf(host, path);
  return place.kind === "failed" ? place : host.files.replace(path, text, place.mode);
};
