import type { Check, CheckOf } from "../config/config.ts";
import type { Manager } from "../host/host.ts";
import { driftProbe } from "./drift.ts";
import { heartbeatProbe } from "./heartbeat.ts";
import { httpProbe } from "./http.ts";
import { pluginProbe } from "./plugin.ts";
import type { Probe, ProbeContext, Seen } from "./probe.ts";
import { processProbe } from "./process.ts";
import { queueProbe } from "./queue.ts";
import { tcpProbe } from "./tcp.ts";
import { unitProbe } from "./unit.ts";

/** A probe tied to one check. */
export interface Bound {
  readonly check: Check;
  readonly deadlineMs: number;
  readonly units: readonly { readonly manager: Manager; readonly unit: string }[];
  /** What the shared process list must hold for it; undefined: it needs none. */
  readonly processes: { readonly argv: boolean; readonly uid: boolean } | undefined;
  look(context: ProbeContext): Promise<Seen>;
}

const isOf = <Kind extends Check["kind"]>(check: Check, kind: Kind): check is CheckOf<Kind> => check.kind === kind;

const binder =
  <Kind extends Check["kind"]>(probe: Probe<Kind>) =>
  (check: Check): Bound | undefined =>
    isOf(check, probe.kind)
      ? {
          check,
          deadlineMs: probe.deadlineMs(check),
          units: probe.units?.(check) ?? [],
          processes: probe.processes?.(check),
          look: (context) => probe.look(check, context),
        }
      : undefined;

/** The list of probes: a new one is a line here. */
const binders = [
  binder(processProbe),
  binder(httpProbe),
  binder(unitProbe),
  binder(tcpProbe),
  binder(queueProbe),
  binder(heartbeatProbe),
  binder(driftProbe),
  binder(pluginProbe),
];

/** Finds the probe of each check. Throws when a check has none: the schema allows no such kind. */
export const bindProbes = (checks: readonly Check[]): readonly Bound[] =>
  checks.map((check) => {
    for (const bind of binders) {
      const bound = bind(check);
      if (bound !== undefined) return bound;
    }
    throw new Error(`no probe for the kind "${check.kind}"`);
  });
