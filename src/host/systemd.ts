import { existsSync } from "node:fs";
import type { Clock } from "./clock.ts";
import { failed } from "./failure.ts";
import type { Command, Failure, Manager, NextTick, Ran, Systemd, UnitsShown } from "./host.ts";
import { quoted } from "./quoted.ts";
import { nextElapse, parseBlocks, parseShow, shownProperties } from "./systemctl-show.ts";

/** What {@link createSystemd} needs of the rest of the host. */
interface Parts {
  readonly exec: { run(command: Command): Promise<Ran> };
  readonly clock: Pick<Clock, "nowMs" | "uptimeS">;
  readonly env: Readonly<Record<string, string | undefined>>;
  readonly uid: number;
  /** Whether systemd runs this machine. Source: sd_booted(3). */
  isBooted(): boolean;
}

/** Enough for one unit's properties several times over. */
const bytesPerUnit = 4096;
const quickMs = 5000;

/**
 * A name that systemctl takes as one unit and nothing else: it expands `*?[`, turns paths into mounts and escapes the
 * rest, which would answer for other units than asked. A template without its instance ends the answer halfway. Source:
 * systemctl(1), systemd.unit(5).
 */
const unitNamePattern = /^(?!.*@\.)[A-Za-z0-9:_.\\@-]{1,255}$/;

/**
 * Where our own user's manager listens; systemctl looks there and nowhere else. Source: systemctl(1), pam_systemd(8).
 */
const ownBus = ({ env, uid }: Parts): Record<string, string> => {
  const { XDG_RUNTIME_DIR, DBUS_SESSION_BUS_ADDRESS } = env;
  const runtime = XDG_RUNTIME_DIR || `/run/user/${uid}`;
  return {
    XDG_RUNTIME_DIR: runtime,
    DBUS_SESSION_BUS_ADDRESS: DBUS_SESSION_BUS_ADDRESS || `unix:path=${runtime}/bus`,
  };
};

const systemctl = (
  parts: Parts,
  manager: Manager,
  words: readonly string[],
  timeoutMs: number,
  maxOutputBytes: number,
): Promise<Ran> => {
  const program = existsSync("/usr/bin/systemctl") ? "/usr/bin/systemctl" : "/bin/systemctl";
  const isOther = manager.scope === "user" && manager.user !== undefined;
  return parts.exec.run({
    argv: [program, `--${manager.scope}`, ...words],
    timeoutMs,
    maxOutputBytes,
    env: { TZ: "UTC", ...(manager.scope === "user" && !isOther ? ownBus(parts) : {}) },
    ...(isOther ? { user: manager.user } : {}),
  });
};

/** No bus means no manager: a user's runs only while that user is logged in, or lingers. Source: loginctl(1). */
const refusal = (said: string, manager: Manager, status: number): Failure => {
  if (said === "") return failed("EIO", `systemctl exited ${status} without an answer for each unit`);
  if (!said.startsWith("Failed to connect to bus")) return failed("EIO", `systemctl said ${quoted(said)}`);
  if (manager.scope === "system")
    return failed("ENOTCONN", `no system manager answers (${quoted(said)}); is this host run by systemd?`);
  const whose = manager.user === undefined ? "our own user" : `user "${manager.user}"`;
  const remedy = `loginctl enable-linger ${manager.user ?? ""}`.trim();
  return failed(
    "ENOTCONN",
    `no service manager of ${whose} answers (${quoted(said)}); let it run without a login: ${remedy}`,
  );
};

const failureOf = (ran: Ran, manager: Manager, timeoutMs: number): Failure => {
  switch (ran.kind) {
    case "failed":
      return failed(ran.code, `cannot run systemctl: ${ran.why}`);
    case "timed-out":
      return failed("TIMEOUT", `systemctl gave no answer in ${timeoutMs / 1000} s`);
    case "signalled":
      return failed("EIO", `systemctl was ended by ${ran.signal}`);
    case "exited":
      return refusal(ran.stderr.trim().split("\n").at(-1) ?? "", manager, ran.status);
  }
};

const show = async (
  parts: Parts,
  manager: Manager,
  units: readonly string[],
  timeoutMs: number,
): Promise<UnitsShown> => {
  if (units.length === 0) return { kind: "shown", units: [] };
  const odd = units.find((unit) => !unitNamePattern.test(unit));
  if (odd !== undefined) return failed("EINVAL", `"${odd}" is not the name of one unit`);
  const words = ["show", "--no-pager", "-p", shownProperties.join(","), "--", ...units];
  const ran = await systemctl(parts, manager, words, timeoutMs, bytesPerUnit * (units.length + 1));
  if (ran.kind !== "exited") return failureOf(ran, manager, timeoutMs);
  const facts = ran.status === 0 ? parseShow(ran.stdout, units) : undefined;
  return facts === undefined ? failureOf(ran, manager, timeoutMs) : { kind: "shown", units: facts };
};

const systemState = async (parts: Parts): Promise<string> => {
  if (!parts.isBooted()) return "absent";
  const ran = await systemctl(parts, { scope: "system" }, ["is-system-running"], quickMs, bytesPerUnit);
  // Any state but `running` exits 1, so the word counts, not the status.
  const word = ran.kind === "exited" ? ran.stdout.trim() : "";
  return /^[a-z-]+$/.test(word) ? word : "unknown";
};

const nextTick = async (parts: Parts): Promise<NextTick | undefined> => {
  if (!parts.isBooted()) return undefined;
  // A user's own installation has its timer in that user's manager.
  const scopes = parts.uid === 0 ? (["system"] as const) : (["user", "system"] as const);
  for (const scope of scopes) {
    const words = [
      "show",
      "--no-pager",
      "-p",
      "NextElapseUSecRealtime,NextElapseUSecMonotonic,LastTriggerUSec",
      "--",
      "dogwatch.timer",
    ];
    const ran = await systemctl(parts, { scope }, words, quickMs, bytesPerUnit);
    const block = ran.kind === "exited" ? parseBlocks(ran.stdout)[0] : undefined;
    const next = block && nextElapse(block, parts.clock.nowMs() - parts.clock.uptimeS() * 1000);
    if (next !== undefined) return next;
  }
  return undefined;
};

/** The service managers of this machine, asked through `systemctl`: one child process a call. Never throws. */
export const createSystemd = (parts: Parts): Systemd => ({
  show: (manager, units, timeoutMs) => show(parts, manager, units, timeoutMs),
  systemState: () => systemState(parts),
  nextTick: () => nextTick(parts),
});
