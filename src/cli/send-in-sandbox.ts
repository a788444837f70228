import type { Config } from "../config/config.ts";
import { filterCommand, filterFault } from "../config/ip-filter.ts";
import { type Cli, complain, exits } from "./cli.ts";
import { inertLines } from "./paint.ts";
import { runInSandbox } from "./unit-sandbox.ts";

/** Time to start a unit in the sandbox, and to be answered there, or not. */
const timeoutMs = 30_000;

const systemConfig = "/etc/dogwatch/dogwatch.yaml";

/** What they are, in the plural, of which one was sent by hand. */
const plurals = { send: "alerts", ping: "pings" } as const;

/**
 * As root on a system install: the same command inside the watcher's own sandbox, since a root shell is outside the IP filter and would
 * prove nothing. Undefined where it is to be sent from here: by another user (who may be inside already), for another config than the
 * unit's, without a unit. Source: systemd.resource-control(5), IPAddressDeny=.
 */
export const sendInSandbox = async (
  { host, paths, flags }: Cli,
  config: Config,
  command: "chat test" | `deadman ${string}`,
  verb: keyof typeof plurals,
): Promise<number | undefined> => {
  if (host.uid !== 0 || paths.config !== systemConfig) return undefined;
  const ran = await runInSandbox(host, [...command.split(" "), ...(flags.isJson ? ["--json"] : [])], timeoutMs);
  if (ran === undefined) return undefined;
  if (ran.kind === "failed" || ran.kind === "signalled") {
    const why = ran.kind === "failed" ? ran.why : `it was ended by ${ran.signal}`;
    complain(host, `cannot ${verb} from inside the sandbox of dogwatch.service: ${why}`, "See: journalctl -n 20");
    return exits.stuck;
  }
  // The watcher's user ran it, and root reads it.
  host.terminal.out(inertLines(ran.stdout, host.terminal));
  host.terminal.err(inertLines(ran.stderr, host.terminal));
  if (ran.kind === "exited" && ran.status === exits.done) return exits.done;
  // What the filter drops gives no error: it hangs.
  const isHung = ran.kind === "timed-out" || ran.stderr.includes("no answer in");
  const why =
    filterFault(host, config) ?? (isHung ? `its IP filter may be why; make it anew: ${filterCommand}` : undefined);
  if (why !== undefined)
    complain(host, `it was sent from inside the sandbox of dogwatch.service, as ${plurals[verb]} are`, why);
  return ran.kind === "exited" ? ran.status : exits.stuck;
};
