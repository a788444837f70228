import { heard, ping, ridOf, type Signal } from "../alert/deadman.ts";
import type { Config, DeadmanConfig } from "../config/config.ts";
import { deadmanDestinations, endpoint } from "../config/egress.ts";
import { printFault } from "../config/fault.ts";
import { filterCommand, filterFault } from "../config/ip-filter.ts";
import { secretReader } from "../config/secret.ts";
import { loadFresh } from "../load.ts";
import { type Cli, complain, exits } from "./cli.ts";
import { inertLines } from "./paint.ts";
import { runInSandbox } from "./unit-sandbox.ts";

/** What a word sends, and what is said when it was heard. */
interface Trial {
  readonly signal: Signal;
  readonly body: (host: string) => string;
  readonly said: string;
}

const trials: Readonly<Record<string, Trial>> = {
  test: {
    signal: "/log",
    body: (host) => `${host}: a test of dogwatch's dead-man's switch; nothing is wrong\n`,
    said: "it is noted there, and changes nothing",
  },
  fail: {
    signal: "/fail",
    body: (host) => `${host}: a trial alarm, sent by hand with "dogwatch deadman fail"; the next tick ends it\n`,
    said: "it should alarm now, and is quiet again after the next tick",
  },
};

/** Time to start a unit, and for one ping in it. */
const sandboxTimeoutMs = 30_000;

/** An older server knows no `/log`, and says of it what it says of a check that is gone. */
const hintFor = (why: string, { signal }: Trial): string =>
  signal === "/log" &&
  why === heard({ kind: "answer", status: 404, headers: {}, body: "", isBodyCut: false, elapsedMs: 0 })
    ? 'Or the server knows no "/log": then try the whole alarm with "dogwatch deadman fail".'
    : "Check deadman.url, and the way there.";

const sendFromHere = async (cli: Cli, config: Config, deadman: DeadmanConfig, trial: Trial): Promise<number> => {
  const { host, paths, flags } = cli;
  host.http.allow(deadmanDestinations({ deadman }));
  const rid = ridOf(host.sha256(`${host.pid}/${host.clock.nowMs()}`));
  const pinger = { host, deadman, rid, secret: secretReader(host, paths.credentials) };
  const why = await ping(pinger, trial.signal, trial.body(config.host), deadman.timeoutMs);
  const place = endpoint(deadman.api).host;
  if (flags.isJson)
    host.terminal.out(`${JSON.stringify({ deadman: place, heard: why === undefined, why: why ?? "" })}\n`);
  else if (why === undefined) host.terminal.out(`deadman: ${place} heard it; ${trial.said}\n`);
  if (why !== undefined) complain(host, `the dead-man's switch did not hear it: ${why}`, hintFor(why, trial));
  return why === undefined ? exits.done : exits.stuck;
};

/** As root on a system install: the same from inside the watcher's sandbox, as `chat test` does. Undefined where it is to be sent from here. */
const sendFromSandbox = async (
  { host, paths, flags }: Cli,
  config: Config,
  word: string,
): Promise<number | undefined> => {
  if (host.uid !== 0 || paths.config !== "/etc/dogwatch/dogwatch.yaml") return undefined;
  const ran = await runInSandbox(host, ["deadman", word, ...(flags.isJson ? ["--json"] : [])], sandboxTimeoutMs);
  if (ran === undefined) return undefined;
  if (ran.kind === "failed" || ran.kind === "signalled") {
    const why = ran.kind === "failed" ? ran.why : `it was ended by ${ran.signal}`;
    complain(host, `cannot ping from inside the sandbox of dogwatch.service: ${why}`, "See: journalctl -n 20");
    return exits.stuck;
  }
  host.terminal.out(inertLines(ran.stdout, host.terminal));
  host.terminal.err(inertLines(ran.stderr, host.terminal));
  if (ran.kind === "exited" && ran.status === exits.done) return exits.done;
  const isHung = ran.kind === "timed-out" || ran.stderr.includes("no answer in");
  const why =
    filterFault(host, config) ?? (isHung ? `its IP filter may be why; make it anew: ${filterCommand}` : undefined);
  if (why !== undefined) complain(host, "it was sent from inside the sandbox of dogwatch.service, as pings are", why);
  return ran.kind === "exited" ? ran.status : exits.stuck;
};

/** `dogwatch deadman test|fail`: one ping by hand, and whether it was heard. */
export const deadmanCommand = async (cli: Cli): Promise<number> => {
  const { host, paths, words } = cli;
  const [word = "", more] = words;
  const trial = more === undefined && Object.hasOwn(trials, word) ? trials[word] : undefined;
  if (trial === undefined) {
    complain(
      host,
      `cannot run "deadman ${words.join(" ")}": there are "test" and "fail"`,
      "Run: dogwatch deadman test",
    );
    return exits.usage;
  }
  const loaded = await loadFresh(host, paths);
  if (loaded.kind === "faults") {
    for (const fault of loaded.faults) host.terminal.err(`${printFault(fault)}\n`);
    return exits.config;
  }
  const { config } = loaded;
  if (config.deadman === null) {
    complain(host, "no dead-man's switch is set", 'Add "deadman: { url: … }" to the config: docs/alerts.md says how.');
    return exits.usage;
  }
  return (await sendFromSandbox(cli, config, word)) ?? (await sendFromHere(cli, config, config.deadman, trial));
};
