import type { Head } from "../log/entry.ts";
import type { Verdict } from "../verdict/verdict.ts";

/** How a run ended, for whoever minds the dead-man's switch. `why` and `next` are our own words and stand where the run failed. */
export interface Ending {
  readonly host: string;
  readonly exit: number;
  readonly why?: string;
  readonly next?: string;
  /** What was found, where it came to that. */
  readonly found?: {
    readonly verdict: Verdict;
    readonly checks: readonly { readonly name: string; readonly verdict: Verdict }[];
    /** Alerts that wait. */
    readonly outbox: number;
    /** Number of the heal log's newest seal; absent: not known. */
    readonly seal?: number;
  };
  readonly head: Head | null;
}

/** Names of one verdict that are written out. */
const maxNames = 20;

/** The worst first. */
const order = ["red", "unknown", "amber", "green"] as const;

type Found = NonNullable<Ending["found"]>;

const namesLine = ({ checks }: Found, verdict: Verdict): readonly string[] => {
  const names = checks.filter((each) => each.verdict === verdict).map(({ name }) => name);
  if (names.length === 0 || verdict === "green") return [];
  const more = names.length > maxNames ? ` and ${names.length - maxNames} more` : "";
  return [`${verdict}: ${names.slice(0, maxNames).join(", ")}${more}`];
};

const foundLines = (found: Found): readonly string[] => {
  const { checks, outbox } = found;
  const counts = order.flatMap((verdict) => {
    const count = checks.filter((each) => each.verdict === verdict).length;
    return count === 0 ? [] : [`${count} ${verdict}`];
  });
  return [
    `${checks.length === 1 ? "1 check" : `${checks.length} checks`}: ${counts.join(", ") || "none"}`,
    ...order.flatMap((verdict) => namesLine(found, verdict)),
    `alerts waiting: ${outbox}`,
  ];
};

/**
 * The body of the ping at a run's end: counts, and names out of the config. What a probed system says of itself has no place in it; it goes to a server
 * outside, and into mails. The head is whole: the server is a witness. Below 10 kB. Pure.
 */
export const pingBody = ({ host, exit, why, next, found, head }: Ending): string =>
  [
    `${host}: ${exit === 0 ? (found?.verdict.toUpperCase() ?? "done") : "dogwatch itself is ill"}, exit status ${exit}`,
    ...(why === undefined ? [] : [why]),
    ...(next === undefined ? [] : [`run: ${next}`]),
    ...(found === undefined ? [] : foundLines(found)),
    ...(head === null || head.seq < 1 ? [] : [`log ${head.seq}:${head.sha256}`]),
    // Who cuts seals off later can't take this back.
    ...(found?.seal === undefined ? [] : [`seal ${found.seal}`]),
    "",
  ].join("\n");
