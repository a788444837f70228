import { type Document, isAlias, isCollection, isMap, isNode, isPair, isScalar } from "yaml";
import { maxFaults } from "./fault.ts";
import { quoted, quotedKey } from "./near.ts";

/** Something wrong at an offset of the text. */
export interface Problem {
  readonly offset: number;
  readonly message: string;
}

const maxDepth = 32;
/** Of one key or value: keeps every later look at it, such as by a regular expression, cheap. */
const maxLength = 8192;

/**
 * Keys that are not data in JavaScript: valibot passes over some without a word, and every object has the others, so a check of
 * such a name would have a state before it was ever looked at. They are refused here.
 */
const reserved: ReadonlySet<string> = new Set(["prototype", ...Object.getOwnPropertyNames(Object.prototype)]);

interface Walk {
  readonly problems: Problem[];
  readonly seen: Set<string>;
  readonly maxAliases: number;
  readonly lineOf: (offset: number) => number;
  aliases: number;
}

const aliasProblem = (walk: Walk, name: string, open: readonly string[]): string | undefined => {
  walk.aliases += 1;
  if (walk.aliases === walk.maxAliases + 1) return `more than ${walk.maxAliases} aliases: write the values out`;
  if (open.includes(name)) return `the alias${quotedKey(name)} stands inside its own anchor`;
  return walk.seen.has(name)
    ? undefined
    : `the alias${quotedKey(name)} has no anchor before it; text that begins with "*" needs quotes`;
};

const tooLong = (walk: Walk, node: unknown): void => {
  if (isScalar(node) && typeof node.value === "string" && node.value.length > maxLength)
    walk.problems.push({ offset: node.range?.[0] ?? 0, message: `a text of more than ${maxLength} characters` });
};

const visitKeys = (walk: Walk, pairs: readonly unknown[]): void => {
  const first = new Map<string, number>();
  for (const pair of pairs) {
    const key: unknown = isPair(pair) ? pair.key : undefined;
    if (!isScalar(key) || typeof key.value !== "string") continue;
    const offset = key.range?.[0] ?? 0;
    tooLong(walk, key);
    const earlier = first.get(key.value);
    if (earlier === undefined) first.set(key.value, offset);
    else
      walk.problems.push({
        offset,
        message: `duplicate key${quotedKey(key.value)}: it already stands on line ${walk.lineOf(earlier)}`,
      });
    if (reserved.has(key.value))
      walk.problems.push({ offset, message: `the key ${quoted(key.value)} is not allowed: pick another name` });
  }
};

const visit = (walk: Walk, node: unknown, open: readonly string[], depth: number): void => {
  if (!isNode(node)) return;
  const offset = node.range?.[0] ?? 0;
  if (isAlias(node)) {
    const message = aliasProblem(walk, node.source, open);
    if (message !== undefined) walk.problems.push({ offset, message });
    return;
  }
  if (node.anchor !== undefined) walk.seen.add(node.anchor);
  tooLong(walk, node);
  if (!isCollection(node)) return;
  if (depth === maxDepth) {
    walk.problems.push({ offset, message: `nested more than ${maxDepth} levels deep` });
    return;
  }
  const within = node.anchor === undefined ? open : [...open, node.anchor];
  if (isMap(node)) visitKeys(walk, node.items);
  for (const item of node.items) visit(walk, isPair(item) ? item.value : item, within, depth + 1);
};

/**
 * What is wrong with a parsed tree before it is unfolded: depth, length, duplicate and reserved keys, aliases that lead nowhere, in a circle or to too
 * much. Never throws.
 */
export const treeProblems = (
  document: Document,
  maxAliases: number,
  lineOf: (offset: number) => number,
): readonly Problem[] => {
  const walk: Walk = { problems: [], seen: new Set(), maxAliases, lineOf, aliases: 0 };
  visit(walk, document.contents, [], 0);
  return walk.problems.slice(0, maxFaults);
};
