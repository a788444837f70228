/** Makes docs/config.md and docs/dogwatch.schema.json from the schema, and the table in docs/metrics.md from the code: `bun scripts/docs.ts [--check] [FOLDER]`. With --check nothing is written; exit 1 when a file differs. */
import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { configJsonSchema, editorSchema } from "./json-schema.ts";
import { withMetricsTable } from "./metrics-table.ts";
import { reference } from "./reference.ts";

const isCheck = process.argv.includes("--check");
const folder = process.argv.slice(2).find((each) => !each.startsWith("--")) ?? join(import.meta.dirname, "..", "docs");

const current = (path: string): string => {
  try {
    return readFileSync(path, "utf8");
  } catch (error) {
    if (error instanceof Error && "code" in error && error.code === "ENOENT") return "";
    throw error;
  }
};

const schema = configJsonSchema();
const files: Readonly<Record<string, string>> = {
  "config.md": `${reference(schema).trim()}\n`,
  "dogwatch.schema.json": `${JSON.stringify(editorSchema(schema), undefined, 2)}\n`,
  "metrics.md": withMetricsTable(current(join(folder, "metrics.md"))),
};

for (const [name, text] of Object.entries(files)) {
  const path = join(folder, name);
  if (!isCheck) writeFileSync(path, text);
  else if (current(path) !== text) {
    process.stderr.write(`docs: "${path}" is not what the code says; run: bun scripts/docs.ts\n`);
    process.exitCode = 1;
  }
}
