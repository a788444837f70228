import { healableFindings } from "../config/queue-words.ts";
import type { Memory, Seen } from "../probes/probe.ts";
import { type Clock, clockOf } from "./flow-clock.ts";
import { jobFindings } from "./flow-jobs.ts";
import type { FlowLook, FlowOptions } from "./flow-look.ts";
import { type Past, pastOf, toMemory } from "./flow-memory.ts";
import { type Motion, motionOf } from "./flow-motion.ts";
import { type Relapse, relapseOf } from "./flow-relapse.ts";
import { stuckOf } from "./flow-stuck.ts";
import { type Finding, sayFindings, sayHeld, sayState } from "./flow-words.ts";
import type { QueueReading } from "./reading.ts";

/** A queue, judged. `memory` is for the next look, also of one that is unknown. */
export type Flow = Seen & { readonly memory: Memory };

const healable: ReadonlySet<string> = new Set(healableFindings);
/** Unclean starts in ten minutes that make a loop. Source: OpenClaw, gateway_boot_lifecycle. */
const crashLoop = 3;

const crashFinding = ({ uncleanStarts }: QueueReading): readonly Finding[] =>
  uncleanStarts === null || uncleanStarts < crashLoop
    ? []
    : [{ word: "crash-loop", says: `${uncleanStarts} unclean starts in 10 min`, jobs: [], more: 0 }];

const relapseFinding = ({ blocked, jobs }: QueueReading, { level }: Relapse): readonly Finding[] =>
  level === null || jobs !== null
    ? []
    : [{ word: "re-blocked", says: `${blocked} blocked, one again after it was unblocked`, jobs: [], more: 0 }];

const backlogFinding = (
  { ready }: QueueReading,
  { grew }: Motion,
  { backlogAfter }: FlowOptions,
): readonly Finding[] =>
  grew < backlogAfter
    ? []
    : [{ word: "backlog", says: `${ready} ready, more at each of the last ${grew} looks`, jobs: [], more: 0 }];

/** All that is wrong by this clock and that the check asks for, the healable first. */
const findAll = (look: FlowLook, motion: Motion, relapse: Relapse, clock: Clock): readonly Finding[] => {
  const { reading, options } = look;
  const all = [
    ...stuckOf(look, motion, clock),
    ...jobFindings(look, clock),
    ...relapseFinding(reading, relapse),
    ...crashFinding(reading),
    ...backlogFinding(reading, motion, options),
  ];
  return options.findings.flatMap((word) => all.filter((each) => each.word === word));
};

const bad = (findings: readonly Finding[], memory: Memory): Flow => {
  const words = findings.map(({ word }) => word);
  const isOnlyBacklog = words.every((word) => word === "backlog");
  return {
    kind: "bad",
    evidence: sayFindings(findings),
    findings: [...new Set(words)],
    ...(isOnlyBacklog ? { isAdvisory: true } : {}),
    ...(!isOnlyBacklog && !words.some((word) => healable.has(word)) ? { isAlertOnly: true } : {}),
    memory,
  };
};

const stuckAs = (findings: readonly Finding[], { isHeld }: Motion): Past["stuck"] =>
  findings.some(({ word }) => word === "stuck") ? "found" : isHeld ? "held" : null;

const memoryOf = (
  { reading, facts }: FlowLook,
  motion: Motion,
  relapse: Relapse,
  clock: Clock,
  stuck: Past["stuck"],
): Memory => {
  const { ready, running, blocked, done, failed, movedS } = reading;
  const past: Past = {
    bootId: facts.bootId,
    uptimeS: facts.uptimeS,
    nowS: facts.nowS,
    trustS: clock.trustS,
    jumpS: clock.jumpS,
    ready,
    running,
    blocked,
    done,
    failed,
    movedS,
    standS: motion.standS,
    grew: motion.grew,
    score: relapse.score,
    level: relapse.level,
    stuck,
  };
  return toMemory(past);
};

/**
 * Judges a queue by one reading and what the last look left. Two looks with the same memory say the same, so a red can be confirmed, and a
 * heal's proof is well only once something was claimed or finished. A boot alone makes no stuck queue well. Ages that only a jump of the wall clock explains are unknown. Pure.
 */
export const judgeFlow = (look: FlowLook, before: Memory | undefined): Flow => {
  const past = pastOf(before);
  const clock = clockOf(look.facts, past);
  const motion = motionOf(look, past);
  const relapse = relapseOf(look.reading, past);
  const sure = findAll(look, motion, relapse, clock);
  const memory = memoryOf(look, motion, relapse, clock, stuckAs(sure, motion));
  if (sure.length > 0) return bad(sure, memory);
  const perhaps = clock.trustS === null ? [] : findAll(look, motion, relapse, { ...clock, trustS: null });
  if (perhaps.length > 0)
    return { kind: "unknown", evidence: `${clock.says}, so ages tell nothing yet: ${sayFindings(perhaps)}`, memory };
  const standing = motion.isWatched ? { isStanding: true as const } : {};
  if (motion.isHeld) return { kind: "unknown", evidence: sayHeld(look, clock), ...standing, memory };
  return {
    kind: "ok",
    evidence: sayState(look, motion),
    ...standing,
    memory,
  };
};
