import { emptyHead, sealOf } from "./chain.ts";
import type { Head } from "./entry.ts";
import type { Line } from "./line.ts";

/** What a line must follow. */
export interface ChainState {
  /** Hash of the last line, and of the one before it. */
  readonly hash: string;
  readonly hashBefore: string;
  readonly last: Line | undefined;
  /** The last whole entry: what a witness can vouch for. */
  readonly head: Head;
  readonly entry: Line | undefined;
  /** Torn lines that no `log.torn` follows yet. */
  readonly torn: readonly Line[];
}

/** Before the first line. */
export const emptyChain: ChainState = {
  hash: emptyHead.sha256,
  hashBefore: emptyHead.sha256,
  last: undefined,
  head: emptyHead,
  entry: undefined,
  torn: [],
};

/** A chain whose first lines are in older files: the line `seq` is taken as it is. Never throws. */
export const chainBefore = (seq: number, prev: string): ChainState => ({
  ...emptyChain,
  hash: prev,
  head: { seq: seq - 1, sha256: prev },
});

const headOf = ({ number, sha256 }: Line): Head => ({ seq: number, sha256 });

/** The lines that the `log.torn` after this state must name in its `proof`; see `sealOf`. Never throws. */
export const unsealedOf = ({ head, torn }: ChainState): readonly Head[] => [
  ...(head.seq === 0 ? [] : [head]),
  ...torn.slice(0, -1).map(headOf),
];

const isSealed = (state: ChainState, line: Extract<Line, { kind: "entry" }>): boolean =>
  state.torn.length === 0 || (line.event === "log.torn" && line.proof === sealOf(unsealedOf(state)));

/** Torn lines in a row, at most: a log that ends in more of them is none of ours, so that nobody makes us hash without end. */
export const maxTorn = 5000;

/** Whether a line is what must follow. Never throws. */
export const doesFollow = (state: ChainState, line: Line): boolean => {
  switch (line.kind) {
    case "entry":
      return line.seq === line.number && line.prev === state.hash && isSealed(state, line);
    case "cut":
      return (line.seq === undefined || line.seq === line.number) && state.torn.length <= maxTorn;
    case "broken":
      return false;
  }
};

/** The state after a line that does follow. Never throws. */
export const follow = (state: ChainState, line: Line): ChainState => ({
  hash: line.sha256,
  hashBefore: state.hash,
  last: line,
  head: line.kind === "entry" ? headOf(line) : state.head,
  entry: line.kind === "entry" ? line : state.entry,
  torn: line.kind === "entry" ? (state.torn.length === 0 ? state.torn : []) : [...state.torn, line],
});
