import type { QueueCheck } from "../config/config.ts";
import type { Host } from "../host/host.ts";
import { judgeFlow } from "../queues/flow.ts";
import { isOurs } from "../queues/flow-jobs.ts";
import type { FlowFacts, Live } from "../queues/flow-look.ts";
import type { QueueLook, QueueReading } from "../queues/reading.ts";
import type { Probe, ProbeContext, Seen } from "./probe.ts";
import { liveOf } from "./queue-live.ts";

/** Reading a board ends by itself well before; so long a look at one may take, in milliseconds. */
const boardMs = 12_000;
/** What a request may take on top of its own timeout: its answer is read, and the processes are listed. */
const patienceMs = 3000;
/** Ids that a source is asked for at most. */
const maxIds = 200;

/** Each source is read in when it is first needed: a config without queues pays for none. `jobIds`: jobs to list, whatever they are. */
const readSource = async (
  { name, queue }: QueueCheck,
  context: ProbeContext,
  jobIds: readonly string[],
): Promise<QueueLook> => {
  switch (queue.kind) {
    case "http":
      return await (await import("../queues/json.ts")).readJson(name, queue, context);
    case "prometheus":
      return await (await import("../queues/prometheus.ts")).readPrometheus(name, queue, context);
    case "hermes":
      return await (await import("../queues/hermes.ts")).readHermes(queue, context, jobIds);
    case "openclaw":
      return await (await import("../queues/openclaw.ts")).readOpenclaw(queue, context);
  }
};

/** The live processes, or why nothing can be concluded from them. Null: nothing here depends on them. */
type Lives = { readonly kind: "seen"; readonly live: Live } | { readonly kind: "blind"; readonly why: string } | null;

/** A program writes the host's whole name into its claims where that is how the host is called. Source: gethostname(2), proc(5) sys/kernel/hostname. */
const hostnamesOf = ({ hostname, files }: Host): readonly string[] => {
  const read = files.read("/proc/sys/kernel/hostname", 256);
  return read.kind === "failed" ? [hostname] : [hostname, new TextDecoder().decode(read.bytes).trim()];
};

const livesFor = async (
  { workers }: QueueCheck,
  { jobs, workers: known }: QueueReading,
  { host, shared }: ProbeContext,
): Promise<Lives> => {
  const pattern = workers ?? known;
  const hostnames = hostnamesOf(host);
  const hasClaim = jobs?.some(({ claim }) => claim !== null && claim.pid !== null && isOurs(claim, { hostnames }));
  if (pattern === null && hasClaim !== true) return null;
  const list = await shared.processes();
  if (list.kind === "failed") return { kind: "blind", why: `the processes can't be listed: ${list.why}` };
  if (!list.isComplete)
    return { kind: "blind", why: "not every process can be seen, so whose worker lives is not judged" };
  const bootS = host.clock.nowMs() / 1000 - host.clock.uptimeS();
  return { kind: "seen", live: liveOf(list.processes, pattern, bootS, host.pid) };
};

/** Workers of jobs that the source hasn't listed: of a job that it knows, and that doesn't run, such a one is a ghost. */
const unlisted = ({ jobs }: QueueReading, lives: Lives): readonly string[] => {
  if (jobs === null || lives?.kind !== "seen") return [];
  const listed = new Set(jobs.map(({ id }) => id));
  return [...lives.live.workers.keys()].filter((id) => !listed.has(id)).slice(0, maxIds);
};

const factsOf = ({ host }: ProbeContext, lives: Lives): FlowFacts => ({
  nowS: host.clock.nowMs() / 1000,
  uptimeS: host.clock.uptimeS(),
  bootId: host.clock.bootId(),
  hostnames: hostnamesOf(host),
  live: lives?.kind === "seen" ? lives.live : null,
});

/** What couldn't be judged though all that was is well, in words; empty: nothing. */
const unjudged = ({ lacks = [], running, jobsLeftOut }: QueueReading, lives: Lives): string => {
  const board = lacks.length === 0 ? [] : [`this version of it has no ${lacks.join(", ")}`];
  const most = jobsLeftOut === 0 ? [] : [`of ${running ?? "the"} running jobs ${jobsLeftOut} may not be judged`];
  return [...board, ...most, ...(lives?.kind === "blind" ? [lives.why] : [])].map((why) => `; ${why}`).join("");
};

const look = async (check: QueueCheck, context: ProbeContext): Promise<Seen> => {
  const first = await readSource(check, context, []);
  if (first.kind === "unknown") return { kind: "unknown", evidence: first.why };
  const lives = await livesFor(check, first, context);
  const ids = unlisted(first, lives);
  const reading = ids.length === 0 ? first : await readSource(check, context, ids);
  if (reading.kind === "unknown") return { kind: "unknown", evidence: reading.why };
  const flow = judgeFlow({ reading, facts: factsOf(context, lives), options: check }, context.memory);
  const depth = { ready: reading.ready, running: reading.running };
  return { ...flow, evidence: `${flow.evidence}${flow.kind === "ok" ? unjudged(reading, lives) : ""}`, depth };
};

/** Reads a queue's numbers and judges how its jobs flow, by what the last look left. */
export const queueProbe: Probe<"queue"> = {
  kind: "queue",
  look,
  processes: ({ queue, workers }) => ({ argv: workers !== null || !("ask" in queue), uid: false }),
  deadlineMs: ({ queue }) => ("ask" in queue ? queue.ask.timeoutMs + patienceMs : boardMs),
};
