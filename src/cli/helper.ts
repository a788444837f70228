import { printFault } from "../config/fault.ts";
import { probeUser, secretReader } from "../config/secret.ts";
import { approveAll } from "../heal/context.ts";
import { serve } from "../heal/serve.ts";
import { maxRequestBytes } from "../heal/wire.ts";
import { openRunLog } from "../host/run-log.ts";
import { loadKept } from "../load.ts";
import { lookAll, lookAsUsers } from "../looks.ts";
import { keepMemory, readMemory } from "../state/look-memory.ts";
import { type Cli, complain, exits, isoNow } from "./cli.ts";
import { journalOf, recipeReader } from "./heal-parts.ts";
import { sayHead } from "./say-head.ts";

/** The whole connection; the unit ends it a little later. */
const sessionMs = 170_000;
/** The longest watch of one connection, and what is left for concluding it. */
const maxWatchMs = 90_000;
const reserveMs = 10_000;

/**
 * The uid at the other end as systemd names the instance: a number, its pid, its uid. Undefined where it doesn't tell: then the socket's mode has to do.
 * Source: systemd.socket(5), Accept=.
 */
const peerUid = (instance: string | undefined): number | undefined => {
  const uid = /-(\d+)$/u.exec(instance ?? "")?.[1];
  return uid === undefined ? undefined : Number(uid);
};

/** Only the watcher is served, and root. The socket is the watcher's own: who captures him can open it to everybody. */
const isStranger = ({ host, paths, words }: Cli): boolean => {
  const uid = peerUid(words[0]);
  const watchers = host.files.stat(paths.state);
  return uid !== undefined && uid !== 0 && !("kind" in watchers) && watchers.uid !== uid;
};

/**
 * `dogwatch helper`, root's side of the wall: serves the one watcher at the other end of its standard input and output, and believes nothing of
 * what it says. Started by dogwatch-heal.socket, not by people.
 */
export const helperCommand = async (cli: Cli): Promise<number> => {
  const { host, paths, flags } = cli;
  const log = await openRunLog(host.terminal, { level: flags.logLevel, format: flags.logFormat });
  const startedMs = host.clock.monotonicMs();
  if (host.uid !== 0) {
    complain(host, 'cannot run "helper": it is root\'s', "It is started by dogwatch-heal.socket.");
    return exits.usage;
  }
  if (isStranger(cli)) {
    log.log("warn", `helper: refused a peer: it is not the watcher (${cli.words[0]}: number, pid, uid)`);
    return exits.done;
  }
  host.files.sweep(paths.helper);
  // What it reads of the config is its own copy: the watcher's may say anything.
  const own = { ...paths, state: paths.helper };
  const loaded = await loadKept(host, own, true);
  if (loaded.kind === "faults") {
    log.log("error", `helper: cannot use the config "${paths.config}": ${loaded.faults.map(printFault)[0] ?? ""}`);
    return exits.config;
  }
  const { config, sha256 } = loaded;
  const secret = secretReader(host, paths.credentials);
  const journal = journalOf(cli, config);
  const elsewhere = lookAsUsers(host, probeUser);
  const { isDryRun } = await serve({
    host,
    config,
    configSha256: sha256,
    folder: paths.helper,
    journal,
    readRecipe: recipeReader(cli),
    by: "helper",
    keepables: loaded.keepables,
    look: async (checks, memory) =>
      await lookAll(host, checks, { secret, memory, beats: paths.beats }, elsewhere, probeUser),
    memory: readMemory(host, paths.helper),
    keepMemory: (memory) => keepMemory(host, paths.helper, memory),
    watchMs: () => Math.min(maxWatchMs, sessionMs - reserveMs - (host.clock.monotonicMs() - startedMs)),
    onStep: (text) => log.log("debug", `helper: ${text}`),
    approve: approveAll,
    recent: async (isReadOnly) => {
      const { recentLog } = await import("../heal/recent-log.ts");
      const place = { logFile: paths.logFile, folder: paths.helper, isReadOnly };
      return await recentLog(host, place, isoNow(host));
    },
    peer: host.peers.activated(maxRequestBytes),
    warn: (text) => log.log("warn", `helper: ${text}`),
  });
  sayHead(cli, log, journal.grownTo());
  for (const { seal, head } of journal.sealings())
    log.log("info", `helper: sealed by seal ${seal}: log ${head.seq}:${head.sha256}`);
  for (const note of journal.notes()) log.log("warn", `helper: ${note}`);
  // A dry run changes nothing at all, a kept config neither: so it is kept when nobody waits any more.
  if (!isDryRun) await loadKept(host, own, false);
  return exits.done;
};
