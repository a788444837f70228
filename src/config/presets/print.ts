import { Document, isCollection, isMap, isNode, isPair, isScalar, isSeq } from "yaml";
import type { Makers } from "./expand.ts";
import type { Order } from "./orders.ts";

const comment = ({ prefix, params }: Order): string => ` "${prefix}", made by preset: ${params.preset}`;

/** Puts what stands in a check or a rule on one line a key. */
const flatten = (node: unknown): void => {
  if (!isMap(node)) return;
  for (const { value } of node.items) if (isCollection(value)) value.flow = true;
};

const printChecks = (checks: unknown, makers: Makers["checks"]): void => {
  if (!isMap(checks)) return;
  let before: Order | undefined;
  for (const pair of checks.items) {
    flatten(pair.value);
    const order = isScalar(pair.key) ? makers.get(String(pair.key.value)) : undefined;
    if (isNode(pair.key) && order !== before)
      pair.key.commentBefore = order === undefined ? " your own" : comment(order);
    before = order;
  }
};

const printRules = (rules: unknown, makers: Makers["rules"]): void => {
  if (!isSeq(rules)) return;
  rules.items.forEach((rule, at) => {
    flatten(rule);
    const order = makers.get(at);
    if (isNode(rule) && order !== undefined) rule.commentBefore = comment(order);
  });
};

/**
 * Prints a file with its presets written out as YAML that is a config itself; above what a preset made stands which. The file's own comments are
 * lost. Never throws.
 */
export const printWritten = ({ value, makers }: { readonly value: unknown; readonly makers: Makers }): string => {
  const document = new Document(value, { aliasDuplicateObjects: false });
  for (const pair of isMap(document.contents) ? document.contents.items : []) {
    if (!isPair(pair) || !isScalar(pair.key)) continue;
    if (pair.key.value === "checks") printChecks(pair.value, makers.checks);
    if (pair.key.value === "heal" && isMap(pair.value)) printRules(pair.value.get("rules", true), makers.rules);
  }
  return document.toString({ lineWidth: 0 });
};
