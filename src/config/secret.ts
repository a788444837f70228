import type { Host } from "../host/host.ts";
import type { SecretRef } from "./config.ts";

/** A secret's text without its last newline, or why it can't be had: the path is named, the text never. */
export type Secret =
  | { readonly kind: "secret"; readonly text: string }
  | { readonly kind: "failed"; readonly why: string };

const maxSecretBytes = 16 * 1024;
/** Group and others: no bit. */
const othersMask = 0o077;

/** Where credentials lie: systemd hands a folder over under a prefix; by hand they are read where they are kept. */
export interface CredentialFolder {
  readonly path: string;
  /** `dw_` under LoadCredential=dw:FOLDER, else empty. Source: systemd.exec(5), LoadCredential=. */
  readonly prefix: string;
  /** Those that were read before we became a user who may not; absent: they are read where they lie. */
  readonly held?: Readonly<Record<string, Secret>>;
}

/** The user that the unit runs as. */
export const watcher = "dogwatch";

/** Who looks for the helper where a check names nobody. */
export const probeUser = "dogwatch-probe";

const failed = (why: string): Secret => ({ kind: "failed", why });

/** The watcher of a system install, whose files root may vouch for. */
const watcherUid = (host: Host): number | undefined => (host.uid === 0 ? host.uidOf(watcher) : undefined);

const readFile = (host: Host, path: string, isHandedOver: boolean): Secret => {
  const read = host.files.read(path, maxSecretBytes);
  if (read.kind === "failed")
    return failed(
      `cannot read "${path}": ${read.why}${read.code === "EACCES" ? "" : "; put the secret there, mode 0600"}`,
    );
  if (!isHandedOver && (read.stat.mode & othersMask) !== 0)
    return failed(`"${path}" can be read by others; run: chmod 600 ${path}`);
  if (!isHandedOver && ![0, host.uid, watcherUid(host)].includes(read.stat.uid))
    return failed(`"${path}" belongs to another user; run: chown ${host.uid} ${path}`);
  const text = new TextDecoder().decode(read.bytes).trim();
  if (text === "") return failed(`"${path}" is empty; put the secret into it`);
  return /[\p{Cc}]/u.test(text)
    ? failed(`"${path}" holds more than one line; put only the secret into it`)
    : { kind: "secret", text };
};

/** Under systemd's prefix or, where another unit hands it over by a LoadCredential of its own, under its plain name. */
const placeOf = (host: Host, { path, prefix }: CredentialFolder, name: string): string => {
  const prefixed = `${path}/${prefix}${name}`;
  const plain = `${path}/${name}`;
  return "kind" in host.files.stat(prefixed) && !("kind" in host.files.stat(plain)) ? plain : prefixed;
};

/** Makes the reader of this run's secrets. They come from credentials or from files that others can't read, never from elsewhere. */
export const secretReader =
  (host: Host, folder: CredentialFolder) =>
  (ref: SecretRef): Secret => {
    if ("file" in ref) return readFile(host, ref.file, false);
    const { path, prefix, held } = folder;
    const known = held !== undefined && Object.hasOwn(held, ref.credential) ? held[ref.credential] : undefined;
    return known ?? readFile(host, placeOf(host, { path, prefix }, ref.credential), prefix !== "");
  };

const maxHeld = 100;

/** Reads all credentials of a folder, for a time when we may no longer. Never throws. */
export const holdSecrets = (host: Host, folder: CredentialFolder): CredentialFolder => {
  const names = host.files.list(folder.path);
  if ("kind" in names) return folder;
  const read = secretReader(host, folder);
  const held = names
    .slice(0, maxHeld)
    .map((name) => (name.startsWith(folder.prefix) ? name.slice(folder.prefix.length) : name))
    .map((credential): [string, Secret] => [credential, read({ credential })]);
  return { ...folder, held: Object.fromEntries(held) };
};
