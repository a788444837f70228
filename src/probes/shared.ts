import type { Host, Manager, ProcessList, UnitFacts } from "../host/host.ts";
import type { Bound } from "./index.ts";
import type { Shared } from "./probe.ts";

const showTimeoutMs = 10_000;
const managerKey = ({ scope, user }: Manager): string => `${scope}:${user ?? ""}`;

type Units = ReadonlyMap<string, UnitFacts> | { readonly kind: "failed"; readonly why: string };

const isUnits = (units: Units): units is ReadonlyMap<string, UnitFacts> => units instanceof Map;

const showAll = async (host: Host, manager: Manager, bound: readonly Bound[]): Promise<Units> => {
  const mine = bound.flatMap((each) => each.units).filter((each) => managerKey(each.manager) === managerKey(manager));
  const names = [...new Set(mine.map((each) => each.unit))];
  const shown = await host.systemd.show(manager, names, showTimeoutMs);
  if (shown.kind === "failed") return { kind: "failed", why: shown.why };
  return new Map(shown.units.map((facts) => [facts.unit, facts]));
};

/** Asks the machine once for what several probes of one look need: one process list, one `systemctl show` a manager. */
export const createShared = (host: Host, bound: readonly Bound[]): Shared => {
  let list: Promise<ProcessList> | undefined;
  const units = new Map<string, Promise<Units>>();
  const wants = bound.flatMap((each) => each.processes ?? []);
  return {
    processes: () => {
      list ??= host.processes.list({
        argv: wants.some((want) => want.argv),
        uid: wants.some((want) => want.uid),
      });
      return list;
    },
    unit: async (manager, unit) => {
      const key = managerKey(manager);
      const asked = units.get(key) ?? showAll(host, manager, bound);
      units.set(key, asked);
      const shown = await asked;
      if (!isUnits(shown)) return shown;
      return shown.get(unit) ?? { kind: "failed", why: `systemctl said nothing of the unit "${unit}"` };
    },
  };
};
