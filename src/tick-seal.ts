import type { Recalled } from "./recall.ts";
import { nowOf, type Run } from "./run.ts";
import type { State } from "./state/state.ts";

/** The socket was stopped or masked: somebody's decision against heals, and no illness of a tick that has nothing else to ask. */
const isHelperStopped = ({ host, paths }: Run): boolean => {
  const stat = paths.socket === null ? undefined : host.files.stat(paths.socket);
  return stat !== undefined && "kind" in stat && stat.code === "ENOENT";
};

/**
 * Has the heal log sealed once on each UTC day, on a quiet one too. Gives what the state remembers of it: where it fails, the next tick asks again, and the helper
 * says why. Never throws.
 */
export const sealDaily = async (run: Run, { state: { sealed }, remark }: Recalled): Promise<State["sealed"]> => {
  const today = nowOf(run).at.slice(0, 10);
  if (run.isDryRun || sealed?.on === today) return sealed;
  if (isHelperStopped(run)) {
    remark(
      "the heal log is not sealed today: the heal helper is stopped; run: sudo systemctl enable --now dogwatch-heal.socket (masked: unmask it first)",
    );
    return sealed;
  }
  const done = await run.helper.seal();
  return done.kind === "failed" ? sealed : { on: today, seal: done.seal };
};
