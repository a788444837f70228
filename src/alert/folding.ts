import type { Judged } from "../verdict/judge.ts";
import { needWhich } from "../verdict/needs.ts";

/** By check name: what it needs. */
export type Needs = Readonly<Record<string, readonly string[]>>;

/** The nearest check that this one needs, directly or through others, for which `is` holds. Pure. */
export const nearestNeed = (name: string, needs: Needs, is: (need: string) => boolean): string | undefined =>
  needWhich(name, (each) => needs[each] ?? [], is);

/** The red check at the top of what a check is folded under: it speaks for all of them. Itself, where it isn't folded. Pure. */
export const rootOf = (name: string, judged: ReadonlyMap<string, Judged>): string => {
  let root = name;
  for (const seen = new Set<string>(); !seen.has(root); ) {
    seen.add(root);
    root = judged.get(root)?.because ?? root;
  }
  return root;
};
