import type { Host } from "../host/host.ts";
import type { Fault } from "../log/fault.ts";
import { type Verified, type VerifyOptions, verifyAll, verifyLog } from "../log/verify.ts";
import { parseWitness, type Witness } from "../log/witness.ts";
import { exits } from "./cli.ts";
import type { LogPaths } from "./log.ts";
import { type LogSeals, type NoSeals, openSeals, type SealVerdict } from "./log-seals.ts";
import { refuseFile, refuseWords, sortWords } from "./log-words.ts";

const tampered = 1;
const keyHint = "Give the first key of the seals besides: --key dogwatch/HOST+…";
const witnessHint = "Give a head as a message tells it, with at least 16 hex digits: --head 41:9f3ac2d1c07be55a";
const fileHint =
  "Give the log's own files, heal*.jsonl*, unpacked from a tar; for the seals: --key FIRST, and --seals FILE where they lie elsewhere";

/** What is verified, against what, and how it is told. */
interface Asked {
  readonly host: Host;
  readonly paths: readonly string[];
  readonly witnesses: readonly Witness[];
  readonly isJson: boolean;
  readonly seals: LogSeals | undefined;
}

const putJson = (host: Host, value: unknown): void => host.terminal.out(`${JSON.stringify(value)}\n`);

/** Where a fault is, for a person. Pure. */
export const placeOf = ({ file, line, offset, packing }: Fault): string =>
  `${file}: line ${line}, byte ${offset}${packing === undefined ? "" : ` of the text that the ${packing} data holds`}`;

const sayFault = ({ host, isJson, seals }: Asked, fault: Fault, isBroken: boolean): number => {
  const sealed = seals?.verdict(isBroken);
  const also = sealed === undefined ? {} : { sealed: sealed.json };
  if (isJson) putJson(host, { result: "tampered", fault, ...also });
  else {
    host.terminal.out(`TAMPERED: ${fault.what}\n  ${placeOf(fault)} (${fault.kind})\n`);
    host.terminal.out("  Keep a copy of the file as it is; what comes after this line proves nothing.\n");
    host.terminal.out(sealed?.text ?? "");
  }
  return tampered;
};

const count = (number: number, word: string): string => `${number} ${word}${number === 1 ? "" : "s"}`;

/** `sealed`: where a key was given, what the seals say. */
const sayWhole = (
  { host, paths, witnesses }: Asked,
  verified: Extract<Verified, { kind: "whole" }>,
  sealed: SealVerdict | undefined,
): number => {
  const { lines, head, notes } = verified;
  const files = paths.length === 1 ? "" : ` in ${paths.length} files`;
  host.terminal.out(`ok: ${count(lines, "line")}${files}, the chain is whole\nhead ${head.seq}:${head.sha256}\n`);
  for (const note of notes) host.terminal.out(`note: ${note}\n`);
  for (const { seq, prefix } of witnesses) host.terminal.out(`witness ${seq}:${prefix} found\n`);
  if (sealed !== undefined) host.terminal.out(sealed.text);
  if (witnesses.length === 0 && sealed === undefined)
    host.terminal.out(
      "note: a cut tail or a changed last line shows only against a head kept elsewhere:\n" +
        "      log verify --head SEQ:HASH, from the last line of a chat message\n",
    );
  return sealed?.isGood === false ? tampered : exits.done;
};

const sayNoLog = (asked: Asked, path: string): number => {
  const { host, isJson } = asked;
  const seen = Math.max(asked.seals?.sealedSeq ?? 0, ...asked.witnesses.map(({ seq }) => seq));
  if (seen > 0) {
    const what = `the log is gone, and the witness saw line ${seen}`;
    return sayFault(asked, { kind: "cut", seq: 1, file: path, line: 1, offset: 0, what }, true);
  }
  const sealed = asked.seals?.verdict(false);
  if (sealed?.isGood === false) {
    if (isJson) putJson(host, { result: "tampered", lines: 0, sealed: sealed.json });
    else host.terminal.out(sealed.text);
    return tampered;
  }
  if (isJson)
    putJson(host, { result: "none", lines: 0, head: { seq: 0, sha256: "0".repeat(64) }, notes: ["no log yet"] });
  else host.terminal.out(`no log yet: "${path}" does not exist; nothing was healed or told here so far\n`);
  return exits.done;
};

