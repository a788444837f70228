import type { FlapHistory } from "../verdict/flap.ts";
import type { Moment } from "./state.ts";

/**
 * What whoever writes the heal log remembers of it: its own file beside the heal state, written under the log's lock. Everything but
 * `flaps` and `entered` can be had again from the log.
 */
export interface Book {
  readonly version: 1;
  /** The log's last line that this book knows of; where the log has moved on, the book is made anew from it. Below 0: `outOfStep`. */
  readonly seq: number;
  /** That line's hash; empty: not known. */
  readonly sha256: string;
  /** Hash of the config when it was last noted; empty before. */
  readonly configSha256: string;
  /** Incidents that are open in the log, by id. */
  readonly open: Readonly<Record<string, OpenIncident>>;
  /** By check: whether it flaps. */
  readonly flaps: Readonly<Record<string, FlapHistory>>;
  /** Lines that the watcher had written since `from`: their rate is bounded. */
  readonly entered: { readonly from: Moment; readonly count: number } | null;
}

/** An incident as the book holds it. `openedAt`: RFC 3339 UTC. */
export interface OpenIncident {
  readonly check: string;
  readonly openedAt: string;
  /** The watcher called it over, and a look of the helper's own found its check bad; absent: not so. Not in the log, so a lost book forgets it. */
  readonly saidOver?: boolean;
}

/** Before the first line. */
export const emptyBook: Book = { version: 1, seq: 0, sha256: "", configSha256: "", open: {}, flaps: {}, entered: null };

/**
 * The incident that is open for a check. Where the watcher names one that the log doesn't know, its state was lost or meddled with: that mustn't keep the
 * check from its heal. Pure.
 */
export const openFor = (open: Book["open"], check: string): string | undefined =>
  Object.keys(open).find((id) => open[id]?.check === check);

/** The log's last line by the book; null without its hash: no line yet, a broken book, or one that a kill left behind the log. Pure. */
export const lastLineOf = ({ seq, sha256 }: Pick<Book, "seq" | "sha256">): number | null =>
  seq < 0 || sha256 === "" ? null : seq;
