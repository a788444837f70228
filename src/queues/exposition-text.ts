import { labelOf, readSeries } from "./exposition-labels.ts";
import {
  type ExpositionFault,
  faultAt,
  isLineEnd,
  parseNumber,
  readMetaName,
  readToken,
  restOfLine,
  type Sample,
  type Scan,
  sizeFault,
  skipBlanks,
} from "./exposition-scan.ts";

interface Family {
  type: string | undefined;
  hasHelp: boolean;
  hasSamples: boolean;
}

const types: ReadonlySet<string> = new Set([
  "counter",
  "gauge",
  "histogram",
  "summary",
  "untyped",
  "gaugehistogram",
  "gauge_histogram",
]);
const histograms: ReadonlySet<string> = new Set(["histogram", "gaugehistogram", "gauge_histogram"]);

/** What is read of a text so far. */
interface Read {
  readonly scan: Scan;
  readonly families: Map<string, Family>;
  readonly samples: Sample[];
  readonly names: ReadonlySet<string> | undefined;
}

const familyNamed = (families: Map<string, Family>, name: string): Family => {
  const known = families.get(name);
  if (known !== undefined) return known;
  const made: Family = { type: undefined, hasHelp: false, hasSamples: false };
  families.set(name, made);
  return made;
};

const stemOf = (name: string): string => {
  if (name.endsWith("_count")) return name.slice(0, -6);
  if (name.endsWith("_sum")) return name.slice(0, -4);
  return name.endsWith("_bucket") ? name.slice(0, -7) : "";
};

/** The family that a sample belongs to: its own name's, or that of a summary or histogram which it is a part of. */
const familyOf = (families: Map<string, Family>, name: string): Family => {
  const own = families.get(name);
  if (own !== undefined) return own;
  const stem = stemOf(name);
  const whole = stem === "" ? undefined : families.get(stem);
  const isPart =
    whole?.type !== undefined &&
    (histograms.has(whole.type) || (whole.type === "summary" && !name.endsWith("_bucket")));
  return isPart ? whole : familyNamed(families, name);
};

const typeFault = (family: Family, name: string, type: string): string | undefined => {
  if (family.type !== undefined) return `a second TYPE for "${name}"`;
  if (family.hasSamples) return `the TYPE of "${name}" stands after its samples`;
  if (!types.has(type)) return `the TYPE of "${name}" is none that exists`;
  family.type = type;
  return undefined;
};

/** A line that begins with `#`: `HELP` and `TYPE` count, all else is a comment. */
const readComment = ({ scan, families }: Read): string | undefined => {
  scan.at += 1;
  skipBlanks(scan);
  const word = readToken(scan);
  skipBlanks(scan);
  if ((word !== "HELP" && word !== "TYPE") || isLineEnd(scan)) return void restOfLine(scan);
  const name = readMetaName(scan);
  if (name === undefined) return scan.why;
  if (name === "" || !(isLineEnd(scan) || /[ \t]/u.test(scan.text[scan.at] ?? "")))
    return `the name after ${word} is wrong`;
  skipBlanks(scan);
  const rest = restOfLine(scan);
  if (rest === "") return undefined;
  const family = familyNamed(families, name);
  if (word === "TYPE") return typeFault(family, name, rest.trimEnd());
  if (family.hasHelp) return `a second HELP for "${name}"`;
  family.hasHelp = true;
  return undefined;
};

const maxInt64 = 2 ** 63;

const readTimestamp = (scan: Scan): string | undefined => {
  skipBlanks(scan);
  if (isLineEnd(scan)) return undefined;
  const token = readToken(scan);
  if (!/^[+-]?\d+$/u.test(token) || Math.abs(Number(token)) > maxInt64) return "the timestamp is not a whole number";
  skipBlanks(scan);
  return isLineEnd(scan) ? undefined : "there is something after the timestamp";
};

const partFault = (
  family: Family,
  { name, labels }: Pick<Sample, "name" | "labels">,
  value: number,
): string | undefined => {
  const { type = "" } = family;
  const isHistogram = histograms.has(type);
  if (!isHistogram && type !== "summary") return undefined;
  const key = isHistogram ? "le" : "quantile";
  const bound = labelOf(labels, key);
  if (bound !== undefined && parseNumber(bound) === undefined) return `the label "${key}" is not a number`;
  if (!isHistogram || value >= 0 || !/_(?:count|bucket)$/u.test(name)) return undefined;
  return Number.isNaN(value) ? undefined : `"${name}" is below zero`;
};

const readSample = ({ scan, families, samples, names }: Read): string | undefined => {
  const series = readSeries(scan);
  if (series === undefined) return scan.why;
  const { name, labels } = series;
  skipBlanks(scan);
  const token = readToken(scan);
  const value = parseNumber(token);
  if (value === undefined) return token === "" ? `"${name}" has no value` : `the value of "${name}" is not a number`;
  const family = familyOf(families, name);
  const why = readTimestamp(scan) ?? partFault(family, series, value);
  if (why !== undefined) return why;
  family.hasSamples = true;
  if (names === undefined || names.has(name)) samples.push({ name, labels, value });
  return undefined;
};

/**
 * Reads Prometheus text format 0.0.4; at the first line that is wrong it stops. Families may be mixed, as the format allows.
 * `isWhole`: the last line may lack its newline. `names`: whose samples are kept. Never throws. Source: Prometheus "Exposition formats", text-based format 0.0.4.
 */
export const readTextFormat = (
  text: string,
  isWhole: boolean,
  names: ReadonlySet<string> | undefined,
): readonly Sample[] | ExpositionFault => {
  const scan: Scan = { text, isStrict: false, at: 0, why: "" };
  const read: Read = { scan, families: new Map(), samples: [], names };
  let nth = 0;
  for (let line = 1; scan.at < text.length; line += 1) {
    skipBlanks(scan);
    if (!isLineEnd(scan)) {
      nth += 1;
      const why = sizeFault(scan, nth) ?? (text[scan.at] === "#" ? readComment(read) : readSample(read));
      if (why !== undefined) return faultAt(line, why);
      if (scan.at >= text.length && !isWhole)
        return faultAt(line, "the last line does not end with a newline: the text is cut");
    }
    scan.at += 1;
  }
  return read.samples;
};
