import type { OutboxEntry } from "../alert/outbox.ts";
import type { Standing } from "../alert/platforms/platform.ts";
import type { Host } from "../host/host.ts";
import type { Memory } from "../probes/probe.ts";
import type { FlapHistory } from "../verdict/flap.ts";
import type { Verdict } from "../verdict/verdict.ts";
import type { Hours } from "./day.ts";
import type { HourSums } from "./history.ts";
import type { Silence } from "./silence.ts";

/** A moment that survives clock changes: which boot, and seconds of uptime in it. */
export interface Moment {
  readonly bootId: string;
  readonly uptimeS: number;
}

/** The present moment on this host. Never throws. */
export const momentOf = ({ clock }: Host): Moment => ({ bootId: clock.bootId(), uptimeS: clock.uptimeS() });

/** When a check was last seen well, and how often systemd had restarted its unit by then, where it looks at one. */
export interface LastWell {
  readonly moment: Moment;
  readonly restarts?: number;
}

/** How a check came and went lately, for what is told of it. */
export interface Flap extends FlapHistory {
  /** ISO 8601 UTC: its first red; `reds` counts how often it turned red since. */
  readonly since: string;
  readonly reds: number;
  /** Recipes cured it meanwhile, and none of them held. */
  readonly wasCured?: true;
  /** The operator has been told that it flaps, and not yet that it ended. */
  readonly isTold?: true;
}

/** What one check carries from tick to tick. */
export interface CheckState {
  readonly verdict: Verdict;
  readonly reading: "ok" | "bad" | "unknown";
  readonly evidence: string;
  /** ISO 8601 UTC: first tick of the present run of equal readings; `ticks` is its length. */
  readonly since: string;
  readonly ticks: number;
  /** Bad ticks in a row; an unknown in between neither counts nor resets. */
  readonly badTicks: number;
  /** It was red before it became unknown. */
  readonly wasRed?: true;
  readonly isUnknownTold: boolean;
  /** Absent while it is well, and where nobody saw it so. */
  readonly lastWell?: LastWell;
  /** The red check that explains it. */
  readonly because?: string;
  readonly memory?: Memory;
}

/** From the first red of a check that isn't folded to its end. */
export interface Incident {
  readonly id: string;
  readonly check: string;
  /** ISO 8601 UTC. */
  readonly openedAt: string;
  readonly lastTold: Moment;
  /** Its reminders are counted from here; absent in older files: from `lastTold`. */
  readonly remindFrom?: Moment;
  /** How much earlier its reminders come than those of the others that were told together with it, in seconds. */
  readonly earlyS?: number;
  /** Ids of incidents that were told before and go on in this one: their checks were folded under this one's. */
  readonly includes?: readonly string[];
  /** It was told as FLAPPING while its check was well. */
  readonly isToldWell?: true;
  /** Findings that have been told; absent: its check has none. */
  readonly told?: readonly string[];
  /** The helper couldn't be asked to open it in the log: the next tick asks again, and until then nothing is healed for it. */
  readonly isUnlogged?: true;
}

/** What a tick hands the next. */
export interface State {
  readonly version: 1;
  /** Ticks finished since the state was made. */
  readonly tick: number;
  /** ISO 8601 UTC, end of the last finished tick. */
  readonly at: string;
  readonly moment: Moment;
  readonly verdict: Verdict;
  readonly configSha256: string;
  readonly checks: Readonly<Record<string, CheckState>>;
  /** By check name. */
  readonly incidents: Readonly<Record<string, Incident>>;
  /** By check name, those that were red lately; absent: none. */
  readonly flaps?: Readonly<Record<string, Flap>>;
  readonly outbox: readonly OutboxEntry[];
  /** Checks that were red or unknown under a silence at this tick, with it: the first message after its end says so. Absent: none. */
  readonly hushed?: Readonly<Record<string, Silence>>;
  /** By check name, the id of its last incident, which ended within the second of its opening: it isn't given again. Absent: none. */
  readonly ended?: Readonly<Record<string, string>>;
  /** The chat asked us to wait this long from then on. */
  readonly chatWait: { readonly from: Moment; readonly ms: number } | null;
  /** Only with a chat that holds state in place of messages. */
  readonly held?: Held;
  /** The UTC day in which the heal log was last sealed, and the number of that seal; absent: not known. */
  readonly sealed?: { readonly on: string; readonly seal: number };
  /** The last day, hour by hour; absent in older files. */
  readonly day?: Hours;
  /** What the present hour has seen of the checks, last; before it, hours that aren't in their file yet. Absent in older files. */
  readonly history?: readonly HourSums[];
}

/** What a chat that holds state has taken, and the first tick of those in a row that could not tell it so; null when the last one could. */
export interface Held {
  readonly board: readonly Standing[];
  readonly missedTick: number | null;
}

/** The state of a host that dogwatch has never looked at. */
export const emptyState: State = {
  version: 1,
  tick: 0,
  at: "",
  moment: { bootId: "", uptimeS: 0 },
  verdict: "green",
  configSha256: "",
  checks: {},
  incidents: {},
  outbox: [],
  chatWait: null,
};

/** Seconds from `then` to `now`, by uptime; over a reboot only the time since boot is known, and counted. */
export const elapsedS = (then: Moment, now: Moment): number =>
  then.bootId === now.bootId ? Math.max(0, now.uptimeS - then.uptimeS) : now.uptimeS;
