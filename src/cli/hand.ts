import { answerHand, maxWordsBytes } from "../heal/hand-words.ts";
import { readInput } from "../host/input.ts";
import { type Cli, complain, exits } from "./cli.ts";

/**
 * `dogwatch hand`: one file, handled as whoever runs this; a request as JSON on standard input, its answer on standard output. Only
 * the helper starts it, as the file's owner, so it isn't in `--help`.
 */
export const handCommand = async ({ host }: Cli): Promise<number> => {
  const input = readInput(maxWordsBytes);
  const answer = typeof input === "string" ? answerHand(host, input) : undefined;
  if (answer === undefined) {
    const why = typeof input === "string" ? "it is no request" : input.why;
    complain(host, `cannot read the request: ${why}`, "This command is the helper's own.");
    return exits.usage;
  }
  host.terminal.out(`${answer}\n`);
  return exits.done;
};
