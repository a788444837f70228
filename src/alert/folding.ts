import type { Judged } from "../verdict/judge.ts";

/** By check name: what it needs. */
export type Needs = Readonly<Record<string, readonly string[]>>;

/** The nearest check that this one needs, directly or through others, for which `is` holds. A circle ends. Pure. */
export const needWhich = (name: string, needs: Needs, is: (need: string) => boolean): string | undefined => {
  const queue = [...(needs[name] ?? [])];
  const seen = new Set([name]);
  for (const need of queue) {
    if (seen.has(need)) continue;
    seen.add(need);
    if (is(need)) return need;
    queue.push(...(needs[need] ?? []));
  }
  return undefined;
};

/** The red check at the top of what a check is folded under: it speaks for all of them. Itself, where it isn't folded. Pure. */
export const rootOf = (name: string, judged: ReadonlyMap<string, Judged>): string => {
  let root = name;
  for (const seen = new Set<string>(); !seen.has(root); ) {
    seen.add(root);
    root = judged.get(root)?.because ?? root;
  }
  return root;
};
