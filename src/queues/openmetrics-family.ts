import { labelOf, labelsKey } from "./exposition-labels.ts";
import { parseNumber, type Sample } from "./exposition-scan.ts";
import { addToHistogram, type Buckets, histogramFault } from "./openmetrics-histogram.ts";

/** A metric family while its lines are read. */
export interface Family {
  readonly name: string;
  readonly meta: { TYPE?: string; HELP?: string; UNIT?: string };
  /** Names that its samples may have. */
  names: readonly string[];
  hasSamples: boolean;
  /** The metric that the last sample was of, and all there were. */
  group: string | undefined;
  readonly groups: Set<string>;
  timestamp: number | undefined;
  /** Series of this metric at this timestamp. */
  readonly series: Set<string>;
  buckets: Buckets | undefined;
}

/** A sample as it is read. */
export interface FamilySample extends Sample {
  readonly timestamp: number | undefined;
  readonly hasExemplar: boolean;
}

const suffixes: Readonly<Record<string, readonly string[]>> = {
  counter: ["_total", "_created"],
  gauge: [""],
  histogram: ["_count", "_sum", "_bucket", "_created"],
  gaugehistogram: ["_gcount", "_gsum", "_bucket"],
  stateset: [""],
  info: ["_info"],
  summary: ["", "_count", "_sum", "_created"],
  unknown: [""],
};

/** A family that begins. */
export const beginFamily = (name: string): Family => ({
  name,
  meta: {},
  names: [name],
  hasSamples: false,
  group: undefined,
  groups: new Set(),
  timestamp: undefined,
  series: new Set(),
  buckets: undefined,
});

const typeFault = (family: Family, type: string): string | undefined => {
  const known = Object.hasOwn(suffixes, type) ? suffixes[type] : undefined;
  if (known === undefined) return `the TYPE of "${family.name}" is none that exists`;
  family.names = known.map((suffix) => family.name + suffix);
  return undefined;
};

const unitFault = ({ name, meta }: Family): string | undefined => {
  const { UNIT: unit = "", TYPE: type = "" } = meta;
  if (unit === "") return undefined;
  if (!name.endsWith(`_${unit}`)) return `the UNIT of "${name}" is not the end of its name`;
  return type === "info" || type === "stateset" ? `"${name}" can't have a UNIT, as its TYPE is ${type}` : undefined;
};

/** Takes one metadata line into a family; gives what is wrong with it. Never throws. Source: OpenMetrics 1.0, "MetricFamily". */
export const addMeta = (family: Family, word: "TYPE" | "HELP" | "UNIT", text: string): string | undefined => {
  if (family.hasSamples) return `${word} of "${family.name}" stands after its samples`;
  if (family.meta[word] !== undefined) return `a second ${word} for "${family.name}"`;
  family.meta[word] = text;
  return (word === "TYPE" ? typeFault(family, text) : undefined) ?? unitFault(family);
};

/** The label that tells the samples of one metric apart. */
const partLabel = (family: Family, suffix: string): string | undefined => {
  const { TYPE: type } = family.meta;
  if (suffix === "_bucket") return "le";
  if (type === "stateset") return family.name;
  return type === "summary" && suffix === "" ? "quantile" : undefined;
};

const boundFault = (label: string, bound: string | undefined): string | undefined => {
  const number = bound === undefined ? undefined : parseNumber(bound);
  if (number === undefined || Number.isNaN(number)) return `the label "${label}" is missing or no number`;
  if (number === Number.POSITIVE_INFINITY && bound !== "+Inf")
    return `the label "${label}" is infinite, but not "+Inf"`;
  return label === "quantile" && !(number >= 0 && number <= 1) ? 'the label "quantile" is not from 0 to 1' : undefined;
};

const counted: ReadonlySet<string> = new Set(["_total", "_sum", "_count", "_bucket", "_gcount", "_gsum"]);
const whole: ReadonlySet<string> = new Set(["_bucket", "_count", "_gcount"]);

