import { parseWitness, type Witness } from "./witness.ts";

/** A head that stands in the system's journal. */
export interface JournalHead {
  readonly witness: Witness;
  /** RFC 3339, UTC, milliseconds: when the journal took it. */
  readonly at: string;
  /** Who sent it, as the kernel told the journal. Source: systemd.journal-fields(7), trusted fields. */
  readonly uid: number;
}

const isObject = (value: unknown): value is Readonly<Record<string, unknown>> =>
  typeof value === "object" && value !== null && !Array.isArray(value);

const parse = (line: string): unknown => {
  try {
    return JSON.parse(line);
  } catch (error) {
    // The output was cut off in this line.
    if (error instanceof SyntaxError) return undefined;
    throw error;
  }
};

const headOf = (value: unknown): readonly JournalHead[] => {
  if (!isObject(value)) return [];
  const { MESSAGE: message, _UID: uid, __REALTIME_TIMESTAMP: time } = value;
  const witness = typeof message === "string" && message.startsWith("log ") ? parseWitness(message) : undefined;
  const at = new Date(Math.floor(Number(time) / 1000));
  if (witness === undefined || typeof uid !== "string" || Number.isNaN(at.getTime())) return [];
  return [{ witness, at: at.toISOString(), uid: Number(uid) }];
};

/** The heads in what `journalctl -o json` prints, in its order; other lines are passed over. Never throws. Source: systemd.journal-fields(7). */
export const headsIn = (output: string): readonly JournalHead[] =>
  output.split("\n").flatMap((line) => (line === "" ? [] : headOf(parse(line))));
