import { nextForMany } from "./bundle.ts";
import { countOf, sealOf, wordOf } from "./entry.ts";
import type { OutboxEntry } from "./outbox.ts";

/** Refusals after which a message is suspected to be the reason itself; then again after each further dozen. */
const suspectAt = 3;
const suspectEvery = 12;
/** Length of the list of incidents, in characters. */
const maxIncidents = 600;

/** Whether a message that was refused this often is to be told in plain words, to see whether the chat refuses it or all. Pure. */
export const isSuspect = ({ refusals = 0 }: Pick<OutboxEntry, "refusals">): boolean =>
  refusals >= suspectAt && (refusals - suspectAt) % suspectEvery === 0;

/** Names as they stand in a config, letters and digits: nothing that a chat could take amiss. */
const safe = (text: string): string => text.replace(/[^\w.-]/gu, "?");

/**
 * The same news without a word from the probed system: how many, which checks and incidents, and where to read the rest. For a chat
 * that refuses the message as it was written. `entries`: what it stands for. Pure.
 */
export const plainly = (send: OutboxEntry, entries: readonly OutboxEntry[]): OutboxEntry => {
  const count = countOf(entries);
  const names = [...new Set(entries.flatMap(({ incident, check }) => incident ?? check ?? []))].map(safe);
  const listed = names
    .join(" ")
    .slice(0, maxIncidents)
    .replace(/ [^ ]*$/u, names.join(" ").length > maxIncidents ? " and more" : "$&");
  const what = count === 1 ? "this message" : `these ${count} messages`;
  const about = safe(send.check ?? "dogwatch");
  const text = [
    `${wordOf(send)} ${safe(send.host)} · ${about}: the chat refused ${what} as written; read on the host`,
    nextForMany,
    `Incident ${listed}`,
    safe(sealOf(send)).replace(/^log\?(\d+)\?/u, "log $1:"),
  ];
  return { ...send, id: `${send.id}/plain`, text: text.join("\n") };
};
