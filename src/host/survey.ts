import type { Failure } from "./host.ts";

/** A TCP socket that waits for connections. `pids`: who has it open, as far as we may look; empty: somebody else. */
export interface Listener {
  /** The address it is bound to, in digits; `0.0.0.0` and `::` are all of this host's. */
  readonly host: string;
  readonly port: number;
  readonly uid: number;
  readonly pids: readonly number[];
}

/** All listening sockets of our network namespace. */
export type Listeners = { readonly kind: "seen"; readonly listeners: readonly Listener[] } | Failure;

/** What only a look around needs (`init`), and no tick. */
export interface Survey {
  /** The listening TCP sockets, with their owners among `pids`. Source: proc_net(5), proc_pid_fd(5). */
  listeners(pids: readonly number[]): Listeners;
  /** The unit that a process runs in, and the uid of the user whose manager keeps it; undefined when in none or gone. */
  placeOf(pid: number): { readonly unit: string; readonly managerUid?: number } | undefined;
  /** Of a process's environment the variables `names`, and of these only what is an absolute path: no secret is one. */
  environPaths(pid: number, names: readonly string[]): Readonly<Record<string, string>>;
  /** The users of this host's own list, with their homes. Source: passwd(5). */
  accounts(): readonly { readonly name: string; readonly uid: number; readonly home: string }[];
}
