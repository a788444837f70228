import type { UnitCheck } from "../config/config.ts";
import type { Host, Manager, UnitFacts } from "../host/host.ts";
import { wordOr } from "./evidence.ts";
import type { Memory, Probe, Seen } from "./probe.ts";
import { endOf, hasFailedStopping, stopOf } from "./unit-stop.ts";

const managerOf = (check: UnitCheck): Manager => ({
  scope: check.unit.scope,
  ...(check.as === null || check.unit.scope === "system" ? {} : { user: check.as }),
});

/** When the unit's main process started, by the kernel; where there is none, by systemd (which doesn't count suspend). */
const startedUptimeS = (host: Host, facts: UnitFacts): number | undefined => {
  const byKernel = facts.mainPid > 0 ? host.processes.startedUptimeS(facts.mainPid) : undefined;
  if (byKernel !== undefined && !Number.isNaN(byKernel)) return byKernel;
  const us = Math.max(facts.execMainStartUs, facts.activeEnterUs);
  return us > 0 ? us / 1e6 : undefined;
};

const judgeInactive = (facts: UnitFacts): Seen => {
  if (facts.serviceType === "oneshot" && facts.result === "success")
    return { kind: "ok", evidence: "inactive (a oneshot service that ended well)" };
  switch (stopOf(facts)) {
    case "on-purpose":
      return { kind: "bad", evidence: "inactive: stopped on purpose" };
    case "by-itself":
      return { kind: "bad", evidence: `inactive: it ended by itself (${endOf(facts)})` };
    case "not-known":
      return { kind: "bad", evidence: "inactive: systemd no longer knows why" };
  }
};

const judgeState = (facts: UnitFacts): Seen => {
  switch (facts.activeState) {
    case "active":
    case "reloading":
    case "refreshing":
      return { kind: "ok", evidence: `${facts.activeState} (${wordOr(facts.subState)})` };
    case "failed": {
      const detail = facts.execMainCode === 0 ? "" : `, ${endOf(facts)}`;
      const when = hasFailedStopping(facts) ? " while it was being stopped" : "";
      return { kind: "bad", evidence: `failed${when} (${wordOr(facts.result)}${detail})` };
    }
    case "inactive":
      return judgeInactive(facts);
    case "activating":
      return facts.subState.startsWith("auto-restart")
        ? { kind: "bad", evidence: `it died (${wordOr(facts.result)}) and systemd is about to restart it` }
        : { kind: "unknown", evidence: `still activating (${wordOr(facts.subState)})` };
    case "deactivating":
      return { kind: "unknown", evidence: `deactivating (${wordOr(facts.subState)})` };
    default:
      return { kind: "unknown", evidence: `in a state unknown to this version: ${wordOr(facts.activeState)}` };
  }
};

/** Restarts since the last tick. A start by hand sets the counter back to 0: what it says now has come since. Source: systemd.service(5). */
const judgeRestarts = (check: UnitCheck, facts: UnitFacts, memory: Memory | undefined): Seen | undefined => {
  const before = memory?.["restarts"];
  if (typeof before !== "number") return undefined;
  const more = facts.restarts < before ? facts.restarts : facts.restarts - before;
  return more >= check.maxRestarts
    ? { kind: "bad", evidence: `systemd restarted it ${more === 1 ? "once" : `${more} times`} since the last tick` }
    : undefined;
};

/** The boot in which the unit was last seen active: without it a forgotten unit's clean exit can't be told from a stop. */
const seenActive = (facts: UnitFacts, bootId: string, memory: Memory | undefined): Memory => {
  if (facts.activeState === "active") return { activeBoot: bootId };
  const before = memory?.["activeBoot"];
  return typeof before === "string" ? { activeBoot: before } : {};
};

const judge = (check: UnitCheck, facts: UnitFacts, memory: Memory | undefined): Seen => {
  if (facts.loadState === "not-found") return { kind: "bad", evidence: `there is no unit "${check.unit.name}"` };
  const isMasked = facts.loadState === "masked";
  if (isMasked && facts.activeState !== "active") return { kind: "bad", evidence: "masked, so it can't be started" };
  if (!isMasked && facts.loadState !== "loaded")
    return { kind: "bad", evidence: `cannot be loaded (${wordOr(facts.loadState)})` };
  const state = judgeState(facts);
  return state.kind === "ok" ? (judgeRestarts(check, facts, memory) ?? state) : state;
};

/**
 * Judges a unit by what its manager says: state, restart loop, stopped on purpose. `systemctl show` answers for a missing unit
 * too, with defaults, so LoadState comes first. Source: org.freedesktop.systemd1(5).
 */
export const unitProbe: Probe<"unit"> = {
  kind: "unit",
  look: async (check, { host, shared, memory }) => {
    const facts = await shared.unit(managerOf(check), check.unit.name);
    if ("kind" in facts) return { kind: "unknown", evidence: facts.why };
    const started = startedUptimeS(host, facts);
    return {
      ...judge(check, facts, memory),
      ...(started === undefined ? {} : { startedUptimeS: started }),
      memory: { restarts: facts.restarts, ...seenActive(facts, host.clock.bootId(), memory) },
    };
  },
  units: (check) => [{ manager: managerOf(check), unit: check.unit.name }],
  deadlineMs: () => 12_000,
};
