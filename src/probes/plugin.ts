import type { Probe } from "./probe.ts";

/** To be built. */
export const pluginProbe: Probe<"plugin"> = {
  kind: "plugin",
  look: async () => ({ kind: "unknown", evidence: "not in this version" }),
  deadlineMs: () => 12_000,
};
