import { isHelperTrouble } from "../heal/ask.ts";
import type { Illness } from "../state/illness.ts";
import { exits } from "./cli.ts";
import type { HeldConfig } from "./daemon-config.ts";

const reload = "sudo systemctl reload dogwatch-daemon.service";

/**
 * What ails the watchdog after a daemon's tick that ended so: a config that the last reload refused, or that was not read yet, explains a root helper
 * that reads the file each time and refuses; else the tick's own illness. Undefined: it is well. Pure.
 */
export const illnessAfter = (
  { exit, why = "a tick failed" }: { readonly exit: number; readonly why?: string | undefined },
  held: Pick<HeldConfig, "refused" | "notes">,
): Illness | undefined => {
  const isExplained = exit === exits.done || isHelperTrouble(why);
  const refused = held.refused();
  if (isExplained && refused !== undefined) return { exit: exits.config, why: refused };
  const [note] = held.notes();
  if (exit === exits.done) return undefined;
  return isExplained && note !== undefined
    ? { exit, why: `${note}, and the root helper heals nothing until then; run: ${reload}` }
    : { exit, why };
};
