import type { Check } from "../config/config.ts";
import { checkDestinations } from "../config/egress.ts";
import { parseJson } from "../config/json.ts";
import { secretReader } from "../config/secret.ts";
import { look } from "../probes/look.ts";
import type { LookOrder } from "../probes/look-as.ts";
import { type Cli, complain, exits } from "./cli.ts";

const maxOrderBytes = 16 * 1024 * 1024;
const orderWithinMs = 10_000;

const isOrder = (value: unknown): value is LookOrder =>
  typeof value === "object" && value !== null && "version" in value && value.version === 1 && "checks" in value;

const parseOrder = (text: string): LookOrder | undefined => {
  const value = parseJson(text)?.value;
  return isOrder(value) ? value : undefined;
};

/** The parts of the config that the egress list is made from. */
const allow = ({ host }: Cli, checks: readonly Check[]): void => {
  const destinations = checkDestinations({ checks });
  host.http.allow(destinations);
  host.tcp.allow(destinations);
};

/**
 * `dogwatch look`, a child of ours that has already become the user as whom it looks: checks as JSON on standard input, readings on standard
 * output. Root it refuses to be. Not for people.
 */
export const lookCommand = async (cli: Cli): Promise<number> => {
  const { host } = cli;
  if (host.uid === 0) {
    complain(host, 'cannot run "look" as root: dogwatch never looks as root', "It is started by dogwatch itself.");
    return exits.usage;
  }
  const line = await host.peers.activated(maxOrderBytes).next(orderWithinMs);
  const order = line.kind === "line" ? parseOrder(line.text) : undefined;
  if (order === undefined) {
    complain(host, 'cannot run "look": no order on standard input', "It is started by dogwatch itself.");
    return exits.usage;
  }
  allow(cli, order.checks);
  const readFile = secretReader(host, cli.paths.credentials);
  const readings = await look(host, order.checks, {
    secret: (ref) =>
      "file" in ref
        ? readFile(ref)
        : (order.credentials[ref.credential] ?? { kind: "failed", why: `no credential "${ref.credential}"` }),
    memory: (name) => order.memory[name],
    beats: order.beats,
  });
  host.terminal.out(`${JSON.stringify(Object.fromEntries(readings))}\n`);
  return exits.done;
};
