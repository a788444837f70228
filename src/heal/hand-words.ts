import { isMap, parseJson } from "../config/json.ts";
import type { Done, Failure, Host } from "../host/host.ts";
import type { OwnFile } from "../host/own-files.ts";
import { quote } from "../probes/evidence.ts";

/** Largest file that a recipe may back up or put back. */
export const maxFileBytes: number = 1024 * 1024;
/** Larger than any request or answer with a file in it. */
export const maxWordsBytes: number = 2 * maxFileBytes;

/** What a hand is asked to do with one file; bytes are base64. `expectSha256`: what must be there, `null` for nothing. */
export type HandRequest =
  | { readonly do: "read"; readonly path: string; readonly maxBytes: number }
  | {
      readonly do: "write";
      readonly path: string;
      readonly base64: string;
      readonly mode: number;
      readonly gid?: number;
      readonly expectSha256?: string | null;
    }
  | { readonly do: "remove"; readonly path: string; readonly expectSha256: string }
  | { readonly do: "tidy"; readonly path: string };

type Json = Readonly<Record<string, unknown>>;

/** A map in a JSON text, or undefined. Never throws. */
const mapIn = (text: string): Json | undefined => {
  const value = parseJson(text)?.value;
  return isMap(value) ? value : undefined;
};

const isWhole = (value: unknown, max: number): value is number =>
  typeof value === "number" && Number.isInteger(value) && value >= 0 && value <= max;
const isHash = (value: unknown): value is string => typeof value === "string" && /^[0-9a-f]{64}$/u.test(value);
const maxId = 2 ** 32 - 1;

/** Bytes of a base64 text; undefined when it is none, or too long. */
const bytesOf = (value: unknown): Uint8Array | undefined => {
  if (typeof value !== "string" || value.length > Math.ceil(maxFileBytes / 3) * 4) return undefined;
  return value.length % 4 === 0 && /^[A-Za-z0-9+/]*={0,2}$/u.test(value)
    ? Uint8Array.from(Buffer.from(value, "base64"))
    : undefined;
};

/** Base64 of bytes. Never throws. */
export const base64Of = (bytes: Uint8Array): string => Buffer.from(bytes).toString("base64");

const doWrite = (host: Host, path: string, given: Json): Done | undefined => {
  const { base64, mode, gid, expectSha256: expect } = given;
  const bytes = bytesOf(base64);
  const isGid = gid === undefined || isWhole(gid, maxId);
  const isExpect = expect === undefined || expect === null || isHash(expect);
  if (bytes === undefined || !isWhole(mode, 0o777) || !isGid || !isExpect) return undefined;
  const how = { mode, ...(gid === undefined ? {} : { gid }), ...(expect === undefined ? {} : { expect }) };
  return host.ownFiles.write(path, bytes, how);
};

const perform = (host: Host, given: Json): OwnFile | Done | undefined => {
  const { path, maxBytes, expectSha256 } = given;
  if (typeof path !== "string") return undefined;
  switch (given["do"]) {
    case "read":
      return isWhole(maxBytes, maxFileBytes) ? host.ownFiles.read(path, maxBytes) : undefined;
    case "write":
      return doWrite(host, path, given);
    case "remove":
      return isHash(expectSha256) ? host.ownFiles.remove(path, expectSha256) : undefined;
    case "tidy":
      return host.ownFiles.tidy(path);
    default:
      return undefined;
  }
};

/** Does what a request asks, as whoever we are, and gives the answer's text; undefined when it is no request. Never throws. */
export const answerHand = (host: Host, text: string): string | undefined => {
  const given = mapIn(text);
  const done = given === undefined ? undefined : perform(host, given);
  if (done?.kind !== "read") return done === undefined ? undefined : JSON.stringify(done);
  const { bytes, ...rest } = done;
  return JSON.stringify({ ...rest, base64: base64Of(bytes) });
};

const foreign: Failure = { kind: "failed", code: "EPROTO", why: "its answer makes no sense" };

const failureIn = ({ code, why }: Json): Failure =>
  typeof code === "string" && /^[A-Z0-9_]{1,20}$/u.test(code) && typeof why === "string"
    ? { kind: "failed", code, why: quote(why, 198) }
    : foreign;

/** A hand's answer to anything but `read`. It ran as a user who may be hostile: only its shape is believed. Never throws. */
export const doneIn = (text: string): Done => {
  const given = mapIn(text);
  if (given?.["kind"] === "done") return { kind: "done" };
  return given?.["kind"] === "failed" ? failureIn(given) : foreign;
};

/** A hand's answer to `read`, held against the uid that it ran as. Never throws. */
export const fileIn = (text: string, ownerUid: number): OwnFile | Failure => {
  const given = mapIn(text);
  if (given?.["kind"] === "failed") return failureIn(given);
  if (given?.["kind"] !== "read") return foreign;
  const { base64, mode, uid, gid, changedMs } = given;
  const bytes = bytesOf(base64);
  const isTime = typeof changedMs === "number" && Number.isFinite(changedMs);
  if (bytes === undefined || bytes.length > maxFileBytes || !isWhole(mode, 0o777)) return foreign;
  if (!isWhole(gid, maxId) || uid !== ownerUid || !isTime) return foreign;
  return { kind: "read", bytes, mode, uid: ownerUid, gid, changedMs };
};
