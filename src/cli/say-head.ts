import type { RunLog } from "../host/run-log.ts";
import type { Head } from "../log/entry.ts";
import type { Cli } from "./cli.ts";

/**
 * Tells the journal the log's whole head, where this process has moved it: a witness that `dogwatch log witness` finds again, under a uid that no other user
 * can put on a line of the journal.
 */
export const sayHead = ({ host, flags }: Cli, log: RunLog, head: Head | undefined): void => {
  if (head !== undefined && (host.terminal.isErrJournal || flags.logFormat === "json"))
    log.log("info", `log ${head.seq}:${head.sha256}`);
};
