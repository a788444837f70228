import type { Done, Failure, Host } from "../host/host.ts";

const startBytes = 4096;
const usualMode = 0o640;

const refused = (why: string): Failure => ({ kind: "failed", code: "EEXIST", why });

/** Whether a file begins as our pages do, as HTML or as JSON. */
const isPage = (host: Host, path: string): boolean => {
  const read = host.files.readAt(path, 0, startBytes);
  const text = read.kind === "read" ? new TextDecoder().decode(read.bytes) : "";
  return (/^<!doctype html>/iu.test(text) && text.includes("dogwatch")) || text.startsWith('{"host":');
};

/** Why what stands there isn't to be replaced; the mode that the new one gets. */
const placeOf = (host: Host, path: string): { readonly kind: "free"; readonly mode: number } | Failure => {
  const stat = host.files.stat(path);
  if ("kind" in stat) return stat.code === "ENOENT" ? { kind: "free", mode: usualMode } : stat;
  if (stat.isLink) return refused("it is a link: name the file itself");
  if (!stat.isFile) return refused("it is no regular file");
  if (stat.uid !== host.uid) return refused("it belongs to another user");
  const isOurs = stat.sizeBytes === 0 || isPage(host, path);
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
