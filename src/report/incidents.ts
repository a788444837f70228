import type { SeenEntry } from "../log/seen-entry.ts";
import type { PageIncident, PageStep } from "./page.ts";

/** What the log tells: incidents newest first, and what belongs to none. `notes`: what was left out. */
export interface Told {
  readonly incidents: readonly PageIncident[];
  readonly olderIncidents: number;
  readonly others: readonly PageStep[];
  readonly notes: readonly string[];
}

const maxIncidents = 100;
/** Steps of one incident: its beginning and its end. */
const maxFirst = 10;
const maxLast = 40;
const maxOthers = 100;
/** Characters of all incidents together, and of what belongs to none: the page must stay small. */
const maxText = 400_000;
const maxOtherText = 60_000;

const targetOf = ({ target }: SeenEntry): string => {
  if (target === undefined) return "";
  const { unit, user, pid, started } = target;
  const parts = [
    ...(unit === undefined ? [] : [unit]),
    ...(user === undefined ? [] : [`of ${user}`]),
    ...(pid === undefined ? [] : [`pid ${pid}`]),
    ...(started === undefined ? [] : [`started ${started}`]),
  ];
  return parts.join(", ");
};

/** What an entry says in words: a silence names its check there. */
const evidenceOf = ({ incident, check, evidence }: SeenEntry): string | undefined =>
  incident === undefined && check !== undefined ? [check, evidence].filter(Boolean).join(": ") : evidence;

const stepOf = (entry: SeenEntry): PageStep => {
  const { at, seq, event, by, recipe, attempt, argv, backup, proof, why, exit } = entry;
  const [target, evidence] = [targetOf(entry), evidenceOf(entry)];
  return {
    ...{ at, seq, event, by },
    ...(recipe === undefined ? {} : { recipe }),
    ...(attempt === undefined ? {} : { attempt }),
    ...(argv === undefined ? {} : { argv }),
    ...(target === "" ? {} : { target }),
    ...(backup === undefined ? {} : { backup }),
    ...(evidence === undefined ? {} : { evidence }),
    ...(proof === undefined ? {} : { proof }),
    ...(why === undefined ? {} : { why }),
    ...(exit === undefined ? {} : { exit }),
  };
};

const sizeOf = (value: unknown): number => JSON.stringify(value).length;

interface Shown {
  readonly incident: PageIncident;
  readonly leftOut: number;
}

const shownOf = (id: string, entries: readonly SeenEntry[]): Shown => {
  const leftOut = Math.max(0, entries.length - maxFirst - maxLast);
  const kept = leftOut === 0 ? entries : [...entries.slice(0, maxFirst), ...entries.slice(-maxLast)];
  const opened = entries.find(({ event }) => event === "incident.opened") ?? entries[0];
  const resolved = entries.findLast(({ event }) => event === "incident.resolved");
  return {
    incident: {
      id,
      check: entries.find(({ check }) => check !== undefined)?.check ?? "",
      openedAt: opened?.at ?? "",
      resolvedAt: resolved?.at ?? null,
      steps: kept.map(stepOf),
    },
    leftOut,
  };
};

/** The first of a list whose text together is short enough. */
const fitting = <Item>(items: readonly Item[], most: number): readonly Item[] => {
  let left = most;
  const end = items.findIndex((item) => {
    left -= sizeOf(item);
    return left < 0;
  });
  return end === -1 ? items : items.slice(0, end);
};

/** An incident that is open, as the state knows it. */
export interface KnownIncident {
  readonly id: string;
  readonly check: string;
  readonly openedAt: string;
}

/** Incidents that are open and whose lines aren't among these: older than they reach, or not to be read. */
const beyond = (open: readonly KnownIncident[], known: ReadonlyMap<string, unknown>): readonly Shown[] =>
  open.flatMap(({ id, check, openedAt }) =>
    known.has(id) ? [] : [{ incident: { id, check, openedAt, resolvedAt: null, steps: [] }, leftOut: 0 }],
  );

/** Incidents by id, each with its entries in order; the one whose first entry is newest, first. */
const grouped = (entries: readonly SeenEntry[]): ReadonlyMap<string, readonly SeenEntry[]> => {
  const groups = new Map<string, SeenEntry[]>();
  for (const entry of entries) {
    if (entry.incident === undefined) continue;
    const group = groups.get(entry.incident);
    if (group === undefined) groups.set(entry.incident, [entry]);
    else group.push(entry);
  }
  return new Map([...groups].toReversed());
};

/** Tells incidents from what belongs to none, within bounds that a page can hold. `open`: those that the state holds open. Pure. */
export const tell = (entries: readonly SeenEntry[], open: readonly KnownIncident[]): Told => {
  const groups = grouped(entries);
  const all = [...[...groups].map(([id, its]) => shownOf(id, its)), ...beyond(open, groups)];
  const shown = fitting(all.slice(0, maxIncidents), maxText);
  const others = entries.filter(({ incident }) => incident === undefined).toReversed();
  return {
    incidents: shown.map(({ incident }) => incident),
    olderIncidents: all.length - shown.length,
    others: fitting(others.slice(0, maxOthers).map(stepOf), maxOtherText),
    notes: shown.flatMap(({ incident: { id }, leftOut }) =>
      leftOut === 0 ? [] : [`incident ${id}: ${leftOut} steps are left out here: dogwatch log show --incident ${id}`],
    ),
  };
};
