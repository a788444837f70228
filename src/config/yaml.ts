import * as v from "valibot";
import { type Document, LineCounter, parseDocument } from "yaml";
import { type Fault, maxFaults, sortFaults, wholeFileFault } from "./fault.ts";
import { decodeText } from "./text.ts";
import { type Path, placeOf } from "./yaml-place.ts";
import { syntaxFaults } from "./yaml-syntax.ts";
import { treeProblems } from "./yaml-tree.ts";

/** Imported on the path that reads a file only (`await import`): `yaml` alone costs more than a whole green tick. */
export interface Yaml {
  readonly kind: "yaml";
  readonly file: string;
  /** Plain JSON values; every key is text. */
  readonly value: unknown;
  /** A fault at a key or at its value; where the path ends in the air, at the last key that exists; the root is 1:1. */
  faultAt(path: Path, at: "key" | "value", message: string): Fault;
}

/** What keeps a file from being used; at least one. */
export type Faults = { readonly kind: "faults"; readonly faults: readonly Fault[] };

/** Aliases count as often as they unfold: past this the file is a bomb or hardly a config. */
const maxAliases = 100;

const faults = (all: readonly Fault[]): Faults => ({ kind: "faults", faults: sortFaults(all) });

const toValue = (document: Document, file: string): { readonly value: unknown } | Faults => {
  try {
    return { value: document.toJS({ maxAliasCount: maxAliases }) };
  } catch (error) {
    if (!(error instanceof ReferenceError)) throw error;
    return faults([wholeFileFault(file, `the aliases unfold to more than ${maxAliases}: write the values out`)]);
  }
};

/**
 * Reads one strict YAML 1.2 document: unique text keys, no tags, no merge keys, at most 32 levels, 100 aliases, 8,192 characters a value. Broken syntax gives all its
 * faults, each at its line and column, and no value. No message holds text from the file that could be a secret. Never throws.
 */
export const readYaml = (bytes: Uint8Array, file: string): Yaml | Faults => {
  const decoded = decodeText(bytes, file);
  if (decoded.kind === "fault") return faults([decoded.fault]);
  const { text } = decoded;
  const lines = new LineCounter();
  const document = parseDocument(text, {
    lineCounter: lines,
    prettyErrors: false,
    resolveKnownTags: false,
    schema: "core",
    strict: true,
    stringKeys: true,
    // Ours, in `treeProblems`: the parser compares every key with every other.
    uniqueKeys: false,
    version: "1.2",
  });
  const at = (offset: number, message: string): Fault => ({ file, ...lines.linePos(offset), message });
  const broken = syntaxFaults(document, text);
  if (broken.length > 0) return faults(broken.map(({ offset, message }) => at(offset, message)));
  if (document.contents === null)
    return faults([wholeFileFault(file, "the file is empty: nothing but space and comments")]);
  const problems = treeProblems(document, maxAliases, (offset) => lines.linePos(offset).line);
  if (problems.length > 0) return faults(problems.map(({ offset, message }) => at(offset, message)));
  const found = toValue(document, file);
  if ("kind" in found) return found;
  const faultAt = (path: Path, which: "key" | "value", message: string): Fault =>
    path.length === 0 ? wholeFileFault(file, message) : at(placeOf(document, path, which), message);
  return { kind: "yaml", file, value: found.value, faultAt };
};

type Issue = v.BaseIssue<unknown>;

const pathOf = (issue: Issue): Path =>
  (issue.path ?? []).flatMap(({ key }) => (typeof key === "string" || typeof key === "number" ? [key] : []));

const isAtKey = (issue: Issue): boolean => issue.path?.at(-1)?.origin === "key";

/**
 * Holds a file's value against a schema and gives the schema's output, or every fault at its place: at the key for an unknown one, at the value for
 * a bad one, at the parent's key for a missing one; the first 100 of them. The words are the schema's (`schema/blocks.ts`). Never throws.
 */
export const check = <Output>(
  schema: v.GenericSchema<unknown, Output>,
  yaml: Yaml,
): { readonly kind: "value"; readonly value: Output } | Faults => {
  const result = v.safeParse(schema, yaml.value);
  if (result.success) return { kind: "value", value: result.output };
  return faults(
    result.issues
      .slice(0, maxFaults)
      .map((issue) => yaml.faultAt(pathOf(issue), isAtKey(issue) ? "key" : "value", issue.message)),
  );
};
