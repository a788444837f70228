import { formatDuration } from "../config/duration.ts";
import type { Head } from "../log/entry.ts";
import { cleanEvidence, splitEvidence } from "../probes/evidence.ts";
import { type Silence, silencedBy } from "../state/silence.ts";
import type { Flap } from "../state/state.ts";
import type { Verdict } from "../verdict/verdict.ts";
import { dataLine } from "./data-line.ts";
import { cureLine, flapLine, healLine, includesLine, nextLine } from "./lines.ts";
import type { AlertKind, Message } from "./platforms/platform.ts";

/** How a heal stands, in the words of the message. */
export interface HealTold {
  readonly outcome: "none" | "planned" | "watching" | "healed" | "failed" | "refused" | "indeterminate";
  readonly recipe: string | null;
  /** The unit that it changes, where it changes one. */
  readonly unit: string | null;
  readonly isUserUnit: boolean;
  readonly why: string;
}

/** What there is to tell of one incident. Times are ISO 8601 UTC. */
export interface Story {
  readonly kind: AlertKind;
  readonly host: string;
  readonly check: string;
  readonly incident: string | null;
  readonly evidence: string;
  readonly since: string;
  readonly ticks: number;
  /** Checks folded under it. */
  readonly folded: readonly string[];
  /** Ids of incidents that were told before and go on, or end, in this one. */
  readonly includes?: readonly string[];
  /** How it came and went, where it flaps or has stopped to. */
  readonly flap?: Pick<Flap, "since" | "reds">;
  /** How the check reads now. */
  readonly verdict?: Verdict;
  /** What cured it, where that is told: a recovery. */
  readonly cure?: string;
  readonly heal: HealTold | null;
  /** The silence or window that it was sick under and that is over. */
  readonly after?: Silence | undefined;
  /** Whether the operator has heard of this incident before. */
  readonly isKnown: boolean;
  /** What a person does next. */
  readonly card: string;
  readonly head: Head | null;
  readonly now: string;
}

const months = ["Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"] as const;

/** `02:05 UTC`, with its date when that isn't today. */
export const clock = (at: string, now: string): string => {
  const time = `${at.slice(11, 16)} UTC`;
  const month = months[Number(at.slice(5, 7)) - 1] ?? "";
  return at.slice(0, 10) === now.slice(0, 10) ? time : `${Number(at.slice(8, 10))} ${month} ${time}`;
};

const lasted = ({ since, now }: Story): string => {
  const ms = Date.parse(now) - Date.parse(since);
  return ms > 0 ? formatDuration(ms) : "a moment";
};

const ticks = (count: number): string => (count === 1 ? "1 tick" : `${count} ticks`);

/** What a phone's notification shows of a first line, in code points: host, what and since when must be in it. */
const maxSeen = 110;
/** Evidence in the first line, in code points: at most, and at least where the names take the room. */
const maxHeadline = 160;
const minHeadline = 12;

/** What stands behind the evidence in the first line: how long it has been so. Nothing where that stands in front, or is not told. */
const tail = (story: Story): string => {
  const { kind } = story;
  if (["healed", "recovered", "flapping", "test"].includes(kind)) return "";
  const long = kind === "reminder" ? `, ${lasted(story)}` : "";
  return ` (${ticks(story.ticks)}, since ${clock(story.since, story.now)}${long})`;
};

/** How often it turned red, and since when. */
const reds = ({ flap, now, since }: Story): string => {
  const count = flap === undefined ? "" : ` ${flap.reds === 1 ? "once" : `${flap.reds} times`}`;
  return `red${count} since ${clock(flap?.since ?? since, now)}`;
};

/** What stands before the evidence. */
const lead = (story: Story): string => {
  // UNKNOWN says by itself what "cannot …" would say again.
  if (story.kind === "unknown") return story.evidence.startsWith("cannot ") ? "" : "cannot be measured: ";
  if (story.kind !== "flapping") return "";
  return `comes and goes (${reds(story)}), now ${story.verdict === "green" ? "well" : "red"}: `;
};

