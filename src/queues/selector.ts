import { anchored, type LabelMatcher, type Selector } from "../config/selector.ts";
import { labelOf, labelsKey } from "./exposition-labels.ts";
import type { Sample } from "./exposition-scan.ts";

type Fits = (labels: readonly string[]) => boolean;

const matcherOf = ({ label, op, value }: LabelMatcher): Fits => {
  const pattern = op === "=~" || op === "!~" ? anchored(value) : undefined;
  const isWanted = op === "=" || op === "=~";
  return (labels) => {
    const found = labelOf(labels, label) ?? "";
    return (pattern === undefined ? found === value : pattern.test(found)) === isWanted;
  };
};

/**
 * The values of the series that a selector means, each series once: where one stands in several lines, the last counts. Empty when there is
 * none. Never throws on a selector that the config has taken.
 */
export const valuesOf = (samples: readonly Sample[], { metric, matchers }: Selector): readonly number[] => {
  const fits = matchers.map(matcherOf);
  const values = new Map<string, number>();
  for (const { name, labels, value } of samples)
    if (name === metric && fits.every((each) => each(labels))) values.set(labelsKey(labels), value);
  return [...values.values()];
};