const say = (asked: Asked, verified: Verified): number => {
  const { host, paths, witnesses, isJson } = asked;
  switch (verified.kind) {
    case "whole": {
      const sealed = asked.seals?.verdict(false);
      if (!isJson) return sayWhole(asked, verified, sealed);
      const { lines, head, notes } = verified;
      const isGood = sealed?.isGood !== false;
      const result = isGood ? "ok" : "tampered";
      const seals = sealed === undefined ? {} : { sealed: sealed.json };
      putJson(host, { result, lines, head, isWitnessed: witnesses.length > 0, notes, files: paths, ...seals });
      return isGood ? exits.done : tampered;
    }
    case "faulty":
      return sayFault(asked, verified.fault, verified.isBroken);
    case "too-old":
      return refuseWords(
        host,
        "verify",
        `the witness's line ${verified.witness.seq} is older than the first line here, ${verified.firstSeq}`,
        "Give the older files too.",
      );
    case "unreadable":
      return refuseFile(host, verified.path, verified.failure);
  }
};

/** The heads that were given, or the first text that is none. */
const witnessesIn = (heads: readonly string[]): readonly Witness[] | string => {
  const read = heads.map((text) => ({ text, witness: parseWitness(text) }));
  const wrong = read.find(({ witness }) => witness === undefined);
  return wrong?.text ?? read.flatMap(({ witness }) => witness ?? []);
};

const isNone = (seals: LogSeals | NoSeals): seals is NoSeals => "kind" in seals;

/** `dogwatch log verify [FILE…] [--head SEQ:HASH]… [--key VKEY [--seals FILE] [--through DAY]]`: exit 0 whole or no log yet, 1 tampered, 64 usage, 74 unreadable. Never rejects. */
export const verifyCommand = async (
  host: Host,
  args: readonly string[],
  { logFile }: LogPaths,
  isJson: boolean,
): Promise<number> => {
  const sorted = sortWords(args, ["key", "seals", "through"], ["head"]);
  if (typeof sorted === "string") return refuseWords(host, "verify", sorted, witnessHint);
  const witnesses = witnessesIn(sorted.lists.get("head") ?? []);
  if (typeof witnesses === "string")
    return refuseWords(host, "verify", `"${witnesses}" is no head of a log`, witnessHint);
  const { words } = sorted;
  const key = sorted.options.get("key");
  const [file, through] = [sorted.options.get("seals"), sorted.options.get("through")];
  if (key === undefined && (file ?? through) !== undefined)
    return refuseWords(host, "verify", "--seals and --through ask for seals, and no --key is given", keyHint);
  const seals = key === undefined ? undefined : openSeals(host, { key, seals: file, through }, words, logFile);
  if (seals !== undefined && isNone(seals))
    return seals.kind === "words"
      ? refuseWords(host, "verify", seals.why, seals.hint)
      : refuseFile(host, seals.path, seals.failure);
  const other = words.find((word) => /\.(?:seals|tar|tgz|tar\.[a-z0-9]+)$/u.test(word));
  if (other !== undefined) return refuseWords(host, "verify", `"${other}" is no file of the log`, fileHint);
  const options = (): VerifyOptions => ({ witnesses, ...seals?.options() });
  if (words.length > 0) {
    const asked = { host, paths: [...new Set(words)], witnesses, isJson, seals };
    return say(asked, await verifyLog(host, words, options()));
  }
  const all = await verifyAll(host, logFile, options);
  const asked = { host, paths: all?.paths ?? [], witnesses, isJson, seals };
  return all === undefined ? sayNoLog(asked, logFile) : say(asked, all.verified);
};
