import type { Host } from "../host/host.ts";
import type { Paths } from "../paths.ts";

/** What the command line may set. */
export interface PathFlags {
  readonly config?: string | undefined;
  readonly stateDir?: string | undefined;
  readonly logsDir?: string | undefined;
}

const systemConfig = "/etc/dogwatch/dogwatch.yaml";

const folderOf = (path: string): string => path.slice(0, Math.max(1, path.lastIndexOf("/")));

const firstFolder = (list: string | undefined): string | undefined => list?.split(":", 1)[0] || undefined;

const xdg = (host: Host, name: string, fallback: string): string => {
  const set = host.env[name];
  return set?.startsWith("/") ? set : `${host.env["HOME"] ?? ""}/${fallback}`;
};

/** A user's own install is one where that user has a config, or where the host has none. */
const installOf = (host: Host): Paths["install"] => {
  if (host.uid === 0) return "system";
  const own = host.files.stat(`${xdg(host, "XDG_CONFIG_HOME", ".config")}/dogwatch/dogwatch.yaml`);
  const hosts = host.files.stat(systemConfig);
  return "kind" in own && !("kind" in hosts) ? "system" : "user";
};

const standard = (host: Host): Pick<Paths, "config" | "state" | "install"> & { readonly logs: string } => {
  if (installOf(host) === "system")
    return { config: systemConfig, state: "/var/lib/dogwatch", logs: "/var/log/dogwatch", install: "system" };
  const state = `${xdg(host, "XDG_STATE_HOME", ".local/state")}/dogwatch`;
  const config = `${xdg(host, "XDG_CONFIG_HOME", ".config")}/dogwatch/dogwatch.yaml`;
  return { config, state, logs: `${state}/log`, install: "user" };
};

/**
 * Where this run finds and leaves things: by flag, else by what systemd hands over (STATE_DIRECTORY, CREDENTIALS_DIRECTORY), else
 * the system's or the user's own places. Source: systemd.exec(5), XDG Base Directory Specification.
 */
export const findPaths = (host: Host, flags: PathFlags): Paths => {
  const usual = standard(host);
  const config = flags.config ?? usual.config;
  const handed = firstFolder(host.env["CREDENTIALS_DIRECTORY"]);
  const logs = flags.logsDir ?? firstFolder(host.env["LOGS_DIRECTORY"]) ?? usual.logs;
  return {
    config,
    state: flags.stateDir ?? firstFolder(host.env["STATE_DIRECTORY"]) ?? usual.state,
    logFile: `${logs}/heal.jsonl`,
    credentials:
      handed === undefined ? { path: `${folderOf(config)}/credentials`, prefix: "" } : { path: handed, prefix: "dw_" },
    recipes: `${folderOf(config)}/heal-recipes`,
    install: usual.install,
  };
};
