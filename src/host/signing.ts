/** Ed25519 keys and signatures. A key is its 32-byte seed. No method throws for what it is given as told here. Source: RFC 8032. */
export interface Signing {
  /** 32 bytes that nobody can guess: the seed of a new key. */
  newSeed(): Uint8Array;
  /** The 32-byte public key of a 32-byte seed. */
  publicKey(seed: Uint8Array): Uint8Array;
  /** The 64-byte signature of a text's UTF-8 bytes. */
  sign(seed: Uint8Array, text: string): Uint8Array;
  /** Whether this is the signature of that text by the holder of a 32-byte public key; false for one that is no key. */
  isSigned(publicKey: Uint8Array, text: string, signature: Uint8Array): boolean;
}

type Crypto = typeof import("node:crypto");

/** Loaded at its first use: it costs two milliseconds, and most runs sign nothing. */
const crypto = (): Crypto => process.getBuiltinModule("node:crypto");

/** What stands before the 32 bytes in PKCS #8 and in a SubjectPublicKeyInfo. Source: RFC 8410 sections 4 and 7. */
const privatePrefix = Buffer.from("302e020100300506032b657004220420", "hex");
const publicPrefix = Buffer.from("302a300506032b6570032100", "hex");

const privateKey = (seed: Uint8Array): import("node:crypto").KeyObject =>
  crypto().createPrivateKey({ key: Buffer.concat([privatePrefix, seed]), format: "der", type: "pkcs8" });

const keyBytes = 32;

/** The signatures of this machine, by node:crypto. */
export const signing: Signing = {
  newSeed: () => new Uint8Array(crypto().randomBytes(keyBytes)),
  publicKey: (seed) => {
    const der = crypto().createPublicKey(privateKey(seed)).export({ format: "der", type: "spki" });
    return new Uint8Array(der.subarray(publicPrefix.length));
  },
  sign: (seed, text) => new Uint8Array(crypto().sign(null, Buffer.from(text), privateKey(seed))),
  isSigned: (publicKey, text, signature) => {
    if (publicKey.length !== keyBytes) return false;
    const der = Buffer.concat([publicPrefix, publicKey]);
    const key = crypto().createPublicKey({ key: der, format: "der", type: "spki" });
    return crypto().verify(null, Buffer.from(text), key, signature);
  },
};
