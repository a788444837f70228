import type { Journal } from "../heal/journal.ts";
import { readSeals, sealsPath } from "../heal/sealing.ts";
import { firstKey } from "../seal/chain.ts";
import { type Cli, complain, exits } from "./cli.ts";
import { journalOf } from "./heal-parts.ts";
import { refuseFile, refuseWords } from "./log-words.ts";

/** Who may make the keys: root on a system install, else whoever runs all of it. */
const isWriter = ({ host, paths }: Cli): boolean => host.uid === 0 || paths.helper === paths.state;

/** The log's writer, which names the host as the config does. */
const openLog = async (cli: Cli): Promise<Journal> => {
  const { loadKept } = await import("../load.ts");
  const loaded = await loadKept(cli.host, { ...cli.paths, state: cli.paths.helper }, true);
  return journalOf(cli, loaded.kind === "config" ? loaded.config : { host: cli.host.hostname });
};

const sayKey = ({ host, paths, flags }: Cli, key: string): number => {
  if (flags.isJson) host.terminal.out(`${JSON.stringify({ key, seals: sealsPath(paths.logFile) })}\n`);
  else host.terminal.out(`${key}\n`);
  host.terminal.err(
    "Keep this line away from this host: with it, dogwatch log verify --key proves\n" +
      "that nobody changed the log of the days before he became root.\n",
  );
  if (paths.helper === paths.state)
    host.terminal.err(
      "Here one user runs all of it: each of his programs can read the key of the day,\n" +
        "and write log and seals anew. The heads in chat, dead-man's switch and journal\n" +
        "are worth more.\n",
    );
  return exits.done;
};

/**
 * `dogwatch log key`: prints the first public key of the log's seals, which an auditor keeps; whoever may write the log makes the keys where there are none.
 * Exit 73: they can't be made; 74: nobody made them yet, or they can't be read.
 */
export const keyCommand = async (cli: Cli): Promise<number> => {
  const { host, paths, words } = cli;
  if (words.length > 1) return refuseWords(host, "key", `it takes no words: "${words[1]}"`, "Run: dogwatch log key");
  const path = sealsPath(paths.logFile);
  const read = readSeals(host, path);
  if (read.kind === "failed") return refuseFile(host, path, read);
  const known = firstKey(read.text);
  if (known !== undefined) return sayKey(cli, known);
  if (!isWriter(cli)) {
    complain(host, `cannot tell the first key of the seals: "${path}" holds none yet`, "Run: sudo dogwatch log key");
    return exits.ioError;
  }
  const journal = await openLog(cli);
  const sealed = journal.seal();
  if (sealed.kind === "failed") {
    const hint =
      host.uid === 0 ? "Run: dogwatch validate, and see that the disk isn't full." : "Run: sudo dogwatch log key";
    complain(host, sealed.why, hint);
    return exits.cannotCreate;
  }
  for (const note of journal.notes()) host.terminal.err(`${note}\n`);
  const made = journal.sealings().find(({ first }) => first !== undefined)?.first;
  if (made !== undefined) return sayKey(cli, made);
  complain(
    host,
    `cannot tell the first key of the seals: "${path}" doesn't hold seal 0, so the seals before were moved away or cut off`,
    "Put them back, before those that are there. The key itself is the one that install.sh printed.",
  );
  return exits.ioError;
};
