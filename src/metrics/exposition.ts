import { type Family, type FamilyName, families } from "./families.ts";

/** One series: its label values, in the order of its family's `labels`, and its value. */
export interface Sample {
  readonly labels: readonly string[];
  readonly value: number;
}

const escapes: Readonly<Record<string, string>> = { "\\": "\\\\", '"': '\\"', "\n": "\\n" };

/** Names of checks need no escape; what else may come is made harmless. */
const labelText = (value: string): string => value.replace(/[\\"\n]/gu, (each) => escapes[each] ?? each);

const numberText = (value: number): string => {
  if (Number.isFinite(value) || Number.isNaN(value)) return String(value);
  return value > 0 ? "+Inf" : "-Inf";
};

const pairs = (names: readonly string[], { labels }: Sample): string =>
  names.length === 0 ? "" : `{${names.map((name, i) => `${name}="${labelText(labels[i] ?? "")}"`).join(",")}}`;

/**
 * One family in the text format 0.0.4: HELP, TYPE, a line a series; without a series not even these. No timestamps: node_exporter refuses a file with them. Pure.
 * Source: prometheus.io/docs/instrumenting/exposition_formats, node_exporter's textfile collector.
 */
export const familyText = (name: FamilyName, samples: readonly Sample[]): string => {
  if (samples.length === 0) return "";
  const { type, help, labels }: Family = families[name];
  const lines = samples.map((sample) => `${name}${pairs(labels, sample)} ${numberText(sample.value)}\n`);
  return `# HELP ${name} ${help.replace(/\\/gu, "\\\\").replace(/\n/gu, "\\n")}\n# TYPE ${name} ${type}\n${lines.join("")}`;
};
