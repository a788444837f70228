import type { Cli } from "./cli.ts";
import { logCommand } from "./log.ts";

/** `dogwatch log …`: hands the words and flags of this command on to it. */
export const logEntry = async (cli: Cli): Promise<number> => {
  const { host, paths, flags, words } = cli;
  if (words[0] === "key") return await (await import("./log-key.ts")).keyCommand(cli);
  return await logCommand(
    host,
    [...words, ...(flags.heads ?? []).flatMap((head) => ["--head", head]), ...(flags.logWords ?? [])],
    paths,
    flags.isJson,
  );
};
