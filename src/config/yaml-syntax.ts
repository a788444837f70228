import { type Document, isScalar, visit, type YAMLError } from "yaml";
import type { Problem } from "./yaml-tree.ts";

/** Past this many, broken syntax is noise. */
const maxProblems = 20;

/** Our words for the parser's codes: its own texts quote the file, so a secret could get out. */
const words: Partial<Record<YAMLError["code"], string>> = {
  BAD_ALIAS: 'an alias or anchor needs a name; text that begins with "*" or "&" needs quotes',
  BAD_DIRECTIVE: 'a line that begins with "%" is not taken here',
  BAD_DQ_ESCAPE: 'an unknown escape in double quotes: write "\\\\" for a backslash, or use single quotes',
  BAD_INDENT: "wrong indentation: the items of one map or list begin in the same column",
  BAD_SCALAR_START: "a plain value cannot begin with this character: put it in quotes",
  BLOCK_AS_IMPLICIT_KEY: 'a second ": " on one line: put the value in quotes, or begin a new line',
  BLOCK_IN_FLOW: "a block value cannot stand inside { } or [ ]",
  MULTILINE_IMPLICIT_KEY: 'expected "key: value": there is no ":" after this on its line',
  MULTIPLE_DOCS: 'a second document begins here: a file holds one, with no "---" but at its top',
  NON_STRING_KEY: "a key must be plain text",
  TAB_AS_INDENT: "a tab is used to indent: YAML takes spaces only",
  TAG_RESOLVE_FAILED: 'a tag (a word after "!") is not taken here: put the value in quotes',
};

const unclosed = "a quote is opened here and never closed";

/** The parser reports an open quote where the text ends; a person looks for it where it begins. */
const openQuote = (document: Document, end: number): number | undefined => {
  let found: number | undefined;
  visit(document, {
    Scalar: (_key, node) => {
      const start = node.range?.[0] ?? end;
      if (isScalar(node) && node.type?.startsWith("QUOTE") && start < end) found = start;
    },
  });
  return found;
};

const problemOf = (document: Document, error: YAMLError): Problem => {
  const [offset] = error.pos;
  if (error.code === "MISSING_CHAR" && error.message.startsWith("Missing closing"))
    return { offset: openQuote(document, offset) ?? offset, message: unclosed };
  if (error.code === "MISSING_CHAR" && error.message.startsWith("Implicit map keys"))
    return { offset, message: words.MULTILINE_IMPLICIT_KEY ?? "" };
  return { offset, message: words[error.code] ?? "not valid YAML here: look for a missing quote, comma or bracket" };
};

/** The first on each line, since the others follow from it; the first tab, since all have one remedy; nothing past an open quote. */
const telling = (text: string, problems: readonly Problem[]): readonly Problem[] => {
  const told = new Set<number | string>();
  const quote = problems.findIndex(({ message }) => message === unclosed);
  return problems.slice(0, quote < 0 ? problems.length : quote + 1).filter(({ offset, message }) => {
    const line = text.lastIndexOf("\n", offset - 1);
    const isNew = !told.has(line) && !(message === words.TAB_AS_INDENT && told.has(message));
    told.add(line).add(message);
    return isNew;
  });
};

/** What the parser has against the text, in our words; too deep nesting hides all that follows from it. Never throws. */
export const syntaxFaults = (document: Document, text: string): readonly Problem[] => {
  const errors = [...document.errors, ...document.warnings];
  const deep = errors.find(({ code }) => code === "RESOURCE_EXHAUSTION");
  if (deep !== undefined) return [{ offset: deep.pos[0], message: "nested too deeply to be read" }];
  const sorted = errors.slice(0, 10 * maxProblems).sort((a, b) => a.pos[0] - b.pos[0]);
  const problems = sorted.map((error) => problemOf(document, error));
  return telling(text, problems).slice(0, maxProblems);
};
