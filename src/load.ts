import { secretFaults } from "./config/check-secrets.ts";
import type { Config } from "./config/config.ts";
import { type Fault, sortFaults, wholeFileFault } from "./config/fault.ts";
import type { Written } from "./config/load.ts";
import { secretReader } from "./config/secret.ts";
import { readTrusted } from "./config/trust.ts";
import type { Keepable } from "./heal/keep.ts";
import type { Host } from "./host/host.ts";
import type { Paths } from "./paths.ts";
import { readSealed, writeSealed } from "./state/sealed.ts";

/** A config ready for work. Warnings, and the file with its presets written out, are known only when it was read afresh. */
export interface LoadedConfig {
  readonly kind: "config";
  readonly config: Config;
  readonly sha256: string;
  readonly warnings: readonly Fault[];
  readonly keepables: readonly Keepable[];
  readonly written?: Written;
}

/** A config ready for work, or every fault in it and its recipes. */
export type Loaded = LoadedConfig | { readonly kind: "faults"; readonly faults: readonly Fault[] };

interface Kept {
  readonly version: 1;
  readonly key: string;
  readonly config: Config;
  /** Users that presets looked up, null for one that wasn't known. */
  readonly accounts: Written["accounts"];
  readonly keepables: readonly Keepable[];
  /** By recipe: which file of the admin's it was, or none. */
  readonly recipes: Readonly<Record<string, string>>;
}

const isKept = (value: unknown): value is Kept =>
  typeof value === "object" &&
  value !== null &&
  "version" in value &&
  value.version === 1 &&
  "keepables" in value &&
  "accounts" in value;

const keptPath = (paths: Paths): string => `${paths.state}/config.json`;

/** The kept config belongs to these bytes, this binary and this host's name: another of any of them reads the file afresh. */
const keyOf = (host: Host, sha256: string): string => {
  const stat = host.files.stat(host.binary);
  const binary = "kind" in stat ? "unknown" : `${stat.sizeBytes}.${stat.modifiedMs}`;
  return `${sha256}/${binary}/${host.hostname}`;
};

/** Whether the users that a kept config was made with are what they were. */
const areUsersSame = (host: Host, { accounts }: Kept): boolean =>
  Object.entries(accounts).every(([user, then]) => {
    const now = host.accountOf(user);
    return now?.uid === then?.uid && now?.home === then?.home;
  });

const stampOf = (host: Host, paths: Paths, recipe: string): string => {
  const stat = host.files.stat(`${paths.recipes}/${recipe}.yaml`);
  return "kind" in stat ? "none" : `${stat.sizeBytes}.${stat.modifiedMs}`;
};

/** Which files the config's recipes are read from, as they are now. */
const stampsOf = (host: Host, paths: Paths, { heal }: Config): Readonly<Record<string, string>> =>
  Object.fromEntries(heal.rules.map(({ recipe }) => [recipe, stampOf(host, paths, recipe)]));

/** The files that the rules' recipes may put back. */
const keepablesOf = async (host: Host, paths: Paths, { heal, checks }: Config): Promise<readonly Keepable[]> => {
  if (heal.rules.length === 0) return [];
  const [{ readRecipe }, { keepableOf }] = await Promise.all([
    import("./heal/recipe-file.ts"),
    import("./heal/keep.ts"),
  ]);
  const found = await Promise.all(
    heal.rules.map(async (rule) => {
      const read = await readRecipe(host, paths.recipes, rule.recipe);
      return read.kind === "recipe" ? keepableOf(rule, read.recipe, checks) : undefined;
    }),
  );
  return found.filter((each) => each !== undefined);
};

/** Reads and checks config and recipes from their files, with `areSecretsRead` the secrets too. Costs a few green ticks: see {@link loadKept}. Never throws for expected trouble. */
export const loadFresh = async (host: Host, paths: Paths, areSecretsRead = false): Promise<Loaded> => {
  const trusted = readTrusted(host, paths.config);
  if (trusted.kind === "faults") return trusted;
  const [{ parseConfig }, { checkRules }] = await Promise.all([
    import("./config/load.ts"),
    import("./heal/check-rules.ts"),
  ]);
  const parsed = parseConfig(trusted.bytes, paths.config, {
    hostname: host.hostname,
    owner: paths.install === "user" ? host.userOf(host.uid) : undefined,
    accountOf: host.accountOf,
  });
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
    keepables: await keepablesOf(host, paths, config),
    written: parsed.expanded,
  };
};

/** Keeps a config with what it says of recipes, as their files are now. */
const keep = (
  host: Host,
  paths: Paths,
  key: string,
  { config, accounts, keepables }: Pick<Kept, "config" | "accounts" | "keepables">,
): void =>
  void writeSealed(
    host,
    keptPath(paths),
    { version: 1, key, config, accounts, keepables, recipes: stampsOf(host, paths, config) },
    0o640,
  );

/** A kept config. Where a recipe's file is another by now, only what is known of recipes is read again: a spoilt one is for the heal to refuse, and a red must still be told. */
const asKept = async (host: Host, paths: Paths, kept: Kept, isDryRun: boolean): Promise<Pick<Kept, "keepables">> => {
  const { key, config, accounts } = kept;
  if (JSON.stringify(kept.recipes) === JSON.stringify(stampsOf(host, paths, config))) return kept;
  const keepables = await keepablesOf(host, paths, config);
  if (!isDryRun) keep(host, paths, key, { config, accounts, keepables });
  return { keepables };
};

/**
 * The last config that could be used, whatever the file says by now, for what must speak when the file can't: undefined where none is kept, or
 * another binary or host kept it. It is as good as the state beside it: both are the watcher's own. Never throws.
 */
export const readLast = (host: Host, paths: Paths): Config | undefined => {
  const kept = readSealed(host, keptPath(paths), isKept, false);
  const isOurs = kept.kind === "read" && kept.value.key.replace(/^[0-9a-f]*/u, "") === keyOf(host, "");
  return isOurs ? kept.value.config : undefined;
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
  if (kept.kind === "read" && kept.value.key === key && areUsersSame(host, kept.value)) {
    const { keepables } = await asKept(host, paths, kept.value, isDryRun);
    return { kind: "config", config: kept.value.config, sha256, warnings: [], keepables };
  }
  const fresh = await loadFresh(host, paths);
  if (fresh.kind === "config" && fresh.sha256 !== sha256)
    return {
      kind: "faults",
      faults: [wholeFileFault(paths.config, "the file changed while it was read; run the command again")],
    };
  if (fresh.kind === "faults") return fresh;
  const { written, ...loaded } = fresh;
  if (!isDryRun) keep(host, paths, key, { ...loaded, accounts: written?.accounts ?? {} });
  return loaded;
};
