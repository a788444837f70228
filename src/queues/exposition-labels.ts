import { readName, readQuoted, type Sample, type Scan, skipBlanks } from "./exposition-scan.ts";

/** Labels as they stand: name, value, name, value. `name`: the metric's own, where it stands in quotes among them. */
export interface LabelBlock {
  readonly name: string | undefined;
  readonly labels: readonly string[];
}

const quoteMark = 34;
const comma = 44;
const equals = 61;
const braceOpen = 123;
const braceClose = 125;
const fewLabels = 16;

const fails = (scan: Scan, why: string): undefined => {
  scan.why = why;
  return undefined;
};

const nextIs = (scan: Scan, code: number): boolean => scan.text.charCodeAt(scan.at) === code;

const skipInside = (scan: Scan): void => {
  if (!scan.isStrict) skipBlanks(scan);
};

const readValue = (scan: Scan, name: string): string | undefined => {
  scan.at += 1;
  skipInside(scan);
  if (!nextIs(scan, quoteMark)) return fails(scan, `the value of the label "${name}" is not in quotes`);
  return readQuoted(scan);
};

/** What has been read of a block. `names` is there once the labels are too many to look through one by one. */
interface Collected {
  name: string | undefined;
  readonly labels: string[];
  names: Set<string> | undefined;
}

const hasLabel = (into: Collected, name: string): boolean => {
  const { labels } = into;
  if (labels.length < 2 * fewLabels) {
    for (let at = 0; at < labels.length; at += 2) if (labels[at] === name) return true;
    return false;
  }
  into.names ??= new Set(labels.filter((_, at) => at % 2 === 0));
  if (into.names.has(name)) return true;
  into.names.add(name);
  return false;
};

const takeMetricName = (scan: Scan, into: Collected, name: string): boolean => {
  if (name === "") scan.why = "a metric's name is empty";
  else if (into.name !== undefined) scan.why = "two metric names in one line";
  else into.name = name;
  return scan.why === "";
};

/** One label, or the metric's name in quotes. False with `why` when it is neither. */
const readEntry = (scan: Scan, into: Collected): boolean => {
  const isQuoted = nextIs(scan, quoteMark);
  const name = isQuoted ? readQuoted(scan) : readName(scan, true);
  if (name === undefined) return false;
  if (name === "" && !isQuoted) return fails(scan, "a label's name is wrong or missing") ?? false;
  skipInside(scan);
  if (!nextIs(scan, equals))
    return isQuoted
      ? takeMetricName(scan, into, name)
      : (fails(scan, `"=" is missing after the label "${name}"`) ?? false);
  if (name === "" || name === "__name__") return fails(scan, `a label can't be named "${name}"`) ?? false;
  if (hasLabel(into, name)) return fails(scan, `the label "${name}" stands twice`) ?? false;
  const value = readValue(scan, name);
  if (value === undefined) return false;
  into.labels.push(name, value);
  return true;
};

/** What stands between braces; the scan is at the opening one. Undefined with `why` when it isn't well formed. */
export const readLabels = (scan: Scan): LabelBlock | undefined => {
  const into: Collected = { name: undefined, labels: [], names: undefined };
  scan.at += 1;
  skipInside(scan);
  let mayEnd = true;
  while (!(mayEnd && nextIs(scan, braceClose))) {
    if (!readEntry(scan, into)) return undefined;
    skipInside(scan);
    mayEnd = true;
    if (nextIs(scan, braceClose)) break;
    if (!nextIs(scan, comma)) return fails(scan, 'expected "," or "}" after a label');
    scan.at += 1;
    // A name in quotes is younger than OpenMetrics 1.0, and its writers put a blank behind the comma.
    if (into.name === undefined) skipInside(scan);
    else skipBlanks(scan);
    mayEnd = !scan.isStrict;
  }
  scan.at += 1;
  return { name: into.name, labels: into.labels };
};

const noLabels: LabelBlock = { name: undefined, labels: [] };

/** A metric's name, before its braces or in quotes among its labels, and these. Undefined with `why` when it isn't well formed. */
export const readSeries = (scan: Scan): Pick<Sample, "name" | "labels"> | undefined => {
  const given = readName(scan, false);
  skipInside(scan);
  const block = nextIs(scan, braceOpen) ? readLabels(scan) : noLabels;
  if (block === undefined) return undefined;
  if (given !== "" && block.name !== undefined) return fails(scan, "two metric names in one line");
  const name = given === "" ? block.name : given;
  return name === undefined ? fails(scan, "the metric's name is wrong or missing") : { name, labels: block.labels };
};

/** The value of a label in a flat list. Undefined when it isn't there. */
export const labelOf = (labels: readonly string[], name: string): string | undefined => {
  for (let at = 0; at < labels.length; at += 2) if (labels[at] === name) return labels[at + 1];
  return undefined;
};

/** Labels as one text that is the same for the same labels in any order; `without` is left out. */
export const labelsKey = (labels: readonly string[], without?: string): string => {
  const pairs: string[] = [];
  for (let at = 0; at < labels.length; at += 2) {
    const name = labels[at] ?? "";
    const value = labels[at + 1] ?? "";
    if (name !== without) pairs.push(`${name.length}:${name}${value.length}:${value}`);
  }
  return pairs.length > 1 ? pairs.sort().join("") : (pairs[0] ?? "");
};
