import type { Cli } from "./cli.ts";
import { logCommand } from "./log.ts";

const given = (name: string, value: string | undefined): readonly string[] =>
  value === undefined ? [] : [`--${name}`, value];

/** `dogwatch log …`: hands the words and flags of this command on to it. */
export const logEntry = async ({ host, paths, flags, words }: Cli): Promise<number> =>
  await logCommand(
    host,
    [
      ...words,
      ...(flags.heads ?? []).flatMap((head) => given("head", head)),
      ...given("incident", flags.incident),
      ...given("since", flags.since),
    ],
    paths,
    flags.isJson,
  );
