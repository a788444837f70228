import type { Cli } from "./cli.ts";
import { logCommand } from "./log.ts";

/** `dogwatch log …`: hands the words and flags of this command on to it. */
export const logEntry = async ({ host, paths, flags, words }: Cli): Promise<number> =>
  await logCommand(
    host,
    [...words, ...(flags.heads ?? []).flatMap((head) => ["--head", head]), ...(flags.logWords ?? [])],
    paths,
    flags.isJson,
  );
