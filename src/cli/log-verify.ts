import type { Host } from "../host/host.ts";
import type { Fault } from "../log/fault.ts";
import { type Verified, verifyLog } from "../log/verify.ts";
import { parseWitness, type Witness } from "../log/witness.ts";
import { exits } from "./cli.ts";
import type { LogPaths } from "./log.ts";
import { refuseFile, refuseWords, sortWords } from "./log-words.ts";

const tampered = 1;
const witnessHint = "Give a head as a message tells it, with at least 16 hex digits: --head 41:9f3ac2d1c07be55a";

const putJson = (host: Host, value: unknown): void => host.terminal.out(`${JSON.stringify(value)}\n`);

const sayFault = (host: Host, fault: Fault, isJson: boolean): number => {
  if (isJson) putJson(host, { result: "tampered", fault });
  else {
    const place = `${fault.file}: line ${fault.line}, byte ${fault.offset}`;
    host.terminal.out(`TAMPERED: ${fault.what}\n  ${place} (${fault.kind})\n`);
    host.terminal.out("  Keep a copy of the file as it is; what comes after this line proves nothing.\n");
  }
  return tampered;
};

const sayWhole = (host: Host, verified: Extract<Verified, { kind: "whole" }>, witness: Witness | undefined): number => {
  const { lines, head, notes } = verified;
  host.terminal.out(
    `ok: ${lines} ${lines === 1 ? "line" : "lines"}, the chain is whole\nhead ${head.seq}:${head.sha256}\n`,
  );
  for (const note of notes) host.terminal.out(`note: ${note}\n`);
  host.terminal.out(
    witness === undefined
      ? "note: a cut tail or a changed last line shows only against a head kept elsewhere:\n" +
          "      log verify --head SEQ:HASH, from the last line of a chat message\n"
      : `witness ${witness.seq}:${witness.prefix} found\n`,
  );
  return exits.done;
};

const sayNoLog = (host: Host, path: string, witness: Witness | undefined, isJson: boolean): number => {
  if (witness !== undefined && witness.seq > 0) {
    const what = `the log is gone, and the witness saw line ${witness.seq}`;
    return sayFault(host, { kind: "cut", seq: 1, file: path, line: 1, offset: 0, what }, isJson);
  }
  if (isJson)
    putJson(host, { result: "none", lines: 0, head: { seq: 0, sha256: "0".repeat(64) }, notes: ["no log yet"] });
  else host.terminal.out(`no log yet: "${path}" does not exist; nothing was healed or told here so far\n`);
  return exits.done;
};

const say = (host: Host, verified: Verified, witness: Witness | undefined, isJson: boolean): number => {
  switch (verified.kind) {
    case "whole": {
      if (!isJson) return sayWhole(host, verified, witness);
      const { lines, head, notes } = verified;
      putJson(host, { result: "ok", lines, head, isWitnessed: witness !== undefined, notes });
      return exits.done;
    }
    case "faulty":
      return sayFault(host, verified.fault, isJson);
    case "too-old":
      return refuseWords(
        host,
        "verify",
        `the witness's line ${verified.witness.seq} is older than the first line here, ${verified.firstSeq}`,
        "Give the older files too, oldest first.",
      );
    case "unreadable":
      return refuseFile(host, verified.path, verified.failure);
  }
};

/** `dogwatch log verify [FILE…] [--head SEQ:HASH]`: exit 0 whole or no log yet, 1 tampered, 64 usage, 74 unreadable. Never throws. */
export const verifyCommand = async (
  host: Host,
  args: readonly string[],
  paths: LogPaths,
  isJson: boolean,
): Promise<number> => {
  const sorted = sortWords(args, ["head"]);
  if (typeof sorted === "string") return refuseWords(host, "verify", sorted, witnessHint);
  const { options, words } = sorted;
  const head = options.get("head");
  const witness = head === undefined ? undefined : parseWitness(head);
  if (head !== undefined && witness === undefined)
    return refuseWords(host, "verify", `"${head}" is no head of a log`, witnessHint);
  const verified = await verifyLog(host, words.length === 0 ? [paths.logFile] : words, {
    witnesses: witness === undefined ? [] : [witness],
  });
  if (verified.kind === "unreadable" && verified.failure.code === "ENOENT" && words.length === 0)
    return sayNoLog(host, paths.logFile, witness, isJson);
  return say(host, verified, witness, isJson);
};
