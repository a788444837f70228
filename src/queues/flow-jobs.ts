import type { QueueFinding } from "../config/config.ts";
import { ageS, type Clock } from "./flow-clock.ts";
import type { FlowFacts, FlowLook, Live } from "./flow-look.ts";
import { type Finding, forSo, inQuotes, nameOf } from "./flow-words.ts";
import type { Claim, Job } from "./reading.ts";

/** A claim that ran out may be renewed or taken back a moment later; so long it may take, in seconds. Source: Hermes Agent, its dispatcher's tick of 60 s. */
const expiredS = 120;
/** A dispatcher that lives takes a claim back by then. */
const unreclaimedS = 300;
/** A worker begins within so many seconds of its claim; a process that started later has only its number. */
const spawnS = 300;
/** A worker that has ended its job may take so long to say goodbye, in seconds. */
const partingS = 300;
/** A renewal comes at least so often: after a jump of the clock, an old end of a claim tells nothing until then. Source: Hermes Agent, claim TTL. */
const renewalS = 900;

type Named = Finding["jobs"][number];

/** A finding where there are jobs for it. */
const finding = (word: QueueFinding, jobs: readonly Named[]): readonly Finding[] =>
  jobs.length === 0 ? [] : [{ word, says: "", jobs, more: 0 }];

/** Whether a claim is held on this host. Pure. */
export const isOurs = ({ host }: Claim, { hostnames }: Pick<FlowFacts, "hostnames">): boolean =>
  host === null || hostnames.some((name) => name.toLowerCase() === host.toLowerCase());

/** Why the worker of a claim on this host can't be working; undefined where it may, where another has the job, or where nobody can tell. */
const deadWorker = ({ id, claim }: Job, live: Live, clock: Clock): string | undefined => {
  if (claim === null || claim.pid === null || live.workers.has(id)) return undefined;
  const startedS = live.startedS.get(claim.pid);
  if (startedS === undefined) return `worker ${claim.pid} is dead`;
  if (claim.atS === null) return undefined;
  // Where the clock jumped, what was claimed before it has a time of the old clock.
  const latestS = Math.max(claim.atS, clock.trustS ?? claim.atS) + spawnS;
  return startedS > latestS ? `worker ${claim.pid} is dead, another process has its pid` : undefined;
};

const expired = ({ expiresS }: Claim, clock: Clock): string | undefined => {
  if (expiresS === null) return undefined;
  const isOld = clock.trustS !== null && expiresS < clock.trustS + renewalS;
  const overS = isOld ? ageS(clock, Math.max(expiresS, clock.trustS ?? 0)) - renewalS : ageS(clock, expiresS);
  if (overS <= expiredS) return undefined;
  return `claim ran out ${forSo(overS)} ago${overS > unreclaimedS ? " and was not taken back" : ""}`;
};

/** While the host was off nobody could renew a claim or take one back, and whoever does that has only just come up. */
const isFromBeforeBoot = ({ claim, beatS, sinceS }: Job, { nowS, uptimeS }: Clock): boolean =>
  (claim?.atS ?? sinceS ?? beatS ?? 0) < nowS - uptimeS;

const staleWhy = (job: Job, { facts, options }: FlowLook, clock: Clock): string | undefined => {
  const { claim, beatS } = job;
  if (isFromBeforeBoot(job, clock) && clock.uptimeS < unreclaimedS) return undefined;
  const dead =
    claim !== null && facts.live !== null && isOurs(claim, facts) ? deadWorker(job, facts.live, clock) : undefined;
  if (dead !== undefined) return dead;
  const silentS = beatS === null ? 0 : ageS(clock, beatS);
  if (silentS * 1000 > options.staleAfterMs) return `no beat for ${forSo(silentS)}`;
  return claim === null ? undefined : expired(claim, clock);
};

/** For how long a job stands as it does, in words; empty where the source doesn't tell. */
const ageOf = ({ sinceS, claim }: Job, clock: Clock): string => {
  const fromS = sinceS ?? claim?.atS ?? null;
  return fromS === null ? "" : forSo(ageS(clock, fromS));
};

const named = (jobs: readonly Job[], clock: Clock, whyOf: (job: Job) => string | undefined): readonly Named[] =>
  jobs.flatMap((job) => {
    const why = whyOf(job);
    return why === undefined ? [] : [{ id: job.id, why, age: ageOf(job, clock) }];
  });

const sinceWords = ({ sinceS }: Job, clock: Clock): string =>
  sinceS === null ? "" : `, ${forSo(Math.max(0, clock.nowS - sinceS))} ago`;

const withReason = (job: Job, reason: string | null, clock: Clock): string | undefined =>
  reason === null ? undefined : `${inQuotes(reason)}${sinceWords(job, clock)}`;

/** Running jobs of one key: one piece of work, done twice. */
const sameKeys = (running: readonly Job[]): readonly Named[] => {
  const byKey = new Map<string, readonly Job[]>();
  for (const job of running) if (job.key !== null) byKey.set(job.key, [...(byKey.get(job.key) ?? []), job]);
  return [...byKey].flatMap(([key, [first, ...others]]) =>
    first === undefined || others.length === 0
      ? []
      : [
          {
            id: first.id,
            why: `runs with ${others.map(({ id }) => nameOf(id)).join(", ")} for one key ${inQuotes(key)}`,
          },
        ],
  );
};

const twice = (live: Live | null): readonly Named[] =>
  [...(live?.workers ?? [])].flatMap(([id, pids]) =>
    pids.length < 2 ? [] : [{ id, why: `workers ${pids.slice(0, 5).join(" and ")}` }],
  );

/** Live workers of jobs that the source knows and that don't run. Of a job that it doesn't know another queue may. */
const ghosts = (jobs: readonly Job[], live: Live, clock: Clock): readonly Named[] =>
  jobs.flatMap(({ id, status, sinceS }) => {
    const [pid] = live.workers.get(id) ?? [];
    const isParting = sinceS !== null && ageS(clock, sinceS) < partingS;
    return pid === undefined || status === "running" || isParting
      ? []
      : [{ id, why: `${status}, yet worker ${pid} lives` }];
  });

/** What is wrong with single jobs, by their own facts and the live processes of this host. Pure. */
export const jobFindings = (look: FlowLook, clock: Clock): readonly Finding[] => {
  const { live } = look.facts;
  const jobs = look.reading.jobs ?? [];
  const running = jobs.filter(({ status }) => status === "running");
  return [
    ...finding(
      "stale-claim",
      named(running, clock, (job) => staleWhy(job, look, clock)),
    ),
    ...finding(
      "re-blocked",
      named(jobs, clock, (job) => withReason(job, job.reblocked, clock)),
    ),
    ...finding(
      "gave-up",
      named(jobs, clock, (job) => withReason(job, job.gaveUp, clock)),
    ),
    ...finding("double-spawn", [...twice(live), ...sameKeys(running)]),
    ...finding("ghost", live === null ? [] : ghosts(jobs, live, clock)),
  ];
};
