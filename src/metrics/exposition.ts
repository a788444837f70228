import { type FamilyName, families } from "./families.ts";

/** One series. `labels`: as they stand between the braces, made by {@link label}; empty: none. */
export interface Sample {
  readonly labels: string;
  readonly value: number;
}

const escaped = (value: string): string =>
  value.replaceAll("\\", "\\\\").replaceAll('"', '\\"').replaceAll("\n", "\\n");

/** A label as the format has it. Names of checks need no escape; what else may come is made harmless. Pure. */
export const label = (name: string, value: string): string =>
  `${name}="${value.includes("\\") || value.includes('"') || value.includes("\n") ? escaped(value) : value}"`;

const numberText = (value: number): string => {
  if (Number.isFinite(value) || Number.isNaN(value)) return String(value);
  return value > 0 ? "+Inf" : "-Inf";
};

/**
 * One family in the text format 0.0.4: HELP, TYPE, a line a series; without a series not even these. No timestamps: node_exporter refuses a file with them.
 * Plain strings throughout: it runs once in a process, where a regular expression costs more to make than to use. Pure.
 * Source: prometheus.io/docs/instrumenting/exposition_formats, node_exporter's textfile collector.
 */
export const familyText = (name: FamilyName, samples: readonly Sample[]): string => {
  if (samples.length === 0) return "";
  const { type, help } = families[name];
  let text = `# HELP ${name} ${help}\n# TYPE ${name} ${type}\n`;
  for (const { labels, value } of samples)
    text += labels === "" ? `${name} ${numberText(value)}\n` : `${name}{${labels}} ${numberText(value)}\n`;
  return text;
};