/** Evidence as far as the first line has room for it, and the rest. */
const inFirstLine = (story: Story): ReturnType<typeof splitEvidence> => {
  const end = tail(story);
  const bare = [...`${word(story)} ${story.host} · ${story.check}: ${lead(story)}${end}`].length;
  return splitEvidence(story.evidence, end === "" ? maxHeadline : Math.max(minHeadline, maxSeen - bare));
};

/** What the first line had no room for; undefined where it holds all, or needs none. */
const restLine = (story: Story): string | undefined => {
  const { rest } = inFirstLine(story);
  return story.kind === "recovered" || rest === undefined ? undefined : `More: ${rest}`;
};

const recovered = (story: Story): string => {
  if (story.incident === null) return "can be measured again";
  if (story.flap !== undefined) return `steady again (${reds(story)}, ${lasted(story)})`;
  return `well again after ${lasted(story)} (was red since ${clock(story.since, story.now)})`;
};

const what = (story: Story): string => {
  const { head: evidence } = inFirstLine(story);
  const since = `since ${clock(story.since, story.now)}`;
  switch (story.kind) {
    case "healed":
      return `well again by ${story.heal?.recipe ?? "a recipe"}; was red ${since}${evidence === "" ? "" : `: ${evidence}`}`;
    case "recovered":
      return recovered(story);
    case "unknown":
    case "reminder":
    case "heal-failed":
    case "red":
    case "flapping":
    case "test":
      return `${lead(story)}${evidence}${tail(story)}`;
  }
};

const word = ({ kind, isKnown }: Story): string => {
  switch (kind) {
    case "red":
      return "RED";
    case "heal-failed":
      return isKnown ? "STILL RED" : "RED";
    case "reminder":
      return "STILL RED";
    case "healed":
      return "HEALED";
    case "recovered":
      return "RECOVERED";
    case "flapping":
      return "FLAPPING";
    case "unknown":
      return "UNKNOWN";
    case "test":
      return "TEST";
  }
};

/** Why it was quiet about it until now: a silence that ran out, or was taken away before, or a window of the config that closed. */
const afterLine = ({ after, now }: Story): string | undefined => {
  if (after === undefined) return undefined;
  const reason = after.reason === "" ? "" : `: ${cleanEvidence(after.reason, 200)}`;
  const who = cleanEvidence(silencedBy(after), 64);
  const ended = after.until > now ? undefined : clock(after.until, now);
  if (after.by === "config")
    return `${ended === undefined ? "Maintenance is over" : `Maintenance ended ${ended}`}${reason}`;
  return ended === undefined
    ? `The silence by ${who} was removed${reason}`
    : `Was silenced until ${ended} by ${who}${reason}`;
};

/** The heal log's head as a message carries it, of one form also before its first line: a witness outside the host. Null when it can't be read. */
export const sealLine = (head: Head | null): string =>
  head === null ? "log unreadable" : `log ${head.seq}:${head.sha256.slice(0, 16)}`;

/**
 * The message for one incident. The first line stands alone on a phone's lock screen: what, where, why, since when. Then what was
 * healed or why not, the one next step, the incident, and last the log's head. Pure.
 */
export const compose = (story: Story): Message => {
  const incident = story.incident === null ? undefined : `Incident ${story.incident}`;
  const folded = story.folded.length === 0 ? undefined : `Also affected: ${story.folded.join(", ")}`;
  const told = [
    `${word(story)} ${story.host} · ${story.check}: ${what(story)}`,
    restLine(story),
    folded,
    afterLine(story),
    flapLine(story),
    cureLine(story),
    healLine(story),
    nextLine(story),
  ];
  const lines = [...told, dataLine(told), incident, includesLine(story), sealLine(story.head)];
  return {
    id: `${story.incident ?? story.check}/${story.kind}/${story.now}`,
    kind: story.kind,
    text: lines.filter((line) => line !== undefined).join("\n"),
    host: story.host,
    incident: story.incident,
    check: story.check,
    at: story.now,
    since: story.since,
    ...(story.card === "" ? {} : { card: story.card }),
  };
};