const valueFault = (family: Family, suffix: string, { name, value }: FamilySample): string | undefined => {
  const { TYPE: type } = family.meta;
  if (type === "stateset" && value !== 0 && value !== 1) return `"${name}" is a stateset, and neither 0 nor 1`;
  if (type === "info" && value !== 1) return `"${name}" is an info, and not 1`;
  if (type === "summary" && suffix === "" && value < 0) return `"${name}" is below zero`;
  if (!counted.has(suffix)) return undefined;
  if (Number.isNaN(value)) return `"${name}" counts, and is NaN`;
  if (value < 0 && suffix !== "_gsum") return `"${name}" counts, and is below zero`;
  return whole.has(suffix) && !Number.isInteger(value) ? `"${name}" counts, and is not a whole number` : undefined;
};

const exemplarFault = ({ meta }: Family, suffix: string, sample: FamilySample): string | undefined => {
  if (!sample.hasExemplar) return undefined;
  const { TYPE: type = "unknown" } = meta;
  const mayHave = (type === "counter" && suffix === "_total") || (type.endsWith("histogram") && suffix === "_bucket");
  return mayHave ? undefined : `"${sample.name}" can't have an exemplar`;
};

/** Whether this sample may stand behind the one before it, by metric and timestamp alone. */
const sequenceFault = (family: Family, sample: FamilySample, group: string): string | undefined => {
  const { timestamp } = sample;
  if (group !== family.group)
    return family.groups.has(group) ? `"${sample.name}" comes again after samples of other labels` : undefined;
  if ((timestamp === undefined) !== (family.timestamp === undefined))
    return `samples of "${family.name}" with and without a timestamp stand together`;
  const isBack = timestamp !== undefined && timestamp < (family.timestamp ?? timestamp);
  return isBack && family.meta.TYPE !== "info" ? `timestamps of "${family.name}" go backwards` : undefined;
};

/** Metrics of a family stand together, each in the order of its timestamps; nothing stands twice. */
const orderFault = (family: Family, sample: FamilySample, part: string | undefined): string | undefined => {
  const isInfo = family.meta.TYPE === "info";
  const group = isInfo ? "" : labelsKey(sample.labels, part);
  const { timestamp } = sample;
  const why = sequenceFault(family, sample, group);
  if (why !== undefined) return why;
  if (group !== family.group || timestamp !== family.timestamp) family.series.clear();
  const labels = part === undefined ? "" : labelOf(sample.labels, part);
  const series = `${sample.name} ${isInfo ? labelsKey(sample.labels) : labels}`;
  const isTwice = family.series.has(series);
  family.series.add(series);
  family.group = group;
  family.groups.add(group);
  family.timestamp = timestamp;
  return isTwice && timestamp === undefined ? `"${sample.name}" stands twice with the same labels` : undefined;
};

const histogramStep = (family: Family, suffix: string, sample: FamilySample, isSame: boolean): string | undefined => {
  if (family.meta.TYPE?.endsWith("histogram") !== true) return undefined;
  const ended = isSame ? undefined : histogramFault(family.name, family.buckets);
  if (ended !== undefined) return ended;
  const step = addToHistogram(isSame ? family.buckets : undefined, suffix, sample);
  if ("why" in step) return step.why;
  family.buckets = step;
  return undefined;
};

/** Takes one sample into its family; gives what is wrong with it. Never throws. Source: OpenMetrics 1.0, "Metric Types". */
export const addSample = (family: Family, sample: FamilySample): string | undefined => {
  const suffix = sample.name.slice(family.name.length);
  const part = partLabel(family, suffix);
  if (part === family.name && part !== undefined && labelOf(sample.labels, part) === undefined)
    return `"${sample.name}" is a stateset without the label "${part}"`;
  const bound = part === "le" || part === "quantile" ? boundFault(part, labelOf(sample.labels, part)) : undefined;
  const why = bound ?? valueFault(family, suffix, sample) ?? exemplarFault(family, suffix, sample);
  if (why !== undefined) return why;
  const { group, timestamp, hasSamples } = family;
  const order = orderFault(family, sample, part);
  if (order !== undefined) return order;
  family.hasSamples = true;
  const isSame = hasSamples && group === family.group && timestamp === family.timestamp;
  return histogramStep(family, suffix, sample, isSame);
};

/** Ends a family: its last histogram must be whole, and its names not taken. Never throws. Source: OpenMetrics 1.0, "MetricFamily". */
export const endFamily = (family: Family, taken: Set<string>): string | undefined => {
  for (const name of [family.name, ...family.names]) {
    if (taken.has(name) && name !== family.name) return `"${name}" is a name of another family too`;
    taken.add(name);
  }
  return histogramFault(family.name, family.buckets);
};
