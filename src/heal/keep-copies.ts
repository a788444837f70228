import type { Reading } from "../probes/probe.ts";
import { momentOf } from "../state/state.ts";
import { type HealContext, loadHeal, saveHeal, underLock } from "./context.ts";
import { createHands } from "./hands.ts";
import { type Keepable, keepGreen, withoutForgotten } from "./keep.ts";

/** Keeps copies of what ran green, of the files that recipes may put back. `readings`: of the checks that say so. */
export const keepCopies = async (
  context: HealContext,
  files: readonly Keepable[],
  readings: ReadonlyMap<string, Reading>,
): Promise<void> =>
  await underLock<void>(
    context,
    async () => {
      const { host, folder } = context;
      const heal = loadHeal(context);
      const now = { at: new Date(host.clock.nowMs()).toISOString(), moment: momentOf(host) };
      const hands = createHands(host);
      const before = withoutForgotten(heal.kept, files);
      const { kept, notes } = await keepGreen({
        host,
        hands,
        helperFolder: folder,
        files,
        readings,
        kept: before,
        now,
      });
      for (const note of notes) context.say(note);
      if (JSON.stringify(kept) !== JSON.stringify(heal.kept)) saveHeal(context, { ...heal, kept });
    },
    () => undefined,
  );
