import type { Done, Host } from "../host/host.ts";

/** What is read of a sealed file at most. */
export const maxSealedBytes: number = 64 * 1024 * 1024;

/** What reading a sealed file gives. `broken`: it is there but can't be read, or isn't what we wrote; it has been set aside as `aside`. */
export type Unsealed<T> =
  | { readonly kind: "read"; readonly value: T }
  | { readonly kind: "missing" }
  | { readonly kind: "broken"; readonly why: string; readonly aside: string | undefined };

type Guard<T> = (value: unknown) => value is T;
type Parsed<T> = { readonly kind: "read"; readonly value: T } | { readonly kind: "broken"; readonly why: string };

const isRecord = (value: unknown): value is Record<string, unknown> =>
  typeof value === "object" && value !== null && !Array.isArray(value);

/** Undefined for what isn't JSON, or is nested deeper than the stack: both are not ours. */
const attemptJson = <T>(work: () => T): T | undefined => {
  try {
    return work();
  } catch (error) {
    if (error instanceof SyntaxError || error instanceof RangeError) return undefined;
    throw error;
  }
};

const parse = <T>(host: Host, text: string, isValue: Guard<T>): Parsed<T> => {
  const parsed = attemptJson((): unknown => JSON.parse(text));
  if (!isRecord(parsed)) return { kind: "broken", why: "it is not whole JSON" };
  const { seal, ...value } = parsed;
  const sealed = attemptJson(() => JSON.stringify(value));
  if (sealed === undefined || seal !== host.sha256(sealed))
    return { kind: "broken", why: "its seal does not fit: it was changed or cut" };
  return isValue(value) ? { kind: "read", value } : { kind: "broken", why: "it is of another version" };
};

/**
 * Reads a JSON file that {@link writeSealed} wrote; the seal in it says that it is whole, so `isValue` need only tell its
 * version. A broken one is renamed aside when `isSetAside` (what can't be read now may hold alerts), and never fatal. Never throws for expected trouble.
 */
export const readSealed = <T>(host: Host, path: string, isValue: Guard<T>, isSetAside: boolean): Unsealed<T> => {
  const read = host.files.read(path, maxSealedBytes);
  const isNowhere = read.kind === "failed" && read.code === "ENOENT";
  if (isNowhere && "kind" in host.files.stat(path)) return { kind: "missing" };
  const parsed: Parsed<T> =
    read.kind === "failed"
      ? { kind: "broken", why: isNowhere ? "it is a link that leads nowhere" : read.why }
      : parse(host, new TextDecoder().decode(read.bytes), isValue);
  if (parsed.kind === "read") return parsed;
  if (!isSetAside) return { ...parsed, aside: undefined };
  const aside = `${path}.broken-${new Date(host.clock.nowMs()).toISOString().replace(/[:.]/gu, "")}`;
  return { ...parsed, aside: host.files.rename(path, aside).kind === "done" ? aside : undefined };
};

/** Replaces a sealed JSON file as a whole, on disk before it answers. Never throws. */
export const writeSealed = (host: Host, path: string, value: object, mode: number): Done => {
  const text = JSON.stringify(value);
  const rest = text === "{}" ? "" : `,${text.slice(1, -1)}`;
  return host.files.replace(path, `{"seal":"${host.sha256(text)}"${rest}}\n`, mode);
};
