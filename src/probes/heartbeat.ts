import type { Probe } from "./probe.ts";

/** To be built. */
export const heartbeatProbe: Probe<"heartbeat"> = {
  kind: "heartbeat",
  look: async () => ({ kind: "unknown", evidence: "not in this version" }),
  deadlineMs: () => 12_000,
};
