import { type Silence, silenceOf, silenceText } from "../state/silence.ts";
import type { Reasoned } from "./decide.ts";
import { reasonText } from "./reason.ts";

/** Each check with what is told of it and why, in words; a silence with its own. Pure. */
export const saidOf = (
  reasons: readonly Reasoned[],
  silences: readonly Silence[],
): readonly { readonly check: string; readonly tells: string | null; readonly why: string }[] =>
  reasons.map(({ check, tells, reason }) => {
    const silence = reason.name === "silenced" ? silenceOf(silences, check) : undefined;
    return { check, tells, why: silence === undefined ? reasonText(reason) : `silenced: ${silenceText(silence)}` };
  });
