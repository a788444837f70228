/** The numbers of a queue that a source may tell, in the order in which they are read. `oldest_ready_at`: since when, instead of for how long. */
export const queueFields = [
  "ready",
  "running",
  "blocked",
  "done",
  "failed",
  "slots",
  "oldest_ready_s",
  "oldest_ready_at",
] as const;

/** What can be wrong with a queue, the healable first. */
export const queueFindings = [
  "stuck",
  "stale-claim",
  "re-blocked",
  "gave-up",
  "double-spawn",
  "ghost",
  "crash-loop",
  "backlog",
] as const;

/** What of it a restart may mend; the rest is a person's. */
export const healableFindings: readonly (typeof queueFindings)[number][] = ["stuck", "stale-claim"];
