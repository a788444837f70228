import { readLabels, readSeries } from "./exposition-labels.ts";
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
} from "./exposition-scan.ts";
import { addMeta, addSample, beginFamily, endFamily, type Family, type FamilySample } from "./openmetrics-family.ts";

/** What is read of a text so far. `line` is the one that is being read. */
interface Read {
  readonly scan: Scan;
  readonly samples: Sample[];
  readonly names: ReadonlySet<string> | undefined;
  readonly taken: Set<string>;
  family: Family | undefined;
  line: number;
}

type Why = string | undefined;

/** True, and one blank further, where exactly one blank stands and more comes after it. */
const skipOne = (scan: Scan): boolean => {
  if (scan.text.charCodeAt(scan.at) !== 32) return false;
  scan.at += 1;
  return true;
};

const takenFault = ({ family, taken }: Read, name: string): Why => {
  if (!taken.has(name)) return undefined;
  if (family?.name !== name || family.names.includes(name))
    return `"${name}" comes again, or is a name of another family`;
  const names = family.names.map((each) => `"${each}"`).join(" or ");
  return `"${name}" is a ${family.meta.TYPE ?? "family"}: its samples are named ${names}`;
};

const begin = (read: Read, name: string): ExpositionFault | Family => {
  const ended = read.family === undefined ? undefined : endFamily(read.family, read.taken);
  if (ended !== undefined) return faultAt(read.line - 1, ended);
  const isTaken = takenFault(read, name);
  if (isTaken !== undefined) return faultAt(read.line, isTaken);
  read.family = beginFamily(name, read.family);
  return read.family;
};

const isWord = (word: string): word is "TYPE" | "HELP" | "UNIT" =>
  word === "TYPE" || word === "HELP" || word === "UNIT";

const wrongMeta = "expected # TYPE, # HELP or # UNIT with a name and a text, or # EOF";

const readMeta = (read: Read): ExpositionFault | Why => {
  const { scan } = read;
  scan.at += 1;
  const word = skipOne(scan) ? readToken(scan) : "";
  if (!isWord(word) || !skipOne(scan)) return wrongMeta;
  const name = readMetaName(scan);
  if (name === undefined || name === "" || !skipOne(scan)) return wrongMeta;
  const rest = restOfLine(scan);
  const family = read.family?.name === name ? read.family : begin(read, name);
  return "kind" in family ? family : addMeta(family, word, rest);
};

const readFinite = (scan: Scan): number | undefined => {
  const number = parseNumber(readToken(scan));
  return number !== undefined && Number.isFinite(number) ? number : undefined;
};

const maxExemplarPoints = 128;

const exemplarLabels = (scan: Scan): Why => {
  scan.at += 1;
  const block = skipOne(scan) && scan.text[scan.at] === "{" ? readLabels(scan) : undefined;
  if (block === undefined) return scan.why === "" ? "the exemplar has no labels" : `in the exemplar: ${scan.why}`;
  if (block.name !== undefined) return "the exemplar has a name";
  const isLong =
    block.labels.join("").length > maxExemplarPoints && [...block.labels.join("")].length > maxExemplarPoints;
  return isLong ? `the exemplar's labels are longer than ${maxExemplarPoints} characters` : undefined;
};

const readExemplar = (scan: Scan): Why => {
  const wrong = exemplarLabels(scan);
  if (wrong !== undefined) return wrong;
  if (!skipOne(scan) || parseNumber(readToken(scan)) === undefined) return "the exemplar's value is not a number";
  if (isLineEnd(scan)) return undefined;
  return skipOne(scan) && readFinite(scan) !== undefined && isLineEnd(scan)
    ? undefined
    : "the exemplar's timestamp is not a number";
};

/** What stands after the value: a timestamp, an exemplar, both or none. */
const readTail = (scan: Scan): { timestamp: number | undefined; hasExemplar: boolean } | string => {
  let timestamp: number | undefined;
  if (isLineEnd(scan)) return { timestamp, hasExemplar: false };
  if (!skipOne(scan)) return "expected one blank after the value";
  if (scan.text[scan.at] !== "#") {
    timestamp = readFinite(scan);
    if (timestamp === undefined) return "the timestamp is not a number";
    if (isLineEnd(scan)) return { timestamp, hasExemplar: false };
    if (!skipOne(scan) || scan.text[scan.at] !== "#") return "there is something after the timestamp";
  }
  const wrong = readExemplar(scan);
  return wrong ?? { timestamp, hasExemplar: true };
};

const readLine = (scan: Scan): FamilySample | string => {
  const series = readSeries(scan);
  if (series === undefined) return scan.why;
  const { name, labels } = series;
  if (!skipOne(scan)) return `expected one blank and a value after "${name}"`;
  const value = parseNumber(readToken(scan));
  if (value === undefined) return `the value of "${name}" is not a number`;
  const tail = readTail(scan);
  return typeof tail === "string" ? tail : { name, labels, value, ...tail };
};

const readSample = (read: Read): ExpositionFault | Why => {
  const sample = readLine(read.scan);
  if (typeof sample === "string") return sample;
  const { name, labels, value } = sample;
  const family = read.family?.names.includes(name) === true ? read.family : begin(read, name);
  if ("kind" in family) return family;
  const why = addSample(family, sample);
  if (read.names === undefined || read.names.has(name)) read.samples.push({ name, labels, value });
  return why;
};

const isEof = ({ text, at }: Scan): boolean =>
  text.startsWith("# EOF", at) && (at + 5 >= text.length || text[at + 5] === "\n");

const readEof = (read: Read): ExpositionFault | readonly Sample[] => {
  const { text, at } = read.scan;
  if (text.length > at + 6) return faultAt(read.line + 1, "there is something after # EOF");
  const ended = read.family === undefined ? undefined : endFamily(read.family, read.taken);
  return ended === undefined ? read.samples : faultAt(read.line - 1, ended);
};

/**
 * Reads OpenMetrics 1.0; at the first line that is wrong it stops. What is wrong with a family as a whole is told at its last line.
 * `names`: whose samples are kept. Never throws. Source: OpenMetrics 1.0, "Text Format".
 */
export const readOpenMetrics = (
  text: string,
  names: ReadonlySet<string> | undefined,
): readonly Sample[] | ExpositionFault => {
  const scan: Scan = { text, isStrict: true, at: 0, why: "" };
  const read: Read = { scan, samples: [], names, taken: new Set(), family: undefined, line: 1 };
  for (; scan.at < text.length; read.line += 1) {
    if (isEof(scan)) return readEof(read);
    if (isLineEnd(scan)) return faultAt(read.line, "the line is empty");
    const wrong = sizeFault(scan, read.line) ?? (text[scan.at] === "#" ? readMeta(read) : readSample(read));
    if (wrong !== undefined) return typeof wrong === "string" ? faultAt(read.line, wrong) : wrong;
    scan.at += 1;
  }
  return faultAt(Math.max(1, read.line - 1), "the text does not end with # EOF: it is cut");
};
