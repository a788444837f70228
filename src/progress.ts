import type { Reading } from "./probes/probe.ts";
import type { Judged } from "./verdict/judge.ts";

/** Whoever watches a tick at work: told as it goes, asked nothing. Absent, it costs nothing. No method throws. */
export interface Progress {
  /** These checks are about to be looked at. */
  looking(names: readonly string[]): void;
  /** One of them has been looked at. */
  reading(name: string, reading: Reading): void;
  judged(judged: readonly Judged[]): void;
  /** These would turn red and will be looked at once more; `apart`: the time until then, in words. */
  again(names: readonly string[], apart: string): void;
  /** What goes on beside the looks, in a few words. */
  stage(text: string): void;
}
