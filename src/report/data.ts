import type { LogCheck } from "../log/checked.ts";
import type { SeenEntry } from "../log/seen-entry.ts";
import type { HourSums } from "../state/history.ts";
import type { CheckState, State } from "../state/state.ts";
import { tell } from "./incidents.ts";
import type { Page, PageCheck } from "./page.ts";
import { type CheckPast, maxCurved, pastsOf } from "./past.ts";

/** What a page is made from. */
export interface PageParts extends Pick<Page, "host" | "version" | "at" | "egress" | "silences" | "notes"> {
  readonly state: State;
  readonly isStale: boolean;
  /** Kind and card of the config's checks, by name, in its order. */
  readonly known: ReadonlyMap<string, { readonly kind: string; readonly card: string | null }>;
  /** The hours that are over, each once, oldest first. */
  readonly hours: Iterable<HourSums>;
  readonly log: { readonly entries: readonly SeenEntry[]; readonly isCut: boolean; readonly check: LogCheck };
}

const checkOf = (
  name: string,
  { verdict, evidence, since, ticks, because }: CheckState,
  known: { readonly kind: string; readonly card: string | null } | undefined,
  past: CheckPast,
): PageCheck => ({
  ...{ name, kind: known?.kind ?? "no longer in the config", verdict, evidence, since, ticks },
  ...(because === undefined ? {} : { because }),
  ...(known === undefined || known.card === null ? {} : { card: known.card }),
  ...past,
});

/** The checks of the last tick: in the order of the config, then those that it no longer has. */
const checksOf = ({ state, known, hours, at }: PageParts): readonly PageCheck[] => {
  const names = [...known.keys(), ...Object.keys(state.checks).filter((name) => !known.has(name))];
  const pasts = pastsOf(names, hours, state.history ?? [], at);
  return names.flatMap((name): PageCheck[] => {
    const [check, past] = [Object.hasOwn(state.checks, name) ? state.checks[name] : undefined, pasts.get(name)];
    return check === undefined || past === undefined ? [] : [checkOf(name, check, known.get(name), past)];
  });
};

/** That some checks have no curves, since there are too many. */
const curveNotes = (checks: readonly PageCheck[]): readonly string[] => {
  const curved = checks.filter(({ latencyMs, ready }) => latencyMs !== undefined || ready !== undefined).length;
  return curved < maxCurved ? [] : [`curves are shown of ${curved} checks at most`];
};

/** Puts a page together: all that it shows, as plain data. Pure. */
export const makePage = (parts: PageParts): Page => {
  const { host, version, at, state, isStale, log, egress, silences } = parts;
  const hasTicked = state.tick > 0;
  const checks = checksOf(parts);
  const { notes, ...told } = tell(log.entries, Object.values(state.incidents));
  const cut = log.isCut ? ["the log has more of the last 35 days than this page shows: dogwatch log show"] : [];
  return {
    ...{ host, version, at },
    tick: hasTicked ? { at: state.at, isStale } : null,
    verdict: hasTicked ? state.verdict : null,
    checks,
    ...told,
    log: log.check,
    ...{ egress, silences, outbox: state.outbox.length },
    notes: [...parts.notes, ...cut, ...curveNotes(checks), ...notes],
  };
};
