import type { Reading } from "../probes/probe.ts";
import type { Judged } from "../verdict/judge.ts";

/** What the verdicts tell of their readings. Pure. */
export const readingsOf = (judged: readonly Judged[]): ReadonlyMap<string, Reading> =>
  new Map(
    judged.map(({ name, reading, evidence, durationMs, startedUptimeS, isAlertOnly }) => [
      name,
      {
        kind: reading,
        evidence,
        durationMs,
        ...(startedUptimeS === undefined ? {} : { startedUptimeS }),
        ...(isAlertOnly === undefined ? {} : { isAlertOnly }),
      },
    ]),
  );
