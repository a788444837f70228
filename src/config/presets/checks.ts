import type { Fault } from "../fault.ts";
import { isMap } from "../json.ts";
import { didYouMean, nearest, quoted } from "../near.ts";
import { checkKeys, kinds } from "../schema/checks.ts";
import type { Yaml } from "../yaml.ts";
import { merged } from "./merge.ts";
import { isOrder, type Order } from "./orders.ts";
import type { Made, Raw } from "./preset.ts";

/** What one preset offers. */
export interface Offer {
  readonly order: Order;
  readonly made: Made;
}

/** The checks of a file with its presets' checks among them. */
export interface Offers {
  /** As it stands in the file where that is no map, for the schema to judge. */
  readonly value: unknown;
  readonly faults: readonly Fault[];
  /** The preset by the name of a check that it made. */
  readonly makers: ReadonlyMap<string, Order>;
  /** Names of those that the file writes something over. */
  readonly overridden: ReadonlySet<string>;
  /** Presets that were taken, and what they made, without what is off. */
  readonly offers: readonly Offer[];
}

const isOff = (value: unknown): boolean => value === "off" || value === false;

const kindOf = (check: Raw): string | undefined => kinds.find((kind) => kind in check);

/** Two presets of one prefix, or of prefixes that run into each other: the first is taken. */
const untangle = (
  yaml: Yaml,
  offers: readonly Offer[],
): { readonly taken: readonly Offer[]; readonly faults: readonly Fault[] } => {
  const taken: Offer[] = [];
  const faults: Fault[] = [];
  for (const offer of offers) {
    const twice = Object.keys(offer.made.checks).find((name) => taken.some(({ made }) => name in made.checks));
    if (twice === undefined) taken.push(offer);
    else
      faults.push(
        yaml.faultAt(
          offer.order.path,
          "key",
          `another preset makes the check ${quoted(twice)} too: give one another name`,
        ),
      );
  }
  return { taken, faults };
};

const withoutOff = ({ order, made }: Offer, off: ReadonlySet<string>): Offer => {
  const kept = Object.entries(made.checks).filter(([name]) => !off.has(name));
  const isOn = (name: unknown): boolean => typeof name !== "string" || !off.has(name);
  const checks = kept.map(([name, check]) => {
    const { needs } = check;
    return [name, Array.isArray(needs) ? { ...check, needs: needs.filter(isOn) } : check];
  });
  return { order, made: { ...made, checks: Object.fromEntries(checks), heals: made.heals.filter(isOn) } };
};

/** What is wrong with a check of the file that stands beside presets, and means one of theirs. */
const ownFault = (yaml: Yaml, name: string, value: unknown, made: Readonly<Record<string, Raw>>): Fault | undefined => {
  const theirs = made[name];
  const known = Object.keys(made);
  if (isOff(value) && theirs === undefined) {
    const near = didYouMean(name, known);
    return yaml.faultAt(
      ["checks", name],
      "key",
      `only a preset's check can be off, and none makes ${quoted(name)}${near}`,
    );
  }
  if (!isMap(value)) return undefined;
  const kind = kindOf(value);
  if (theirs === undefined) {
    const isPart = kind === undefined && Object.keys(value).every((key) => checkKeys.has(key));
    const near = isPart ? nearest(name, known) : undefined;
    return near === undefined
      ? undefined
      : yaml.faultAt(["checks", name], "key", `no preset makes ${quoted(name)}: did you mean ${quoted(near)}?`);
  }
  const want = kindOf(theirs);
  if (kind === undefined || want === undefined || kind === want) return undefined;
  const message = `a preset makes ${quoted(name)} as a check of kind "${want}": write over its values, or take another name`;
  return yaml.faultAt(["checks", name, kind], "key", message);
};

/** The checks of one entry of the file, in its place: what its preset makes, or itself. */
const entryOf = (
  name: string,
  value: unknown,
  offers: readonly Offer[],
  own: Raw,
): readonly (readonly [string, unknown])[] => {
  if (!isOrder(value)) return [[name, value]];
  const offer = offers.find(({ order }) => order.path[0] === "checks" && order.prefix === name);
  return offer === undefined ? [] : madeOf(offer, own);
};

const madeOf = ({ made }: Offer, own: Raw): readonly (readonly [string, unknown])[] =>
  Object.entries(made.checks).map(([name, check]) => [name, name in own ? merged(check, own[name]) : check]);

/** Puts what presets make in the place where the file asks for them, with what the file writes over it. Pure. */
export const expandChecks = (yaml: Yaml, given: unknown, all: readonly Offer[]): Offers => {
  const own: Raw = isMap(given) ? given : {};
  const { taken, faults } = untangle(yaml, all);
  const made: Readonly<Record<string, Raw>> = Object.fromEntries(
    taken.flatMap((offer) => Object.entries(offer.made.checks)),
  );
  const off = new Set(Object.keys(own).filter((name) => isOff(own[name])));
  const offers = taken.map((offer) => withoutOff(offer, off));
  const ownFaults = Object.entries(own).flatMap(([name, value]) => ownFault(yaml, name, value, made) ?? []);
  const isWrong = ([name, value]: readonly [string, unknown]): boolean =>
    ownFault(yaml, name, value, made) !== undefined;
  const right: Raw = Object.fromEntries(Object.entries(own).filter((entry) => !isWrong(entry)));
  const atTop = offers.filter(({ order }) => order.path[0] === "preset").flatMap((offer) => madeOf(offer, right));
  const entries = Object.entries(right)
    .filter(([name]) => !(name in made))
    .flatMap(([name, value]) => entryOf(name, value, offers, right));
  const isUntouched = all.length === 0 && ownFaults.length === 0 && !Object.values(own).some(isOrder);
  return {
    value: isUntouched || (given !== undefined && !isMap(given)) ? given : Object.fromEntries([...atTop, ...entries]),
    faults: [...faults, ...ownFaults],
    makers: new Map(offers.flatMap(({ order, made: { checks } }) => Object.keys(checks).map((name) => [name, order]))),
    overridden: new Set(Object.keys(own).filter((name) => name in made)),
    offers,
  };
};
