import type { SeenEntry } from "./seen-entry.ts";

/** How an event came to something worse than its name tells: files that could not all be put back, a log that somebody else cut or moved. */
export type Worse = "not-all-restored" | "log-altered";

const signs: Readonly<Record<string, readonly [sign: RegExp, worse: Worse]>> = {
  "heal.restored": [/^NOT RESTORED: /u, "not-all-restored"],
  "log.torn": [/\bsomebody\b/u, "log-altered"],
  "log.rotated": [/\bby somebody else\b/u, "log-altered"],
};

/** What an entry's own `why` adds to its name; undefined where nothing. The words are those of `restoreBackup` and `goOn`. Never throws. */
export const worseOf = ({ event, why }: Pick<SeenEntry, "event" | "why">): Worse | undefined => {
  const sign = Object.hasOwn(signs, event) ? signs[event] : undefined;
  return sign?.[0].test(why ?? "") === true ? sign[1] : undefined;
};
