import type { Host, Ran } from "../host/host.ts";
import { headsIn, type JournalHead } from "../log/journal-heads.ts";

/** The heads in this host's journal, oldest first; or why it can't be read, and the remedy. `isCut`: there are more, older ones. */
export type Heads =
  | { readonly kind: "read"; readonly heads: readonly JournalHead[]; readonly isCut: boolean }
  | { readonly kind: "blind"; readonly why: string; readonly hint: string };

/** Heads that are looked at: those of months. */
const maxHeads = 20_000;
const maxOutputBytes = 16 * 1024 * 1024;
const timeoutMs = 60_000;

const argv = [
  ...["/usr/bin/journalctl", "--identifier=dogwatch", "--output=json", "--no-pager", "--reverse"],
  "--output-fields=MESSAGE,_UID,__REALTIME_TIMESTAMP",
  "--grep=^log [0-9]+:[0-9a-f]{64}$",
  `--lines=${maxHeads}`,
] as const;

const otherwise = "Give heads as words, from the last line of a chat message: dogwatch log witness 41:9f3ac2d1c07be55a";

const blind = (why: string, hint: string = otherwise): Heads => ({ kind: "blind", why, hint });

/** Source: journalctl(1), and the words of its hints in systemd 252. */
const isForbidden = (stderr: string): boolean => /insufficient permissions|not seeing messages/u.test(stderr);

const readOf = (stdout: string, stderr: string): Heads => {
  const heads = headsIn(stdout).toReversed();
  if (heads.length === 0 && isForbidden(stderr))
    return blind(
      "this user may not see what root's programs wrote in it",
      'Run it as root, or as a member of the group "adm" or "systemd-journal".',
    );
  return { kind: "read", heads, isCut: heads.length >= maxHeads || stdout.length >= maxOutputBytes };
};

const headsOf = (ran: Ran): Heads => {
  switch (ran.kind) {
    case "failed":
      return blind(ran.code === "ENOENT" ? "there is no journalctl on this host" : ran.why);
    case "timed-out":
      return blind(`journalctl gave no answer in ${timeoutMs / 1000} s`);
    case "signalled":
      return blind(`journalctl was ended by ${ran.signal}`);
    case "exited": {
      const said = ran.stderr.trim().split("\n")[0] ?? "";
      // 1 without a word: nothing in it fits.
      const isRead = ran.status === 0 || (ran.status === 1 && (said === "" || isForbidden(ran.stderr)));
      if (/^No journal files were found/u.test(said)) return blind("there is no journal on this host");
      return isRead
        ? readOf(ran.stdout, ran.stderr)
        : blind(said === "" ? `journalctl ended with ${ran.status}` : said);
    }
  }
};

/** Asks the journal for the heads that dogwatch told it. Never throws. */
export const journalHeads = async ({ exec }: Host): Promise<Heads> =>
  headsOf(await exec.run({ argv, timeoutMs, maxOutputBytes }));
