import type { UnitFacts } from "../host/host.ts";

/** How the main process ended, in words. Source: siginfo_t si_code, sigaction(2). */
export const endOf = ({ execMainCode, execMainStatus }: UnitFacts): string =>
  `${execMainCode === 1 ? "exit status" : "signal"} ${execMainStatus}`;

/**
 * Who ended a unit that is no longer active. On `systemctl stop` it leaves `active` before its main process exits; on a clean
 * exit, a kill or `systemctl kill` the process goes first. Both times 0: systemd has forgotten (a unit that isn't enabled is
 * unloaded). A last run that never became active left no time of its own: not known either.
 * Source: org.freedesktop.systemd1(5) ActiveExitTimestampMonotonic, ExecMainExitTimestampMonotonic; tried on systemd 252.
 */
export const stopOf = (facts: UnitFacts): "on-purpose" | "by-itself" | "not-known" => {
  if (facts.activeExitUs === 0 || facts.execMainExitUs === 0 || facts.activeExitUs < facts.execMainStartUs)
    return "not-known";
  return facts.activeExitUs < facts.execMainExitUs ? "on-purpose" : "by-itself";
};

/** Results of a stop that somebody asked for and that went badly: a bad exit status, or a process that had to be killed. */
const badStops: ReadonlySet<string> = new Set(["exit-code", "signal", "core-dump", "timeout"]);

/**
 * Whether a failed unit failed while it was being stopped: many programs exit 143 on SIGTERM. A watchdog's or the memory
 * killer's stop is told by its own result and isn't meant. Source: systemd.service(5) "Result".
 */
export const hasFailedStopping = (facts: UnitFacts): boolean =>
  facts.activeState === "failed" && badStops.has(facts.result) && stopOf(facts) === "on-purpose";
