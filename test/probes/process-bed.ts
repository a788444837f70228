import type { ProcessFacts } from "../../src/host/host.ts";
import { look } from "../../src/probes/look.ts";
import type { Memory, Reading } from "../../src/probes/probe.ts";
import { processCheck, reading } from "../checks.ts";
import { processFacts } from "../fake-facts.ts";
import { createFakeHost, type FakeHost } from "../fake-host.ts";

/** A machine on which these run; `agents` is uid 1000 on it. */
export const hostWith = (processes: readonly Partial<ProcessFacts>[], isComplete = true): FakeHost => {
  const host = createFakeHost({ users: { agents: 1000 } });
  host.processes.listed = { kind: "listed", processes: processes.map(processFacts), isComplete };
  return host;
};

/** One look of one process check, through the runner. */
export const see = async (
  host: FakeHost,
  given: Parameters<typeof processCheck>[0],
  memory?: Memory,
): Promise<Reading> => {
  const check = processCheck(given);
  const seen = await look(host, [check], {
    secret: () => ({ kind: "failed", why: "no secret here" }),
    memory: () => memory,
  });
  return seen.get(check.name) ?? reading("unknown", { evidence: "no reading at all" });
};
