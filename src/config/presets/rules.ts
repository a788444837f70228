import { isMap } from "../json.ts";
import type { Offer, Offers } from "./checks.ts";
import type { Order } from "./orders.ts";
import type { Raw } from "./preset.ts";

/** `heal` of a file with its presets' rules at the end. */
interface Rules {
  /** As it stands in the file where its form is wrong, for the schema to judge. */
  readonly value: unknown;
  /** The preset by the place of its rule, from 0. */
  readonly makers: ReadonlyMap<number, Order>;
}

const namesIn = (rule: unknown): readonly unknown[] => {
  const on = isMap(rule) ? rule["on"] : undefined;
  return Array.isArray(on) ? on : [];
};

const ruleOf = ({ made }: Offer): Raw => ({ on: made.heals, recipe: "restart-unit", with: made.with });

/** Appends the rule of each preset, unless the file has a rule of its own for one of its checks. Pure. */
export const expandRules = (given: unknown, { offers }: Offers): Rules => {
  const own = isMap(given) ? given["rules"] : undefined;
  const isOdd = (given !== undefined && !isMap(given)) || (own !== undefined && !Array.isArray(own));
  const ruled = new Set(Array.isArray(own) ? own.flatMap(namesIn) : []);
  const added = offers.filter(
    ({ order, made: { heals } }) => order.params.isHealed && heals.length > 0 && !heals.some((name) => ruled.has(name)),
  );
  if (isOdd || added.length === 0) return { value: given, makers: new Map() };
  const before: readonly unknown[] = Array.isArray(own) ? own : [];
  return {
    value: { ...(isMap(given) ? given : {}), rules: [...before, ...added.map(ruleOf)] },
    makers: new Map(added.map(({ order }, at) => [before.length + at, order])),
  };
};
