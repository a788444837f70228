/** One thing that is wrong in a file, at its place. Line and column count from 1; a fault of the whole file stands at 1:1. Holds no secret. */
export interface Fault {
  readonly file: string;
  readonly line: number;
  readonly col: number;
  readonly message: string;
}

/** Past so many of one sort nobody reads on, and each costs a search for its place. */
export const maxFaults = 100;

/** `file:line:col: message`, the form that editors and CI jump to. Never throws. */
export const printFault = ({ file, line, col, message }: Fault): string => `${file}:${line}:${col}: ${message}`;

/** A fault of the whole file. Never throws. */
export const wholeFileFault = (file: string, message: string): Fault => ({ file, line: 1, col: 1, message });

/** Sorted by place and freed of repeats, so that a file reads from top to bottom. Never throws. */
export const sortFaults = (faults: readonly Fault[]): readonly Fault[] => {
  const once = new Map(faults.map((fault) => [printFault(fault), fault]));
  return [...once.values()].sort((a, b) => a.line - b.line || a.col - b.col);
};

/** The fault to name where there is room for one, as text: of the whole file often follows from one that has a place, the missing checks from the misspelt key. Pure. */
export const tellingFault = (faults: readonly Fault[]): string => {
  const first = faults.find(({ line, col }) => line > 1 || col > 1) ?? faults[0];
  return first === undefined ? "the config is invalid" : printFault(first);
};
