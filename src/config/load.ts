import type { Config } from "./config.ts";
import { crossFaults } from "./cross.ts";
import { type Fault, sortFaults } from "./fault.ts";
import { configSchema } from "./schema.ts";
import { check, readYaml, type Yaml } from "./yaml.ts";

/** A config with what was noticed on the way, or every fault of its file, sorted by place. */
export type Parsed =
  | {
      readonly kind: "config";
      /** Plain JSON: it can be kept beside the state and read back without this module. */
      readonly config: Config;
      /** Things that work and are probably not meant. */
      readonly warnings: readonly Fault[];
      /** Makes a fault at a place of this file, for what others find wrong with it later: recipes, cards. */
      readonly faultAt: Yaml["faultAt"];
    }
  | { readonly kind: "faults"; readonly faults: readonly Fault[] };

/** What the file alone doesn't tell. */
export interface Surroundings {
  /** Name of this host, for a config without `host`. */
  readonly hostname: string;
}

const isLoopback = (host: string): boolean => /^(localhost|127\.\d+\.\d+\.\d+|\[::1\])$/u.test(host);

const clearAddress = ({ chat }: Config): string | undefined => {
  if (chat.kind === "console") return undefined;
  const url = new URL(chat.kind === "webhook" ? chat.url : chat.api);
  return url.protocol === "http:" && !isLoopback(url.hostname) ? url.hostname : undefined;
};

const warningsOf = (config: Config, yaml: Yaml): readonly Fault[] => {
  const host = clearAddress(config);
  if (host === undefined) return [];
  return [yaml.faultAt(["chat"], "key", `alerts and their secret go to "${host}" in the clear: use https`)];
};

/**
 * Turns the bytes of a config file into a config, or into all its faults, sorted by place. Import it only where a file must be read (`await import`):
 * it brings `yaml` and `valibot`. Whether the file may be trusted is `trust.ts`. No fault holds a secret. Never throws.
 */
export const parseConfig = (bytes: Uint8Array, file: string, { hostname }: Surroundings): Parsed => {
  const yaml = readYaml(bytes, file);
  if (yaml.kind === "faults") return yaml;
  const checked = check(configSchema, yaml);
  const faults = [...(checked.kind === "faults" ? checked.faults : []), ...crossFaults(yaml)];
  if (checked.kind === "faults" || faults.length > 0) return { kind: "faults", faults: sortFaults(faults) };
  const config: Config = { ...checked.value, host: checked.value.host ?? hostname };
  return { kind: "config", config, warnings: warningsOf(config, yaml), faultAt: yaml.faultAt };
};
