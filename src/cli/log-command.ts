import type { Cli } from "./cli.ts";
import { logCommand } from "./log.ts";

const given = (name: string, value: string | undefined): readonly string[] =>
  value === undefined ? [] : [`--${name}`, value];

/** `dogwatch log …`: hands the words and flags of this command on to it. */
export const logEntry = async (cli: Cli): Promise<number> => {
  const { host, paths, flags, words } = cli;
  if (words[0] === "key") return await (await import("./log-key.ts")).keyCommand(cli);
  return await logCommand(
    host,
    [
      ...words,
      ...(flags.heads ?? []).flatMap((head) => given("head", head)),
      ...given("key", flags.key),
      ...given("seals", flags.seals),
      ...given("through", flags.through),
      ...given("incident", flags.incident),
      ...given("since", flags.since),
    ],
    paths,
    flags.isJson,
  );
};
