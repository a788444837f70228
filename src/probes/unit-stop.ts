import type { UnitFacts } from "../host/host.ts";

/**
 * Who ended an inactive unit. On `systemctl stop` the unit leaves `active` before its main process exits; on a clean exit, a
 * kill or `systemctl kill` the process goes first. Both times 0: systemd has forgotten (a unit that isn't enabled is unloaded).
 * Source: org.freedesktop.systemd1(5) ActiveExitTimestampMonotonic, ExecMainExitTimestampMonotonic; tried on systemd 252.
 */
export const stopOf = (facts: UnitFacts): "on-purpose" | "by-itself" | "not-known" => {
  if (facts.activeExitUs === 0 || facts.execMainExitUs === 0) return "not-known";
  return facts.activeExitUs < facts.execMainExitUs ? "on-purpose" : "by-itself";
};
