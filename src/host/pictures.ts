/** Why a wait on a {@link Screen} ended: its time was over, it must be drawn anew, or the user or the system ends the program. */
export type Woken = "time" | "redraw" | "end";

/** The whole terminal as one picture that is drawn over and over, until it is closed: then all is as it was before. */
export interface Screen {
  /** The size as it is now; the user may change it at any time. */
  size(): { readonly columns: number; readonly rows: number };
  /** Draws the picture over the last one; at most `rows` lines of at most `columns` columns. */
  draw(lines: readonly string[]): void;
  wait(ms: number): Promise<Woken>;
  /** Gives the terminal back. */
  close(): void;
}
