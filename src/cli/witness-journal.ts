import type { Host, Ran } from "../host/host.ts";
import { headsIn, type JournalHead } from "../log/journal-heads.ts";

/** The heads in this host's journal, oldest first; or why it can't be read, and the remedy. `isCut`: there are more, older ones. */
export type Heads =
  | { readonly kind: "read"; readonly heads: readonly JournalHead[]; readonly isCut: boolean }
  | { readonly kind: "blind"; readonly why: string; readonly hint: string };

/** Heads that are looked at: those of months. Of what others wrote, which counts for nothing, a few pages. */
const maxHeads = 20_000;
const maxOthers = 1000;
const maxOutputBytes = 16 * 1024 * 1024;
const timeoutMs = 60_000;

/** Of one user alone, or of all. Source: systemd.journal-fields(7), trusted fields. */
const argvFor = (max: number, uid: number | undefined): readonly string[] => [
  ...["/usr/bin/journalctl", "--identifier=dogwatch", "--output=json", "--no-pager", "--reverse"],
  "--output-fields=MESSAGE,_UID,__REALTIME_TIMESTAMP",
  "--grep=^log [0-9]+:[0-9a-f]{64}$",
  `--lines=${max}`,
  ...(uid === undefined ? [] : [`_UID=${uid}`]),
];

const otherwise = "Give heads as words, from the last line of a chat message: dogwatch log witness 41:9f3ac2d1c07be55a";

const blind = (why: string, hint: string = otherwise): Heads => ({ kind: "blind", why, hint });

/** Source: journalctl(1), and the words of its hints in systemd 252. */
const isForbidden = (stderr: string): boolean => /insufficient permissions|not seeing messages/u.test(stderr);

const readOf = (stdout: string, stderr: string, max: number): Heads => {
  const heads = headsIn(stdout).toReversed();
  if (heads.length === 0 && isForbidden(stderr))
    return blind(
      "this user may not see what root's programs wrote in it",
      'Run it as root, or as a member of the group "adm" or "systemd-journal".',
    );
  return { kind: "read", heads, isCut: heads.length >= max || stdout.length >= maxOutputBytes };
};

const headsOf = (ran: Ran, max: number): Heads => {
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
        ? readOf(ran.stdout, ran.stderr, max)
        : blind(said === "" ? `journalctl ended with ${ran.status}` : said);
    }
  }
};

const ask = async ({ exec }: Host, max: number, uid?: number): Promise<Heads> =>
  headsOf(await exec.run({ argv: argvFor(max, uid), timeoutMs, maxOutputBytes }), max);

const byTime = (a: JournalHead, b: JournalHead): number => (a.at < b.at ? -1 : a.at > b.at ? 1 : 0);

/**
 * Asks the journal for the heads that dogwatch told it. `owner`: the uid whose word counts; his are asked for by themselves, since anybody may write any
 * number of others under our name. Never throws.
 */
export const journalHeads = async (host: Host, owner: number | undefined): Promise<Heads> => {
  if (owner === undefined) return await ask(host, maxHeads);
  const own = await ask(host, maxHeads, owner);
  if (own.kind === "blind") return own;
  const all = await ask(host, maxOthers);
  const others = all.kind === "read" ? all.heads.filter(({ uid }) => uid !== owner) : [];
  const heads = [...own.heads.filter(({ uid }) => uid === owner), ...others].toSorted(byTime);
  return { kind: "read", heads, isCut: own.isCut };
};
