import { alwaysQuiet } from "./always-quiet.ts";
import type { Config } from "./config.ts";
import { asksBothDays } from "./cron.ts";
import { crossFaults } from "./cross.ts";
import { chatAddresses, endpoint, isLoopback } from "./egress.ts";
import { type Fault, sortFaults } from "./fault.ts";
import { type Expanded, expandPresets, type Makers, type Users } from "./presets/expand.ts";
import { configSchema } from "./schema.ts";
import { isSecretName, isSecretText } from "./secret-words.ts";
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
      /** The file with its presets written out, and what that took from the host. */
      readonly expanded: Written;
    }
  | { readonly kind: "faults"; readonly faults: readonly Fault[] };

/** A file's raw value with its presets written out, which preset made what, and the users that this took from the host. Holds no secret. */
export type Written = Pick<Expanded, "accounts" | "makers"> & { readonly value: unknown };

/** What the file alone doesn't tell. */
export interface Surroundings extends Users {
  /** Name of this host, for a config without `host`. */
  readonly hostname: string;
}

/** The host of an address that is spoken to in the clear, beyond this host. */
const clearHost = (address: string): readonly string[] => {
  const url = new URL(address);
  return url.protocol === "http:" && !isLoopback(endpoint(address).host) ? [url.hostname] : [];
};

const clearHosts = ({ chat }: Config): readonly string[] =>
  chatAddresses(chat).flatMap(({ address }) => clearHost(address));

const clearSwitch = ({ deadman }: Config, yaml: Yaml): readonly Fault[] =>
  clearHost(deadman?.api ?? "https://localhost").map((host) =>
    yaml.faultAt(["deadman"], "key", `pings and their address go to "${host}" in the clear: use https`),
  );

/** A gateway that is its own patient can't tell that it is dead. */
const soleWay = ({ chat }: Config): readonly string[] =>
  (chat.kind === "openclaw" || chat.kind === "hermes") && chat.whenDown === null
    ? [`while ${chat.kind} is down, nobody hears of it: add "when_down", the same bot's own API`]
    : [];

/** Drift checks whose documented value is a secret, which then stands in the config for all to read. */
const openSecrets = ({ checks }: Config, yaml: Yaml): readonly Fault[] =>
  checks.flatMap((check) => {
    if (check.kind !== "drift") return [];
    const { op, value } = check.drift.want;
    const isSecret = isSecretName(check.drift.at ?? "") || isSecretText(String(value));
    if (op !== "==" || typeof value !== "string" || value === "" || !isSecret) return [];
    const message = 'a secret\'s text stands here, where others can read it: compare its form instead, with "~ …"';
    return [yaml.faultAt(["checks", check.name, "drift", "want"], "value", message)];
  });

const bothDays =
  "it opens only on days that fit both the day of the month and the day of the week; crontab(5) would take either";

const warningsOf = (config: Config, yaml: Yaml): readonly Fault[] => [
  ...[
    ...clearHosts(config).map((host) => `alerts and their secret go to "${host}" in the clear: use https`),
    ...soleWay(config),
  ].map((message) => yaml.faultAt(["chat"], "key", message)),
  ...clearSwitch(config, yaml),
  ...openSecrets(config, yaml),
  ...config.maintenance.flatMap(({ cron }, at) =>
    asksBothDays(cron) ? [yaml.faultAt(["maintenance", at, "cron"], "value", bothDays)] : [],
  ),
];

/** In place of a preset's name, the checks that it made. */
const withFamilies = (windows: Config["maintenance"], makers: Makers): Config["maintenance"] =>
  windows.map((window) => {
    const checks = window.checks.flatMap((name) => {
      const made = [...makers.checks].flatMap(([check, { prefix }]) => (prefix === name ? [check] : []));
      return made.length === 0 ? [name] : made;
    });
    return { ...window, checks: checks.includes("all") ? ["all"] : [...new Set(checks)] };
  });

/**
 * Turns the bytes of a config file into a config, or into all its faults, sorted by place. Import it only where a file must be read (`await import`):
 * it brings `yaml` and `valibot`. Whether the file may be trusted is `trust.ts`. No fault holds a secret. Never throws.
 */
export const parseConfig = (bytes: Uint8Array, file: string, { hostname, ...users }: Surroundings): Parsed => {
  const read = readYaml(bytes, file);
  if (read.kind === "faults") return read;
  const expanded = expandPresets(read, users);
  const { yaml } = expanded;
  if (expanded.isBare) return { kind: "faults", faults: sortFaults(expanded.faults) };
  const checked = check(configSchema, yaml);
  const families = new Set([...expanded.makers.checks.values()].map(({ prefix }) => prefix));
  const faults = [
    ...expanded.faults,
    ...(checked.kind === "faults" ? checked.faults : []),
    ...crossFaults(yaml, families),
  ];
  if (checked.kind === "faults" || faults.length > 0) return { kind: "faults", faults: sortFaults(faults) };
  const config: Config = {
    ...checked.value,
    host: checked.value.host ?? hostname,
    maintenance: withFamilies(checked.value.maintenance, expanded.makers),
  };
  const quiet = alwaysQuiet(config.maintenance);
  if (quiet !== undefined) return { kind: "faults", faults: [yaml.faultAt(["maintenance"], "key", quiet)] };
  return {
    kind: "config",
    config,
    warnings: [...expanded.warnings, ...warningsOf(config, yaml)],
    faultAt: yaml.faultAt,
    expanded: { value: yaml.value, accounts: expanded.accounts, makers: expanded.makers },
  };
};
