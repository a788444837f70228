import type { Silence } from "../state/silence.ts";
import type { Incident } from "../state/state.ts";
import type { Judged, Now } from "../verdict/judge.ts";
import { momentOf } from "./incident.ts";
import type { One } from "./one.ts";
import { toldAnew } from "./remind.ts";

/** Under a silence nothing begins: what is red or unknown is told when the silence is over, if it still is. An end is told. Pure. */
export const hushed = (one: One, before: Incident | undefined, wasUnknownTold: boolean, wasFlapTold: boolean): One => {
  const quiet = { reason: { name: "silenced" as const }, isFlapTold: wasFlapTold };
  switch (one.tell?.kind) {
    case "red":
    case "reminder":
    case "flapping":
      return { ...quiet, incident: before, isUnknownTold: one.isUnknownTold };
    case "unknown":
      return { ...quiet, incident: one.incident, isUnknownTold: wasUnknownTold };
    case "recovered":
    case undefined:
      return one;
  }
};

/** A silence is over: what is still sick is told now and says so, whenever its reminder is due. Pure. */
export const unhushed = (one: One, each: Judged, after: Silence, now: Now): One => {
  if (one.tell !== undefined) return one.tell.kind === "recovered" ? one : { ...one, tell: { ...one.tell, after } };
  const isWaiting = one.reason.name === "not-due" || one.reason.name === "flapping-goes-on";
  if (one.incident === undefined || each.verdict !== "red" || !isWaiting) return one;
  const incident = toldAnew(one.incident, momentOf(now));
  const kind = one.isFlapTold ? "flapping" : "reminder";
  const reason = "silence-over";
  return { ...one, incident, reason: { name: reason }, tell: { kind, check: each.name, incident, reason, after } };
};
