import { readFileSync } from "node:fs";
import { join } from "node:path";

/** A fenced block of a page, with the comment before it that says what to do with it. */
export interface Block {
  readonly page: string;
  /** Line of its first line of text, from 1. */
  readonly line: number;
  /** The comment's words: `config`, `checks`, `chat`, `recipe NAME`, `run`; empty where there is none. */
  readonly mark: string;
  readonly language: string;
  readonly text: string;
}

/** The project's folder. */
export const root: string = join(import.meta.dirname, "..", "..");

/** What a reader reads first, and what it leads to; the generated pages have tests of their own. */
export const pages: readonly string[] = [
  "README.md",
  "CHANGELOG.md",
  "docs/operating.md",
  "docs/alerts.md",
  "docs/gateways.md",
  "docs/recipes.md",
  "docs/audit.md",
  "docs/export.md",
  "docs/queues.md",
];

/** The text of a page. */
export const textOf = (page: string): string => readFileSync(join(root, page), "utf8");

/** The fenced blocks of a page, in order. */
export const blocksOf = (page: string): readonly Block[] => {
  const text = textOf(page);
  return [...text.matchAll(/^(?:<!-- (.+) -->\n)?```(\w*)\n([\s\S]*?)^```$/gmu)].map((found) => ({
    page,
    line: text.slice(0, found.index).split("\n").length + (found[1] === undefined ? 1 : 2),
    mark: found[1] ?? "",
    language: found[2] ?? "",
    text: found[3] ?? "",
  }));
};

/** All blocks with this mark, or one that begins with it. */
export const marked = (mark: string): readonly Block[] =>
  pages.flatMap(blocksOf).filter((block) => block.mark === mark || block.mark.startsWith(`${mark} `));
