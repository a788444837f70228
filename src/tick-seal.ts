import { nowOf, type Run } from "./run.ts";
import type { State } from "./state/state.ts";

/**
 * Has the heal log sealed once on each UTC day, on a quiet one too. Gives what the state remembers of it: where it fails, the next tick asks again, and the helper
 * says why. Never throws.
 */
export const sealDaily = async (run: Run, { sealed }: Pick<State, "sealed">): Promise<State["sealed"]> => {
  const today = nowOf(run).at.slice(0, 10);
  if (run.isDryRun || sealed?.on === today) return sealed;
  const done = await run.helper.seal();
  return done.kind === "failed" ? sealed : { on: today, seal: done.seal };
};
