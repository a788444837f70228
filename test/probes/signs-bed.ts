import type { DriftCheck, HeartbeatCheck, PluginCheck } from "../../src/config/config.ts";
import { checkDestinations } from "../../src/config/egress.ts";
import type { Host } from "../../src/host/host.ts";
import { look } from "../../src/probes/look.ts";
import type { Beats, Reading } from "../../src/probes/probe.ts";
import { common, configOf, reading } from "../checks.ts";

type Checked = HeartbeatCheck | DriftCheck | PluginCheck;

/** A heartbeat that may be 5 minutes old; say what it is. */
export const heartbeatCheck = (
  heartbeat: Partial<HeartbeatCheck["heartbeat"]>,
  more: Partial<HeartbeatCheck> = {},
): HeartbeatCheck => ({
  ...common,
  ...more,
  kind: "heartbeat",
  heartbeat: { beat: null, by: null, file: null, content: "modified", at: null, maxAgeMs: 300_000, ...heartbeat },
});

/** A drift check; by default of /model in a YAML file. */
export const driftCheck = (drift: Partial<DriftCheck["drift"]> = {}, more: Partial<DriftCheck> = {}): DriftCheck => ({
  ...common,
  severity: "amber",
  ...more,
  kind: "drift",
  drift: {
    source: { kind: "file", file: "/srv/config.yaml", format: "yaml" },
    at: "/model",
    want: { op: "==", value: "local-7b" },
    ...drift,
  },
});

/** A plugin that may take 10 s. */
export const pluginCheck = (command: readonly string[], more: Partial<PluginCheck> = {}): PluginCheck => ({
  ...common,
  ...more,
  kind: "plugin",
  plugin: { command, timeoutMs: 10_000 },
});

/** One look through the runner; `secret` is what every credential holds. */
export const see = async (host: Host, check: Checked, beats?: Beats, secret = "s3cret"): Promise<Reading> => {
  host.http.allow(checkDestinations(configOf([check])));
  const options = { secret: () => ({ kind: "secret", text: secret }) as const, memory: () => undefined };
  const seen = await look(host, [check], { ...options, ...(beats === undefined ? {} : { beats }) });
  return seen.get(check.name) ?? reading("unknown", { evidence: "no reading at all" });
};
