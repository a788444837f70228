import type { Terminal } from "../host/host.ts";

/** Text on its way to stdout, handed on in large pieces: a write for each of a million lines takes longer than all else. */
export interface Outflow {
  write(text: string): void;
  /** Writes what is held; without it the last piece is lost. */
  flush(): void;
}

/** Characters that are held at most. */
const pieceLength = 65_536;

/** Nothing held yet. Never throws. */
export const createOutflow = ({ out }: Pick<Terminal, "out">): Outflow => {
  let held = "";
  const flush = (): void => {
    if (held !== "") out(held);
    held = "";
  };
  return {
    write(text): void {
      held += text;
      if (held.length >= pieceLength) flush();
    },
    flush,
  };
};
