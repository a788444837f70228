import { secretFaults } from "./config/check-secrets.ts";
import type { Config } from "./config/config.ts";
import { type Fault, sortFaults, wholeFileFault } from "./config/fault.ts";
import { secretReader } from "./config/secret.ts";
import { readTrusted } from "./config/trust.ts";
import type { Host } from "./host/host.ts";
import type { Paths } from "./paths.ts";
import { readSealed, writeSealed } from "./state/sealed.ts";

/** A config ready for work, or every fault in it and its recipes. Warnings are known only when it was read afresh. */
export type Loaded =
  | { readonly kind: "config"; readonly config: Config; readonly sha256: string; readonly warnings: readonly Fault[] }
  | { readonly kind: "faults"; readonly faults: readonly Fault[] };

interface Kept {
  readonly version: 1;
  readonly key: string;
  readonly config: Config;
}

const isKept = (value: unknown): value is Kept =>
  typeof value === "object" && value !== null && "version" in value && value.version === 1 && "config" in value;

const keptPath = (paths: Paths): string => `${paths.state}/config.json`;

/** The kept config belongs to these bytes, this binary and this host's name: another of any of them reads the file afresh. */
const keyOf = (host: Host, sha256: string): string => {
  const stat = host.files.stat(host.binary);
  const binary = "kind" in stat ? "unknown" : `${stat.sizeBytes}.${stat.modifiedMs}`;
  return `${sha256}/${binary}/${host.hostname}`;
};

/** Reads and checks config and recipes from their files, with `areSecretsRead` the secrets too. Costs a few green ticks: see {@link loadKept}. Never throws for expected trouble. */
export const loadFresh = async (host: Host, paths: Paths, areSecretsRead = false): Promise<Loaded> => {
  const trusted = readTrusted(host, paths.config);
  if (trusted.kind === "faults") return trusted;
  const [{ parseConfig }, { checkRules }] = await Promise.all([
    import("./config/load.ts"),
    import("./heal/check-rules.ts"),
  ]);
  const parsed = parseConfig(trusted.bytes, paths.config, { hostname: host.hostname });
  if (parsed.kind === "faults") return parsed;
  const { config, faultAt } = parsed;
  const rules = await checkRules(host, paths.recipes, config, faultAt);
  const secrets = areSecretsRead ? secretFaults(config, secretReader(host, paths.credentials), faultAt) : [];
  const faults = [...rules.faults, ...secrets];
  if (faults.length > 0) return { kind: "faults", faults: sortFaults(faults) };
  return {
    kind: "config",
    config,
    sha256: host.sha256(trusted.bytes),
    warnings: [...parsed.warnings, ...rules.warnings],
  };
};

/**
 * The config for a tick: as kept beside the state when the file's bytes are the same, else read afresh and kept. Whether the file
 * may be trusted is asked every time. Never throws for expected trouble.
 */
export const loadKept = async (host: Host, paths: Paths, isDryRun: boolean): Promise<Loaded> => {
  const trusted = readTrusted(host, paths.config);
  if (trusted.kind === "faults") return trusted;
  const sha256 = host.sha256(trusted.bytes);
  const key = keyOf(host, sha256);
  const kept = readSealed(host, keptPath(paths), isKept, false);
  if (kept.kind === "read" && kept.value.key === key)
    return { kind: "config", config: kept.value.config, sha256, warnings: [] };
  const fresh = await loadFresh(host, paths);
  if (fresh.kind === "config" && fresh.sha256 !== sha256)
    return {
      kind: "faults",
      faults: [wholeFileFault(paths.config, "the file changed while it was read; run the command again")],
    };
  if (fresh.kind === "config" && !isDryRun)
    writeSealed(host, keptPath(paths), { version: 1, key, config: fresh.config }, 0o640);
  return fresh;
};
