import type { Host } from "../host/host.ts";
import type { Cli } from "./cli.ts";

/** What the kernel says of a session without a login. Source: getloginuid, proc_pid_loginuid in pam_loginuid(8). */
const unset = 4_294_967_295;

/** Who is at the prompt, as the log tells it: the user who logged in, also under sudo, where the kernel knows. Never throws. */
export const personOf = (host: Host): string => {
  const read = host.files.read("/proc/self/loginuid", 64);
  const uid = read.kind === "read" ? Number(new TextDecoder().decode(read.bytes).trim()) : Number.NaN;
  return `uid:${Number.isSafeInteger(uid) && uid !== unset ? uid : host.uid}`;
};

/** The same, with that user's name where the host knows it. Never throws. */
export const whoIs = (host: Host): { readonly by: string; readonly name?: string } => {
  const by = personOf(host);
  const name = host.userOf(Number(by.slice("uid:".length)));
  return name === undefined ? { by } : { by, name };
};

/** Does `work` under the lock of heals, or says in words who holds it. */
export const underHealLock = async <Done>(
  { host, paths }: Cli,
  work: () => Promise<Done>,
): Promise<
  | { readonly kind: "done"; readonly value: Done }
  | { readonly kind: "not"; readonly why: string; readonly isBusy: boolean }
> => {
  const lock = host.files.lock(`${paths.helper}/heal.lock`);
  if (lock.kind === "busy") return { kind: "not", why: `a heal is running (${lock.holder})`, isBusy: true };
  if (lock.kind === "failed") return { kind: "not", why: lock.why, isBusy: false };
  try {
    return { kind: "done", value: await work() };
  } finally {
    lock.release();
  }
};
