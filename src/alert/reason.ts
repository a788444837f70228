/** Why something is told of a check in this tick, or nothing is. */
export type ReasonName =
  | "first"
  | "taken-up"
  | "reminder"
  | "more-findings"
  | "rebooted"
  | "silence-over"
  | "recovered"
  | "measured-again"
  | "unknown"
  | "flapping-begins"
  | "flapping-reminder"
  | "flapping-red"
  | "flapping-ends"
  | "well"
  | "below-threshold"
  | "not-due"
  | "in-grace"
  | "folded"
  | "flapping-goes-on"
  | "flapping-need"
  | "unknown-need"
  | "unknown-not-yet"
  | "unknown-told"
  | "heal-watched"
  | "of-a-heal"
  | "silenced";

/** A reason, and the check that it leads to where there is one. */
export interface Reason {
  readonly name: ReasonName;
  /** The check that explains this one, or the incident's other one. */
  readonly by?: string;
}

const words: Readonly<Record<ReasonName, string>> = {
  first: "it turned red",
  "taken-up": "the heal log holds its incident open, and the state has lost it",
  reminder: "its reminder is due",
  "more-findings": "something else is wrong with it than what was told",
  rebooted: "it is still red after a reboot",
  "silence-over": "its silence, or its maintenance window, is over, and it is still red",
  recovered: "it is well again",
  "measured-again": "it can be measured again",
  unknown: "it couldn't be measured for three ticks",
  "flapping-begins": "it comes and goes",
  "flapping-reminder": "it still comes and goes, and its reminder is due",
  "flapping-red": "it was told as coming and going while it was well, and has been red for a while since",
  "flapping-ends": "it no longer comes and goes",
  well: "it is well",
  "below-threshold": "it is amber: below its threshold, in its start grace or advisory",
  "not-due": "it was told before, and its reminder isn't due",
  "in-grace": "it is in its start grace",
  folded: "a red check that it needs speaks for it",
  "flapping-goes-on": "it was told as flapping, and its reminder isn't due",
  "flapping-need": "a check that it needs is flapping",
  "unknown-need": "a check that it needs can't be measured either",
  "unknown-not-yet": "it can't be measured, for less than three ticks",
  "unknown-told": "that it can't be measured was told before",
  "heal-watched": "a heal's proof is being watched",
  "of-a-heal": "it belongs to the incident of a heal that was to cure it",
  silenced: "it is silenced, or in maintenance",
};

/** A reason in the words of `tick --dry-run` and the debug log: its name first, to search for. Pure. */
export const reasonText = ({ name, by }: Reason): string =>
  `${name}: ${words[name]}${by === undefined ? "" : ` ("${by}")`}`;
