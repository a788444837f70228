import type { ChainState } from "./chain-state.ts";

/** What a whole chain leaves to be said. */
export interface Told {
  readonly firstSeq: number;
  readonly state: ChainState;
  /** Torn lines, the open ones at the end too. */
  readonly tears: number;
  /** The line that tells of the removal of all before the first; undefined where none does. */
  readonly removedAt: number | undefined;
}

const plural = (count: number, word: string): string => `${count} ${word}${count === 1 ? "" : "s"}`;

const beginNotes = ({ firstSeq, removedAt }: Told): readonly string[] => {
  if (firstSeq === 1) return [];
  const where =
    removedAt === undefined
      ? "are in older files, not checked here"
      : `were removed for their age, as line ${removedAt} tells`;
  return [`it begins at line ${firstSeq}: the lines before ${where}`];
};

const endNotes = ({ last, torn }: ChainState): readonly string[] => {
  const [first, final] = [torn[0]?.number, torn.at(-1)?.number];
  if (first !== undefined)
    return [
      `${first === final ? `line ${first} is` : `lines ${first} to ${final} are`} cut off in mid-write; the next append closes the tear with log.torn`,
    ];
  return last === undefined || last.isClosed
    ? []
    : [`line ${last.number} lacks its newline; the next append adds it, and a log.torn`];
};

/** A log that ends with the line that closes a file lacks the next one; only a kill in mid-rotation leaves that. */
const nextNotes = ({ last }: ChainState): readonly string[] =>
  last?.kind === "entry" && last.event === "log.rotated" && last.proof === undefined
    ? [
        `its last line, ${last.number}, says that it goes on in a next file, and that is not here: copy it too, or ask where it is`,
      ]
    : [];

/** The notes of a whole chain, for a person: an older beginning, tears, a next file that isn't there. Pure. */
export const notesOf = (told: Told): readonly string[] => {
  const closed = told.tears - told.state.torn.length;
  return [
    ...beginNotes(told),
    ...(closed === 0 ? [] : [`${plural(closed, "torn line")} (a kill in mid-write), sealed by log.torn`]),
    ...endNotes(told.state),
    ...nextNotes(told.state),
  ];
};
