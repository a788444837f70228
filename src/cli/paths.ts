import { folderOf } from "../config/path.ts";
import type { Host } from "../host/host.ts";
import type { Paths } from "../paths.ts";
import { type Beats, systemBeats } from "../probes/probe.ts";

/** What the command line may set. */
export interface PathFlags {
  readonly config?: string | undefined;
  readonly stateDir?: string | undefined;
  readonly logsDir?: string | undefined;
  /** Known from before we became another user, whose home is none. */
  readonly install?: Paths["install"] | undefined;
}

/** The credentials beside a config; a draft elsewhere has none of its own, and means the installed ones. */
const credentialsBeside = (host: Host, config: string, usual: string): string => {
  const [own, installed] = [config, usual].map((each) => `${folderOf(each)}/credentials`);
  const isMissing = (path: string | undefined): boolean => path === undefined || "kind" in host.files.stat(path);
  return (isMissing(own) && !isMissing(installed) ? installed : own) ?? "";
};

/** Root's side of the wall. */
const helperFolder = "/var/lib/dogwatch-heal";
const helperSocket = "/run/dogwatch-heal.sock";
const systemConfig = "/etc/dogwatch/dogwatch.yaml";

const firstFolder = (list: string | undefined): string | undefined => list?.split(":", 1)[0] || undefined;

const xdg = (host: Host, name: string, fallback: string): string => {
  const set = host.env[name];
  return set?.startsWith("/") ? set : `${host.env["HOME"] ?? ""}/${fallback}`;
};

/** A user's own install is one where that user has a config, or where the host has none. */
const installOf = (host: Host, known: Paths["install"] | undefined): Paths["install"] => {
  if (known !== undefined) return known;
  if (host.uid === 0) return "system";
  const own = host.files.stat(`${xdg(host, "XDG_CONFIG_HOME", ".config")}/dogwatch/dogwatch.yaml`);
  const hosts = host.files.stat(systemConfig);
  return "kind" in own && !("kind" in hosts) ? "system" : "user";
};

const standard = (
  host: Host,
  known: Paths["install"] | undefined,
): Pick<Paths, "config" | "state" | "install"> & { readonly logs: string } => {
  if (installOf(host, known) === "system")
    return { config: systemConfig, state: "/var/lib/dogwatch", logs: "/var/log/dogwatch", install: "system" };
  const state = `${xdg(host, "XDG_STATE_HOME", ".local/state")}/dogwatch`;
  const config = `${xdg(host, "XDG_CONFIG_HOME", ".config")}/dogwatch/dogwatch.yaml`;
  return { config, state, logs: `${state}/log`, install: "user" };
};

/** Where heals leave things: with folders named by hand, without a wall, or for a user alone, beside the state. */
const helperPlace = (
  host: Host,
  flags: PathFlags,
  install: Paths["install"],
  state: string,
): Pick<Paths, "helper" | "socket"> => {
  const isOneProcess = install === "user" || flags.stateDir !== undefined || flags.logsDir !== undefined;
  const folder = isOneProcess ? undefined : host.files.stat(helperFolder);
  if (folder === undefined || "kind" in folder || !folder.isFolder) return { helper: state, socket: null };
  const socket = host.files.stat(helperSocket);
  // The watcher asks even where no socket is: that the helper can't be reached is what has to be said.
  const owner = "kind" in socket ? host.files.stat(state) : socket;
  const isWatcher = !("kind" in owner) && owner.uid === host.uid && (host.uid !== 0 || owner === socket);
  return { helper: helperFolder, socket: isWatcher ? helperSocket : null };
};

/**
 * The folder that root made for everybody, where there is one, for a user's own install too: then a job needn't know who watches it.
 * STATE_DIRECTORY doesn't count: it may be that of the unit whose job beats.
 */
const beatsPlace = (host: Host, flags: PathFlags, usual: Pick<Paths, "state" | "install">): Beats => {
  const uid = usual.install === "system" && flags.stateDir === undefined ? systemBeats.uid : host.uid;
  if (flags.stateDir !== undefined) return { folder: `${flags.stateDir}/beat`, uid };
  const stat = host.files.stat(systemBeats.folder);
  const isRoots = !("kind" in stat) && stat.isFolder && stat.uid === 0;
  return { folder: isRoots || usual.install === "system" ? systemBeats.folder : `${usual.state}/beat`, uid };
};

/**
 * Where this run finds and leaves things: by flag, else by what systemd hands over (STATE_DIRECTORY, CREDENTIALS_DIRECTORY), else
 * the system's or the user's own places. Source: systemd.exec(5), XDG Base Directory Specification.
 */
export const findPaths = (host: Host, flags: PathFlags): Paths => {
  const usual = standard(host, flags.install);
  const config = flags.config ?? usual.config;
  const handed = firstFolder(host.env["CREDENTIALS_DIRECTORY"]);
  const logs = flags.logsDir ?? firstFolder(host.env["LOGS_DIRECTORY"]) ?? usual.logs;
  const state = flags.stateDir ?? firstFolder(host.env["STATE_DIRECTORY"]) ?? usual.state;
  return {
    config,
    state,
    ...helperPlace(host, flags, usual.install, state),
    logFile: `${logs}/heal.jsonl`,
    credentials:
      handed === undefined
        ? { path: credentialsBeside(host, config, usual.config), prefix: "" }
        : { path: handed, prefix: "dw_" },
    recipes: `${folderOf(config)}/heal-recipes`,
    beats: beatsPlace(host, flags, usual),
    install: usual.install,
  };
};
