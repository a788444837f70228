import type { Reading } from "../probes/probe.ts";
import { createHands } from "./hands.ts";
import { type Keepable, keepGreen, withoutForgotten } from "./keep.ts";
import { loadHeal, momentOf, saveHeal, type Theatre, underLock } from "./theatre.ts";

/** Keeps copies of what ran green, of the files that recipes may put back. `readings`: of the checks that say so. */
export const keepCopies = async (
  theatre: Theatre,
  files: readonly Keepable[],
  readings: ReadonlyMap<string, Reading>,
): Promise<void> =>
  await underLock<void>(
    theatre,
    async () => {
      const { host, folder } = theatre;
      const heal = loadHeal(theatre);
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
      for (const note of notes) theatre.say(note);
      if (JSON.stringify(kept) !== JSON.stringify(heal.kept)) saveHeal(theatre, { ...heal, kept });
    },
    () => undefined,
  );
