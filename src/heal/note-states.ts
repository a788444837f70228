import { momentOf } from "../state/state.ts";
import { withState } from "../verdict/flap.ts";
import type { Judged } from "../verdict/judge.ts";
import type { HealContext } from "./context.ts";

/** Checks that some rule heals: only their flapping matters. */
const healable = ({ config }: HealContext): ReadonlySet<string> => new Set(config.heal.rules.flatMap(({ on }) => on));

/** Writes down what was seen of these checks, so that flapping shows. Nothing is written where no rule heals them. */
export const noteStates = (context: HealContext, states: ReadonlyMap<string, "g" | "r">): void => {
  const wanted = healable(context);
  const known = [...states].filter(([name]) => wanted.has(name));
  if (known.length === 0) return;
  const now = momentOf(context.host);
  context.journal.enter((book) => ({
    entries: [],
    book: {
      ...book,
      flaps: {
        ...book.flaps,
        ...Object.fromEntries(known.map(([name, state]) => [name, withState(book.flaps[name], state, now)])),
      },
    },
  }));
};

/** The red ones among these, as states. Pure. */
export const redOf = (judged: readonly Judged[]): ReadonlyMap<string, "g" | "r"> =>
  new Map(judged.flatMap(({ name, verdict }) => (verdict === "red" ? [[name, "r"] as const] : [])));
