import type { Decided, Ended } from "./alert/decide.ts";
import type { WatcherEvent } from "./heal/helper.ts";
import type { Recalled } from "./recall.ts";
import type { Run } from "./run.ts";
import type { Incident } from "./state/state.ts";
import type { Judged } from "./verdict/judge.ts";

const withLogged = ({ isUnlogged: _, ...incident }: Incident, isLogged: boolean): Incident =>
  isLogged ? incident : { ...incident, isUnlogged: true };

const resolved = ({ incident, why }: Ended): WatcherEvent => ({
  event: "incident.resolved",
  incident: incident.id,
  check: incident.check,
  why,
});

/**
 * What changed goes to the heal log before anybody is told. Gives the open incidents; those that could not be logged are marked, and asked for again by
 * each tick until they are: the helper heals nothing that the log doesn't hold open. Never throws.
 */
export const enterLog = async (
  run: Run,
  { state }: Recalled,
  judged: readonly Judged[],
  decided: Decided,
): Promise<Decided["incidents"]> => {
  const isChanged = state.configSha256 !== "" && state.configSha256 !== run.configSha256;
  const evidence = (name: string): string => judged.find((each) => each.name === name)?.evidence ?? "";
  const known = [...Object.values(decided.incidents), ...decided.ended.map(({ incident }) => incident)];
  const opened = [...decided.opened, ...known.filter(({ isUnlogged }) => isUnlogged)];
  const events: readonly WatcherEvent[] = [
    ...(isChanged ? [{ event: "config.changed" as const }] : []),
    // One at most is open for a check: what ends makes room for what begins. What the log doesn't know yet must begin first.
    ...decided.ended.flatMap((each) => (each.incident.isUnlogged ? [] : [resolved(each)])),
    ...opened.map(({ id, check }) => ({
      event: "incident.opened" as const,
      incident: id,
      check,
      evidence: evidence(check),
    })),
    ...decided.ended.flatMap((each) => (each.incident.isUnlogged ? [resolved(each)] : [])),
  ];
  if (events.length === 0 || run.isDryRun) return decided.incidents;
  const isLogged = (await run.helper.enter(events)).kind === "appended";
  const ids = new Set(opened.map(({ id }) => id));
  return Object.fromEntries(
    Object.entries(decided.incidents).map(([name, each]) => [
      name,
      ids.has(each.id) ? withLogged(each, isLogged) : each,
    ]),
  );
};
