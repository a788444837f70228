import { sha256 } from "../host/digest.ts";

/** Whose signature a note carries, as others name a key: what the key is called, and a hint at which one it is. */
export interface KeyName {
  readonly name: string;
  /** 8 lower-case hex digits. */
  readonly id: string;
}

/** A public key as the auditor keeps it. Source: c2sp.org/signed-note, verifier keys. */
export interface VKey extends KeyName {
  /** 32 bytes, Ed25519. */
  readonly publicKey: Uint8Array;
  /** `NAME+ID+BASE64`: all of it in one word. */
  readonly text: string;
}

/** Ed25519 in a verifier key and in its hash. Source: c2sp.org/signed-note, signature types. */
const ed25519 = 1;
const maxNameLength = 100;

/** Bytes as base64. Pure. Source: RFC 4648 section 4. */
export const toBase64 = (bytes: Uint8Array): string => btoa(String.fromCharCode(...bytes));

/** The bytes of a base64 text in the one way that {@link toBase64} writes them; undefined for any other. Pure. */
export const fromBase64 = (text: string): Uint8Array | undefined => {
  if (!/^[A-Za-z0-9+/]*={0,2}$/u.test(text) || text.length % 4 !== 0) return undefined;
  const bytes = Uint8Array.from(atob(text), (letter) => letter.charCodeAt(0));
  return toBase64(bytes) === text ? bytes : undefined;
};

/** Bytes as lower-case hex. Pure. */
export const toHex = (bytes: Uint8Array): string =>
  Array.from(bytes, (byte) => byte.toString(16).padStart(2, "0")).join("");

/** A key's name out of a host's: no spaces, no plus, no control characters. Pure. Source: c2sp.org/signed-note. */
export const keyNameFor = (hostName: string): string =>
  `dogwatch/${hostName
    .toWellFormed()
    .replace(/[\s\p{Cc}\p{Z}+]/gu, "_")
    .slice(0, maxNameLength)
    .toWellFormed()}`;

const isName = (name: string): boolean => name !== "" && !/[\s\p{Cc}\p{Z}+]/u.test(name);

/** The verifier key of a 32-byte public key. Pure. */
export const vkeyOf = (name: string, publicKey: Uint8Array): VKey => {
  const typed = Uint8Array.from([ed25519, ...publicKey]);
  const hashed = new Uint8Array([...new TextEncoder().encode(`${name}\n`), ...typed]);
  const id = sha256(hashed).slice(0, 8);
  return { name, id, publicKey, text: `${name}+${id}+${toBase64(typed)}` };
};

/** Reads a verifier key; undefined for what is none, or of another kind than Ed25519. Pure. */
export const parseVKey = (text: string): VKey | undefined => {
  const [, name, id, base64] = /^([^+]*)\+([0-9a-f]{8})\+(.*)$/su.exec(text) ?? [];
  const typed = fromBase64(base64 ?? "");
  if (name === undefined || !isName(name) || typed?.length !== 33 || typed[0] !== ed25519) return undefined;
  const key = vkeyOf(name, typed.subarray(1));
  return key.id === id ? key : undefined;
};
