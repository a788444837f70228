import { existsSync } from "node:fs";
import type { Command, Host, Ran } from "./host.ts";

/** What a unit of Type=notify tells its service manager. Nothing is waited for; without a manager each call does nothing. Source: sd_notify(3). */
export interface Notify {
  /** Started, or loaded anew. `status`: one line for `systemctl status`. */
  ready(status: string): void;
  status(text: string): void;
  reloading(): void;
  stopping(status: string): void;
  keepAlive(): void;
  /** Milliseconds within which the manager wants a sign of life; undefined where it wants none. */
  readonly watchdogMs: number | undefined;
  /** Resolves when all of it has been told, or can't be. */
  told(): Promise<void>;
}

type Told = { readonly ok: true } | { readonly ok: false; readonly why: string };

const timeoutMs = 10_000;
/** A sign of life a day is enough for any manager, and a timer takes no more than 2^31 ms. */
const dayMs = 86_400_000;
const maxStatusLength = 400;

/** A newline would begin another assignment, `MAINPID=` for one. Source: sd_notify(3). */
const inert = (text: string): string =>
  [...text.replace(/[\p{Cc}\p{Cf}\p{Zl}\p{Zp}\s]+/gu, " ").trim()].slice(0, maxStatusLength).join("");

/** READY and STATUS through the package, which starts the program `systemd-notify` and rejects with a text, or an error. */
const byPackage = async (message: { readonly ready?: true; readonly status: string }): Promise<Told> => {
  const { default: send } = await import("systemd-notify");
  try {
    await send(message);
    return { ok: true };
  } catch (error) {
    return { ok: false, why: error instanceof Error ? error.message : String(error) };
  }
};

const whyNot = (ran: Ran): string => {
  if (ran.kind === "exited") return ran.stderr.trim() || `it ended with ${ran.status}`;
  return ran.kind === "failed" ? ran.why : "it gave no answer";
};

const watchdogOf = ({ env, pid }: Pick<Host, "env" | "pid">): number | undefined => {
  const us = Number(env["WATCHDOG_USEC"]);
  const isOurs = (env["WATCHDOG_PID"] ?? String(pid)) === String(pid);
  return isOurs && Number.isInteger(us) && us > 0 ? Math.min(us / 1000, dayMs) : undefined;
};

/**
 * Opens the way to the service manager that NOTIFY_SOCKET names. What the package doesn't know (RELOADING, STOPPING, WATCHDOG) goes by the program itself.
 * The sender is a child each time, so the unit needs NotifyAccess=all. `onFailure` hears the first failure. Never throws.
 * Source: systemd-notify(1), systemd.service(5).
 */
export const openNotify = (
  host: Pick<Host, "env" | "pid"> & { readonly exec: { run(command: Command): Promise<Ran> } },
  onFailure: (why: string) => void,
): Notify => {
  const socket = host.env["NOTIFY_SOCKET"];
  let queue: Promise<void> = Promise.resolve();
  let hasFailed = false;
  const inTurn = (send: () => Promise<Told>): void => {
    if (!socket) return;
    queue = queue.then(async () => {
      const told = await send();
      if (told.ok || hasFailed) return;
      hasFailed = true;
      onFailure(told.why);
    });
  };
  const byProgram = async (...assignments: readonly string[]): Promise<Told> => {
    const program = existsSync("/usr/bin/systemd-notify") ? "/usr/bin/systemd-notify" : "/bin/systemd-notify";
    const env = { NOTIFY_SOCKET: socket ?? "" };
    const ran = await host.exec.run({ argv: [program, ...assignments], timeoutMs, maxOutputBytes: 4096, env });
    return ran.kind === "exited" && ran.status === 0 ? { ok: true } : { ok: false, why: whyNot(ran) };
  };
  return {
    ready: (status) => inTurn(() => byPackage({ ready: true, status: inert(status) })),
    status: (text) => inTurn(() => byPackage({ status: inert(text) })),
    reloading: () => inTurn(() => byProgram("RELOADING=1")),
    stopping: (status) => inTurn(() => byProgram("STOPPING=1", `STATUS=${inert(status)}`)),
    keepAlive: () => inTurn(() => byProgram("WATCHDOG=1")),
    watchdogMs: socket ? watchdogOf(host) : undefined,
    told: () => queue,
  };
};
