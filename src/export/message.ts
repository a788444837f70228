import type { SeenEntry } from "../log/seen-entry.ts";
import { inert } from "../log/sheet.ts";
import { wordsOf } from "../log/story-words.ts";

/** What an entry says, as one sentence for a person: check, what happened, what was seen or why. Text from outside is inert. Never throws. */
export const messageOf = (entry: SeenEntry): string =>
  [entry.check, wordsOf(entry), entry.evidence ?? entry.why ?? entry.proof]
    .flatMap((text) => (text === undefined || text === "" ? [] : [inert(text)]))
    .join(": ");

/** The number of a person at the prompt, `uid:1000`; undefined for the watcher and the helper. Pure. */
export const personIn = ({ by }: SeenEntry): string | undefined => /^uid:(\d+)$/u.exec(by)?.[1];
