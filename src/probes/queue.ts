import type { QueueLook } from "../queues/reading.ts";
import type { Probe } from "./probe.ts";

const nothing: QueueLook = { kind: "unknown", why: "not in this version" };

/** To be built. */
export const queueProbe: Probe<"queue"> = {
  kind: "queue",
  look: async () => ({ kind: "unknown", evidence: nothing.why }),
  deadlineMs: () => 12_000,
};
