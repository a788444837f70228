import { destinationName } from "../config/egress.ts";
import { isOurFault } from "./our-fault.ts";
import type { Probe } from "./probe.ts";

/** Connects and hangs up. It proves a listener, not a live program: a stopped one still accepts. Source: connect(2), listen(2). */
export const tcpProbe: Probe<"tcp"> = {
  kind: "tcp",
  look: async (check, { host, maxMs }) => {
    const { tcp } = check;
    const touched = await host.tcp.touch({
      for: destinationName(check),
      ...tcp,
      timeoutMs: Math.min(tcp.timeoutMs, maxMs),
    });
    if (touched.kind === "connected")
      return { kind: "ok", evidence: `connected in ${Math.round(touched.elapsedMs)} ms` };
    const kind = isOurFault(touched.code) ? "unknown" : "bad";
    return { kind, evidence: `${touched.why} (${tcp.host} port ${tcp.port})` };
  },
  deadlineMs: ({ tcp }) => tcp.timeoutMs + 1000,
};
