import { heard, ping, ridOf, type Signal } from "../alert/deadman.ts";
import type { Config, DeadmanConfig } from "../config/config.ts";
import { deadmanDestinations, endpoint } from "../config/egress.ts";
import { secretReader } from "../config/secret.ts";
import { loadFresh } from "../load.ts";
import { type Cli, complain, exits, printFaults } from "./cli.ts";
import { sendInSandbox } from "./send-in-sandbox.ts";

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
    printFaults(host, loaded.faults);
    return exits.config;
  }
  const { config } = loaded;
  if (config.deadman === null) {
    complain(host, "no dead-man's switch is set", 'Add "deadman: { url: … }" to the config: docs/alerts.md says how.');
    return exits.usage;
  }
  return (
    (await sendInSandbox(cli, config, `deadman ${word}`, "ping")) ??
    (await sendFromHere(cli, config, config.deadman, trial))
  );
};
