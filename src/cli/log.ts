import type { Host } from "../host/host.ts";
import { complain, exits } from "./cli.ts";

/** Where `dogwatch log` looks when no file is named. */
export interface LogPaths {
  readonly logFile: string;
}

const hint = "Run: dogwatch log --help";

/** `dogwatch log verify`, `witness`, `show` and `export`. `args`: the words after `log`. Gives the exit status. Never throws for expected trouble. */
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
      return await (await import("./log-show.ts")).showCommand(host, words, paths, isJsonAsked);
    case "export":
      return await (await import("./log-export.ts")).exportCommand(host, words, paths, isJsonAsked);
    case "witness":
      return await (await import("./log-witness.ts")).witnessCommand(host, words, paths, isJsonAsked);
    default:
      complain(
        host,
        `cannot run "log${action === undefined ? "" : ` ${action}`}": there are "log verify", "log witness", "log show", "log export" and "log key"`,
        hint,
      );
      return exits.usage;
  }
};
