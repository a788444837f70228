import type { Fault } from "../fault.ts";
import { isMap } from "../json.ts";
import type { Yaml } from "../yaml.ts";
import { expandChecks, type Offers } from "./checks.ts";
import { hermesChecks } from "./hermes.ts";
import { openclawChecks } from "./openclaw.ts";
import { type Order, ordersIn } from "./orders.ts";
import { usualUnit } from "./places.ts";
import type { Made, Owner, Place, Raw } from "./preset.ts";
import { expandRules } from "./rules.ts";

/** A user as the host knows it. */
export interface Account {
  readonly uid: number;
  /** The home folder. */
  readonly home: string;
}

/** What a preset has to know of the host. */
export interface Users {
  /** Whose install this is; undefined for one of the whole host. */
  readonly owner?: string | undefined;
  /** Undefined for a user that isn't known here. */
  readonly accountOf?: ((user: string) => Account | undefined) | undefined;
}

/** Which preset made what of an expanded file. */
export interface Makers {
  readonly checks: ReadonlyMap<string, Order>;
  /** By their place in `heal.rules`, from 0. */
  readonly rules: ReadonlyMap<number, Order>;
}

/** A file with its presets written out, and no preset left in it. */
export interface Expanded {
  /** Faults at a place of it stand where a person can mend them: in what was written over, or at the preset. */
  readonly yaml: Yaml;
  readonly faults: readonly Fault[];
  /** Nothing is left to look at but these faults: that there are no checks need not be said as well. */
  readonly isBare: boolean;
  readonly warnings: readonly Fault[];
  /** Users that were asked for, null for one that isn't known: another home makes another config. */
  readonly accounts: Readonly<Record<string, Account | null>>;
  readonly makers: Makers;
}

const placeOf = (
  { prefix, params }: Order,
  orders: readonly Order[],
  owner: string | undefined,
  find: (user: string) => Owner,
): Place => {
  const user = params.as ?? owner;
  const alike = orders.filter((each) => each.params.preset === params.preset && (each.params.as ?? owner) === user);
  return {
    prefix,
    unit: params.unit ?? usualUnit(params.preset, params.profile),
    scope: params.scope ?? (user === undefined ? "system" : "user"),
    user: user === undefined ? undefined : find(user),
    isAlone: alike.length === 1 && params.profile === null,
  };
};

const make = ({ params }: Order, place: Place): Made => {
  switch (params.preset) {
    case "openclaw":
      return openclawChecks(params, place);
    case "hermes":
      return hermesChecks(params, place);
  }
};

/** Keeps what a config has learnt of users. One whose home isn't known has it where useradd puts it. Source: useradd(8). */
const accountBook = (accountOf: Users["accountOf"]) => {
  const accounts: Record<string, Account | null> = {};
  const find = (user: string): Owner => {
    const found = accountOf?.(user);
    accounts[user] = found === undefined ? null : { uid: found.uid, home: found.home };
    const home = found?.home ?? "";
    const isUsable = /^\/[^\p{Cc}]*$/u.test(home) && !/(^|\/)\.\.(\/|$)/u.test(home);
    return { name: user, uid: found?.uid, home: isUsable ? home.replace(/\/+$/u, "") : `/home/${user}` };
  };
  return { accounts, find };
};

const isEmpty = (value: unknown): boolean => isMap(value) && Object.keys(value).length === 0;

/** A fault in what a preset made stands at the preset and says which part it means; what a person wrote keeps its place. */
const placing =
  (yaml: Yaml, { overridden }: Offers, makers: Makers): Yaml["faultAt"] =>
  (path, at, message) => {
    const [top, second, third] = path;
    const isCheck = top === "checks" && typeof second === "string" && !overridden.has(second);
    const isRule = top === "heal" && second === "rules" && typeof third === "number";
    const order = isCheck ? makers.checks.get(second) : isRule ? makers.rules.get(third) : undefined;
    if (order === undefined) return yaml.faultAt(path, at, message);
    const part = isCheck ? `its check "${second}"` : "its rule";
    return yaml.faultAt(order.path, "key", `preset "${order.params.preset}", ${part}: ${message}`);
  };

/**
 * Writes a file's presets out: `preset: openclaw` becomes checks and one rule in the file's own syntax, with what the file writes over them.
 * Works on the raw value, before the schema, which then judges all of it alike. Pure but for `accountOf`. Never throws.
 */
export const expandPresets = (yaml: Yaml, { owner, accountOf }: Users): Expanded => {
  const none: Makers = { checks: new Map(), rules: new Map() };
  if (!isMap(yaml.value)) return { yaml, faults: [], isBare: false, warnings: [], accounts: {}, makers: none };
  const { preset: _, ...file }: Raw = yaml.value;
  const { orders, faults } = ordersIn(yaml, yaml.value);
  const { accounts, find } = accountBook(accountOf);
  const offers = orders.map((order) => ({ order, made: make(order, placeOf(order, orders, owner, find)) }));
  const checks = expandChecks(yaml, file["checks"], offers);
  const rules = expandRules(file["heal"], checks);
  const makers: Makers = { checks: checks.makers, rules: rules.makers };
  const allFaults = [...faults, ...checks.faults];
  return {
    yaml: {
      ...yaml,
      value: {
        ...file,
        ...(checks.value === undefined ? {} : { checks: checks.value }),
        ...(rules.value === undefined ? {} : { heal: rules.value }),
      },
      faultAt: placing(yaml, checks, makers),
    },
    faults: allFaults,
    isBare: allFaults.length > 0 && orders.length === 0 && (checks.value === undefined || isEmpty(checks.value)),
    warnings: offers.flatMap(({ order, made }) =>
      made.warning === undefined ? [] : [yaml.faultAt(order.path, "key", `preset "${order.prefix}": ${made.warning}`)],
    ),
    accounts,
    makers,
  };
};
