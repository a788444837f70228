import type { Host } from "../host/host.ts";
import type { Fault } from "../log/fault.ts";
import type { Met, Witness } from "../log/witness.ts";
import { exits } from "./cli.ts";

/** A head, where it comes from, and what became of it. `doesCount`: false for one in the journal that isn't the log's owner's. */
export interface Checked {
  readonly witness: Witness;
  readonly at: string | null;
  readonly uid: number | null;
  readonly met: Met;
  readonly doesCount: boolean;
}

/** What is said of all of them. `fault`: where the log's own chain is broken. */
interface Said {
  readonly checked: readonly Checked[];
  readonly fault: Fault | undefined;
  readonly isJson: boolean;
}

const tampered = 1;

/** One word for what became of a head. */
type Is = "found" | "not this line" | "cut" | "older than the first file" | "not known";

const isOf = (met: Met): Is => {
  switch (met.kind) {
    case "found":
      return "found";
    case "missed":
      return met.fault.kind === "cut" ? "cut" : "not this line";
    case "too-old":
      return "older than the first file";
    case "unproved":
      return "not known";
  }
};

const meanings: Readonly<Record<Is, string>> = {
  found: "",
  "not this line": ": the line was changed, or the log was rewritten up to it",
  cut: ": the log ends before this line",
  "older than the first file": ": that file is not here any more",
  "not known": ": the chain breaks before this line",
};

const doesFit = ({ met }: Checked): boolean => met.kind === "found" || met.kind === "too-old";

const row = (each: Checked): string => {
  const { witness, at, uid, met, doesCount } = each;
  const is = isOf(met);
  const from = at === null ? "" : `${at.slice(0, 19).replace("T", " ")} UTC  uid ${uid}  `;
  const weight = doesCount ? "" : " (doesn't count: another user than the log's owner wrote it)";
  return `${from}log ${witness.seq}:${witness.prefix.slice(0, 16)}  ${is}${meanings[is]}${weight}\n`;
};

const heads = (count: number): string => `${count} head${count === 1 ? "" : "s"}`;

const lastLine = (counted: readonly Checked[], bad: number): string => {
  if (bad > 0) return `NOT OK: ${bad} of ${heads(counted.length)} ${bad === 1 ? "doesn't" : "don't"} fit the log\n`;
  const found = counted.filter(({ met }) => met.kind === "found").map(({ witness }) => witness.seq);
  const upTo = found.length === 0 ? "" : `, up to line ${Math.max(...found)}`;
  return `ok: ${found.length} of ${heads(counted.length)} found${upTo}\n`;
};

const rowJson = ({ witness, at, uid, met, doesCount }: Checked) => ({
  seq: witness.seq,
  sha256: witness.prefix,
  at,
  uid,
  doesCount,
  is: isOf(met),
});

/** Says of each head what became of it; gives the exit status: 1 where one that counts doesn't fit, or the log's own chain is broken. */
export const sayWitnesses = ({ terminal }: Host, { checked, fault, isJson }: Said): number => {
  const counted = checked.filter(({ doesCount }) => doesCount);
  const bad = counted.filter((each) => !doesFit(each)).length;
  const exit = bad > 0 || fault !== undefined ? tampered : exits.done;
  if (isJson) {
    const result = exit === tampered ? "tampered" : counted.length === 0 ? "none" : "ok";
    terminal.out(
      `${JSON.stringify({ result, heads: checked.map(rowJson), ...(fault === undefined ? {} : { fault }) })}\n`,
    );
    return exit;
  }
  for (const each of checked) terminal.out(row(each));
  if (counted.length === 0) terminal.out("no head yet: the journal holds none that the log's owner wrote\n");
  else terminal.out(lastLine(counted, bad));
  if (fault !== undefined) terminal.out(`TAMPERED: ${fault.what}\n  See: dogwatch log verify\n`);
  return exit;
};
