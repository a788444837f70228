import type { Config } from "./config.ts";
import { crossFaults } from "./cross.ts";
import { chatAddresses } from "./egress.ts";
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

const clearHosts = ({ chat }: Config): readonly string[] =>
  chatAddresses(chat).flatMap(({ address }) => {
    const url = new URL(address);
    return url.protocol === "http:" && !isLoopback(url.hostname) ? [url.hostname] : [];
  });

/** A gateway that is its own patient can't tell that it is dead. */
const soleWay = ({ chat }: Config): readonly string[] =>
  (chat.kind === "openclaw" || chat.kind === "hermes") && chat.whenDown === null
    ? [`while ${chat.kind} is down, nobody hears of it: add "when_down", the same bot's own API`]
    : [];

const warningsOf = (config: Config, yaml: Yaml): readonly Fault[] =>
  [
    ...clearHosts(config).map((host) => `alerts and their secret go to "${host}" in the clear: use https`),
    ...soleWay(config),
  ].map((message) => yaml.faultAt(["chat"], "key", message));

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
