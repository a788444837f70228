/** Lets so many through at once, the others in their order. */
export type Gate = <Done>(work: () => Promise<Done>) => Promise<Done>;

/** Makes a gate for `most` at once. What `work` rejects with goes to its own caller; the next one is let in all the same. */
export const createGate = (most: number): Gate => {
  const waiting: (() => void)[] = [];
  let inside = 0;
  return async (work) => {
    if (inside >= most) await new Promise<void>((resolve) => waiting.push(resolve));
    else inside += 1;
    try {
      return await work();
    } finally {
      const next = waiting.shift();
      // Whoever is next takes this place over, so nobody slips in between.
      if (next === undefined) inside -= 1;
      else next();
    }
  };
};
