import { folderOf } from "../config/path.ts";
import type { Host } from "../host/host.ts";
import { readInput } from "../host/input.ts";
import { inertText } from "../log/bounds.ts";
import { segmentsOf } from "../log/segments.ts";
import { verifyAll } from "../log/verify.ts";
import { type Met, parseWitness, type Witness, witnessesIn } from "../log/witness.ts";
import { complain, exits } from "./cli.ts";
import type { LogPaths } from "./log.ts";
import { refuseFile, refuseWords } from "./log-words.ts";
import { journalHeads } from "./witness-journal.ts";
import { type Checked, sayWitnesses } from "./witness-text.ts";

const maxInputBytes = 4 * 1024 * 1024;
const hint = "Give heads as messages tell them, with at least 16 hex digits: dogwatch log witness 41:9f3ac2d1c07be55a";

/** A head to be held against the log. `uid`: who told the journal; null: a person gave it. */
interface Told {
  readonly witness: Witness;
  readonly at: string | null;
  readonly uid: number | null;
}

/** The heads in these words and, for `-`, in what stands on standard input; a text says what is wrong. */
const given = (words: readonly string[]): readonly Told[] | string => {
  const told: Told[] = [];
  for (const word of words) {
    const text = word === "-" ? readInput(maxInputBytes) : word;
    if (typeof text !== "string") return `standard input can't be read: ${text.why}`;
    const own = parseWitness(text.trim());
    const found = own === undefined ? witnessesIn(text) : [own];
    if (found.length === 0)
      return word === "-"
        ? "there is no head in what stands on standard input"
        : `there is no head in "${inertText(word, 80)}"`;
    told.push(...found.map((witness) => ({ witness, at: null, uid: null })));
  }
  return told;
};

/** The owner of the log, or of its folder where it is gone: nobody else's word in the journal counts, since anybody may write there under our name. */
const ownerOf = ({ files }: Host, logFile: string): number | undefined => {
  const stat = files.stat(segmentsOf(files, logFile).at(-1) ?? folderOf(logFile));
  return "kind" in stat ? undefined : stat.uid;
};

const goneOf = (witness: Witness, file: string): Met => ({
  kind: "missed",
  witness,
  fault: { kind: "cut", seq: 1, file, line: 1, offset: 0, what: "the log is gone" },
});

/** Holds heads against all files of the log. `owner`: whose heads of the journal count. */
const check = async (
  host: Host,
  { logFile }: LogPaths,
  told: readonly Told[],
  owner: number | undefined,
  isJson: boolean,
): Promise<number> => {
  const all = await verifyAll(host, logFile, () => ({ witnesses: told.map(({ witness }) => witness) }));
  const verified = all?.verified;
  if (verified?.kind === "unreadable") return refuseFile(host, verified.path, verified.failure);
  const checked = told.map((each, i): Checked => {
    const met = verified?.met[i] ?? goneOf(each.witness, logFile);
    return { ...each, met, doesCount: each.uid === null || owner === undefined || each.uid === owner };
  });
  return sayWitnesses(host, {
    checked,
    fault: verified?.kind === "faulty" && verified.isBroken ? verified.fault : undefined,
    isJson,
  });
};

/**
 * `dogwatch log witness [HEAD…|-]`: holds the heads that this host's journal has, or those given, against the log. Exit 0 each fits, or there is none yet,
 * 1 one doesn't, 64 usage, 74 journal or log unreadable. Never rejects.
 */
export const witnessCommand = async (
  host: Host,
  words: readonly string[],
  paths: LogPaths,
  isJson: boolean,
): Promise<number> => {
  const option = words.find((word) => word.startsWith("--"));
  if (option !== undefined) return refuseWords(host, "witness", `there is no option "${option}"`, hint);
  const owner = ownerOf(host, paths.logFile);
  if (words.length > 0) {
    const told = given(words);
    if (typeof told === "string") return refuseWords(host, "witness", told, hint);
    return await check(host, paths, told, owner, isJson);
  }
  const read = await journalHeads(host, owner);
  if (read.kind === "blind") {
    complain(host, `cannot read the journal: ${read.why}`, read.hint);
    return exits.ioError;
  }
  if (read.isCut) host.terminal.err("note: the journal has more heads than these, older ones\n");
  return await check(host, paths, read.heads, owner, isJson);
};
