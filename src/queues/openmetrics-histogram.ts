import { labelOf } from "./exposition-labels.ts";
import { parseNumber, type Sample } from "./exposition-scan.ts";

/** What has been read of one histogram at one timestamp. */
export interface Buckets {
  readonly bound: number | undefined;
  readonly inLast: number;
  readonly count: number | undefined;
  readonly hasSum: boolean;
  readonly hasGsum: boolean;
  readonly isGsumNegative: boolean;
  readonly hasNegativeBound: boolean;
}

const none: Buckets = {
  bound: undefined,
  inLast: 0,
  count: undefined,
  hasSum: false,
  hasGsum: false,
  isGsumNegative: false,
  hasNegativeBound: false,
};

const addBucket = (buckets: Buckets, { name, labels, value }: Sample): Buckets | { readonly why: string } => {
  const bound = parseNumber(labelOf(labels, "le") ?? "") ?? Number.NaN;
  if (buckets.bound !== undefined && bound <= buckets.bound) return { why: `buckets of "${name}" are out of order` };
  if (value < buckets.inLast) return { why: `a bucket of "${name}" holds less than the one before it` };
  return { ...buckets, bound, inLast: value, hasNegativeBound: buckets.hasNegativeBound || bound < 0 };
};

/** One more sample of a histogram; `buckets` undefined: the first. Never throws. Source: OpenMetrics 1.0, "Histogram". */
export const addToHistogram = (
  buckets: Buckets | undefined,
  suffix: string,
  sample: Sample,
): Buckets | { readonly why: string } => {
  const before = buckets ?? none;
  switch (suffix) {
    case "_bucket":
      return addBucket(before, sample);
    case "_count":
    case "_gcount":
      return { ...before, count: sample.value };
    case "_sum":
      return { ...before, hasSum: true };
    case "_gsum":
      return { ...before, hasGsum: true, isGsumNegative: sample.value < 0 };
    default:
      return before;
  }
};

/** What is wrong with a histogram that has ended; undefined when it is whole, or there was none. Never throws. Source: OpenMetrics 1.0, "Histogram" and "GaugeHistogram". */
export const histogramFault = (name: string, buckets: Buckets | undefined): string | undefined => {
  if (buckets === undefined) return undefined;
  const { bound, inLast, count, hasSum, hasGsum, isGsumNegative, hasNegativeBound } = buckets;
  if (bound !== Number.POSITIVE_INFINITY) return `the histogram "${name}" has no bucket le="+Inf" at its end`;
  if (count !== undefined && count !== inLast) return `the count of "${name}" is not that of its bucket le="+Inf"`;
  if ((hasSum || hasGsum) !== (count !== undefined)) return `the histogram "${name}" has only one of count and sum`;
  if (hasNegativeBound && hasSum) return `the histogram "${name}" has buckets below zero, so it can't have a sum`;
  return !hasNegativeBound && isGsumNegative
    ? `the sum of "${name}" is below zero, and none of its buckets is`
    : undefined;
};
