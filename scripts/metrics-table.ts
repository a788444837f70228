import { families, familyNames } from "../src/metrics/families.ts";

const start = "<!-- metrics: made from src/metrics/families.ts by npm run docs -->\n";
const end = "<!-- /metrics -->\n";

const row = (name: (typeof familyNames)[number]): string => {
  const { type, labels, help } = families[name];
  return `| \`${name}\` | ${type} | ${labels.map((label) => `\`${label}\``).join(", ")} | ${help} |\n`;
};

/** The page with the table of metrics as the code has them, in place of what stands between its marks. Throws where they are missing. Pure. */
export const withMetricsTable = (page: string): string => {
  const [from, to] = [page.indexOf(start), page.indexOf(end)];
  if (from < 0 || to < from) throw new Error("docs: metrics.md has lost the marks of its table");
  const table = `| metric | type | labels | what it tells |\n|---|---|---|---|\n${familyNames.map(row).join("")}`;
  return `${page.slice(0, from)}${start}${table}${page.slice(to)}`;
};
