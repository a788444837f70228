import { type Document, isAlias, isMap, isNode, isPair, isScalar, isSeq } from "yaml";

/** Keys and list places (from 0) from the root of a file to one of its values. */
export type Path = readonly (string | number)[];

interface Spot {
  readonly key: unknown;
  readonly value: unknown;
}

const startOf = (node: unknown): number | undefined => (isNode(node) ? node.range?.[0] : undefined);

/** A value that is written down; `key:` with nothing after it has an empty range, and is better shown at its key. */
const isWritten = (node: unknown): boolean => isNode(node) && node.range != null && node.range[1] > node.range[0];

const inside = (document: Document, node: unknown, key: string | number): Spot | undefined => {
  const target = isAlias(node) ? node.resolve(document) : node;
  if (isSeq(target)) {
    const item = typeof key === "number" ? target.items[key] : undefined;
    return item === undefined ? undefined : { key: item, value: item };
  }
  if (!isMap(target)) return undefined;
  const pair = target.items.find(
    (each) => isPair(each) && isScalar(each.key) && String(each.key.value) === String(key),
  );
  return pair === undefined ? undefined : { key: pair.key, value: pair.value };
};

/** Offset of the key or value at a path; where the path ends in the air, of the last key that exists. Never throws. */
export const placeOf = (document: Document, path: Path, which: "key" | "value"): number => {
  let spot: Spot = { key: document.contents, value: document.contents };
  for (const key of path) {
    const next = inside(document, spot.value, key);
    if (next === undefined) return startOf(spot.key) ?? 0;
    spot = next;
  }
  const node = which === "value" && isWritten(spot.value) ? spot.value : spot.key;
  return startOf(node) ?? 0;
};
