import type { QueueFinding } from "../config/config.ts";
import { formatDuration } from "../config/duration.ts";
import { quote } from "../probes/evidence.ts";
import type { Clock } from "./flow-clock.ts";
import type { FlowLook } from "./flow-look.ts";
import type { Motion } from "./flow-motion.ts";
import type { QueueReading } from "./reading.ts";

/** Something that is wrong: its word, what it says of the whole queue (may be empty), and the jobs that it is about. */
export interface Finding {
  readonly word: QueueFinding;
  readonly says: string;
  readonly jobs: readonly {
    readonly id: string;
    readonly why: string;
    /** For how long, in words: what is said where there is no room for the reason. */
    readonly age?: string;
  }[];
  /** Jobs that it is about and that are not listed. */
  readonly more: number;
}

/** Evidence is cut at 300; the way there is to say less of each job, for how long and then nothing, and last to name fewer. */
const maxChars = 300;
const levels = [
  { names: 5, says: "why" },
  { names: 5, says: "age" },
  { names: 5, says: "nothing" },
  { names: 3, says: "nothing" },
  { names: 1, says: "nothing" },
] as const;
const maxId = 40;
const maxWords = 40;

/** A source's own words, quoted, so that a reader sees where they begin and end. Pure. */
export const inQuotes = (text: string): string => quote(text, maxWords);

/** How long, in words, from seconds. Pure. */
export const forSo = (seconds: number): string => {
  const whole = seconds < 120 ? Math.round(seconds) : Math.round(seconds / 60) * 60;
  return formatDuration(whole * 1000);
};

/** `2`, or `2 of 4` where the slots are told. Pure. */
export const ofSlots = ({ running, slots }: QueueReading): string => {
  const count = String(running ?? "?");
  return slots === null ? count : `${count} of ${slots}`;
};

/** Short words and numbers, as ids are made of: no sentence, no mention and no command fits in. */
const plainId = /^(?=.{1,40}$)[A-Za-z]{0,12}(?:[_-]?[A-Za-z]{0,12}\d[A-Za-z0-9]{0,31}){0,8}$/u;
const idForm = /^(?:[a-z]{1,12}[_-])?[0-9a-f]{1,32}(?:-[0-9a-f]{1,12}){0,4}$/iu;

/** An id stands unquoted in a list only where it can be nothing else. Pure. */
export const nameOf = (id: string): string => (plainId.test(id) || idForm.test(id) ? id : quote(id, maxId));

type Level = (typeof levels)[number];

const sayJob = ({ id, why, age }: Finding["jobs"][number], { says }: Level): string => {
  const words = { why, age: age ?? "", nothing: "" }[says];
  return words === "" ? nameOf(id) : `${nameOf(id)} (${words})`;
};

const sayOne = ({ word, says, jobs, more }: Finding, level: Level): string => {
  const shown = jobs.slice(0, level.names).map((job) => sayJob(job, level));
  const left = jobs.length - shown.length + more;
  const list = `${shown.join(", ")}${left > 0 ? ` and ${left} more` : ""}`;
  return [word, says, list].filter((part) => part !== "").join(": ");
};

/** Findings in one line: each begins with its word and names at most five jobs, then a count. Pure. */
export const sayFindings = (findings: readonly Finding[]): string => {
  const texts = levels.map((level) => findings.map((each) => sayOne(each, level)).join("; "));
  return texts.find((text) => [...text].length <= maxChars) ?? texts.at(-1) ?? "";
};

/** Jobs are ready, a slot is free, and nothing moved since the last look. */
const sayStanding = ({ reading, facts }: FlowLook, { isWatched, standS }: Motion, counts: string): string => {
  const stoodS = standS === null ? 0 : facts.uptimeS - standS;
  if (isWatched)
    return stoodS < 1 ? `watched from now on: ${counts}` : `standing still for ${forSo(stoodS)}: ${counts}`;
  if (reading.movedS === 0) return `standing still for ${forSo(reading.oldestReadyS ?? 0)}: ${counts}`;
  const agoS = reading.movedS === null ? 0 : Math.max(0, facts.nowS - reading.movedS);
  return `flowing: ${counts}, last claimed or finished ${forSo(agoS)} ago`;
};

/** What a queue that is well does. Pure. */
export const sayState = (look: FlowLook, motion: Motion): string => {
  const { ready, running, slots, blocked } = look.reading;
  if (ready === 0 && (running ?? 0) === 0) return (blocked ?? 0) > 0 ? `idle: ${blocked} blocked` : "idle";
  if (running === null) return `${ready} ready; how many run isn't told, so stuck can't be`;
  const counts = `${ready} ready, ${ofSlots(look.reading)} running`;
  if (ready > 0 && slots !== null && slots > 0 && running >= slots) return `full: ${counts}`;
  if (ready === 0 || motion.hasMoved) return `flowing: ${counts}`;
  return motion.isFree ? sayStanding(look, motion, counts) : `busy: ${counts}`;
};

/** What stood still before a boot, and may still do so. Pure. */
export const sayHeld = ({ reading }: FlowLook, { uptimeS }: Pick<Clock, "uptimeS">): string =>
  `booted ${forSo(uptimeS)} ago, stuck before: ${reading.ready} ready, ${ofSlots(reading)} running, nothing claimed or finished yet`;
