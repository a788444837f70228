import type { Probe } from "./probe.ts";

/** To be built. */
export const driftProbe: Probe<"drift"> = {
  kind: "drift",
  look: async () => ({ kind: "unknown", evidence: "not in this version" }),
  deadlineMs: () => 12_000,
};
