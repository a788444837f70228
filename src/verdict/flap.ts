import { elapsedS, type Moment } from "../state/state.ts";

/** The known states of one check, oldest first: `g` well, `r` red. Unknown is not a state. */
export interface FlapHistory {
  /** At most {@link flapWindow} letters. */
  readonly states: string;
  /** When the newest was seen. */
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
/** The same state again sooner than this tells nothing new: else whoever asks often enough could talk a flapping check quiet. */
const repeatS = periodS / 2;

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

/** The history with one more state, seen at `now`. Flapping begins at 20 % and ends below 5 %; before 12 known states nothing is judged. Pure. */
export const withState = (before: FlapHistory | undefined, state: "g" | "r", now: Moment): FlapHistory => {
  if (before?.states.at(-1) === state && elapsedS(before.at, now) < repeatS) return before;
  const passed = before === undefined ? 0 : Math.floor(elapsedS(before.at, now) / periodS) - 1;
  const last = before?.states.at(-1) ?? "";
  const filled = `${before?.states ?? ""}${last.repeat(Math.min(Math.max(0, passed), flapWindow))}${state}`;
  const states = filled.slice(-flapWindow);
  const percent = flapPercent(states);
  const isFlapping = states.length >= flapKnown && percent >= (before?.isFlapping === true ? endsBelow : startsAt);
  return { states, at: now, isFlapping };
};
