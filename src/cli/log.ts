import type { Host } from "../host/host.ts";
import { complain, exits } from "./cli.ts";

/** Where `dogwatch log` looks when no file is named. */
export interface LogPaths {
  readonly logFile: string;
}

const hint = "Run: dogwatch log verify [FILE...] [--head SEQ:HASH], dogwatch log show, or dogwatch log witness";

/** `dogwatch log verify`, `log show` and `log witness`. `args`: the words after `log`. Gives the exit status. Never throws for expected trouble. */
export const logCommand = async (
  host: Host,
  args: readonly string[],
  paths: LogPaths,
  isJson: boolean,
): Promise<number> => {
  const [action, ...rest] = args;
  const words = rest.filter((word) => word !== "--json");
  const isJsonAsked = isJson || words.length < rest.length;
  switch (action) {
    case "verify":
      return await (await import("./log-verify.ts")).verifyCommand(host, words, paths, isJsonAsked);
    case "show":
      return (await import("./log-show.ts")).showCommand(host, words, paths, isJsonAsked);
    case "witness":
      return await (await import("./log-witness.ts")).witnessCommand(host, words, paths, isJsonAsked);
    default:
      complain(
        host,
        `cannot run "log${action === undefined ? "" : ` ${action}`}": there are "log verify", "log show", "log witness" and "log key"`,
        hint,
      );
      return exits.usage;
  }
};
