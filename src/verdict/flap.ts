import { elapsedS, type Moment } from "../state/state.ts";

/** The known states of one check, oldest first: `g` well, `r` red. Unknown is not a state. */
export interface FlapHistory {
  /** At most {@link flapWindow} letters. */
  readonly states: string;
  /** When the newest was first seen, or last counted. */
  readonly at: Moment;
  readonly isFlapping: boolean;
}

/** States that are weighed. Source: Nagios Core, "Detection and Handling of State Flapping". */
export const flapWindow = 21;
/** Known states without which nothing is judged. */
export const flapKnown = 12;
const startsAt = 20;
const endsBelow = 5;
/** A state that nobody contradicted stands for each period of the timer that has passed since, in seconds. */
const periodS = 300;

/**
 * How much a check flaps, in per cent: each change between neighbours counts 0.75 (the oldest) to 1.25 (the newest), over the 20 changes
 * that a full window can have. Pure.
 */
export const flapPercent = (states: string): number => {
  const missing = flapWindow - states.length;
  let sum = 0;
  for (let at = 1; at < states.length; at += 1)
    if (states[at] !== states[at - 1]) sum += 0.75 + (0.5 * (missing + at - 1)) / (flapWindow - 2);
  return (100 * sum) / (flapWindow - 1);
};

type Seen = Pick<FlapHistory, "states" | "isFlapping">;

/** One more state: flapping begins at 20 % and ends below 5 %; before `known` states nothing is judged. */
const after = ({ states, isFlapping }: Seen, state: string, known: number): Seen => {
  const now = `${states}${state}`.slice(-flapWindow);
  return {
    states: now,
    isFlapping: now.length >= known && flapPercent(now) >= (isFlapping ? endsBelow : startsAt),
  };
};

/**
 * The history with one more state, seen at `now`. A state stands for the time until the next one, period after period, so that a quiet day ends
 * the flapping; the same one again within half a period is no new one, so that nobody pushes the changes out of the window by asking often.
 * `known`: states without which nothing is judged; with 0 the time before the first one counts as steady. Pure.
 */
export const withState = (
  before: FlapHistory | undefined,
  state: "g" | "r",
  now: Moment,
  known: number = flapKnown,
): FlapHistory => {
  if (before === undefined) return { ...after({ states: "", isFlapping: false }, state, known), at: now };
  const last = before.states.at(-1) ?? state;
  const passedS = elapsedS(before.at, now);
  if (last === state && passedS < periodS / 2) return before;
  let seen: Seen = before;
  for (let left = Math.min(flapWindow, Math.floor(passedS / periodS) - 1); left > 0; left -= 1)
    seen = after(seen, last, known);
  return { ...after(seen, state, known), at: now };
};
