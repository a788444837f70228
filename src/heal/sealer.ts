import type { Failure, Host } from "../host/host.ts";
import type { Head } from "../log/entry.ts";
import type { Seal } from "../seal/seal.ts";
import { type Sealed, type SealPlace, sealBefore } from "./sealing.ts";

/** Whoever seals the log in one process, and what came of it. */
export interface Sealer {
  /** Seals what is there up to `head`, where that isn't done for the day of `nowMs`. Hold the log's lock. */
  before(head: Head, nowMs: number): Sealed | Failure;
  /** It couldn't even be begun. */
  failed(why: Failure): void;
  /** Why the last one failed; undefined where it didn't. */
  trouble(): Failure | undefined;
  /** The seals that were made. */
  sealings(): readonly Seal[];
  /** Sentences for the operator. */
  notes(): readonly string[];
}

/** Makes one. Never throws. */
export const createSealer = (host: Host, place: SealPlace): Sealer => {
  let trouble: Failure | undefined;
  const sealings: Seal[] = [];
  const notes = new Set<string>();
  return {
    before: (head, nowMs) => {
      const done = sealBefore(host, place, head, nowMs);
      trouble = done.kind === "failed" ? done : undefined;
      if (done.kind === "failed") return done;
      sealings.push(...done.made);
      for (const note of done.notes) notes.add(note);
      return done;
    },
    failed: (why) => {
      trouble = why;
    },
    trouble: () => trouble,
    sealings: () => sealings,
    notes: () => [...notes],
  };
};
