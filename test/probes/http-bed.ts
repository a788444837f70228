import type { HttpCheck } from "../../src/config/config.ts";
import { checkDestinations } from "../../src/config/egress.ts";
import type { HttpAnswer } from "../../src/host/host.ts";
import { look } from "../../src/probes/look.ts";
import type { Reading } from "../../src/probes/probe.ts";
import { configOf, httpCheck, reading } from "../checks.ts";
import { createFakeHost, type FakeHost } from "../fake-host.ts";

/** One look of one http check, through the runner; no secret can be had. */
export const see = async (host: FakeHost, check: HttpCheck): Promise<Reading> => {
  host.http.allow(checkDestinations(configOf([check])));
  const secret = () => ({ kind: "failed", why: 'cannot read "/c/token": no such file or directory' }) as const;
  const seen = await look(host, [check], { secret, memory: () => undefined });
  return seen.get(check.name) ?? reading("unknown", { evidence: "no reading at all" });
};

/** What a check that expects this reads in that answer. */
export const hear = async (said: HttpAnswer, expectation: Partial<HttpCheck["expect"]> = {}): Promise<Reading> => {
  const host = createFakeHost();
  host.http.script = () => said;
  return await see(host, httpCheck({ expect: expectation }));
};
