import { type Fault, maxFaults } from "./fault.ts";
import { isMap } from "./json.ts";
import { didYouMean, quoted, quotedKey } from "./near.ts";
import type { Yaml } from "./yaml.ts";
import type { Path } from "./yaml-place.ts";

/** A name in a list that points at something else in the file, with its place. */
interface Mention {
  readonly name: string;
  readonly path: Path;
}

const inMap = (value: unknown, key: string): unknown => (isMap(value) ? value[key] : undefined);

const mentionsIn = (list: unknown, path: Path): readonly Mention[] =>
  Array.isArray(list)
    ? list.flatMap((name, at) => (typeof name === "string" ? [{ name, path: [...path, at] }] : []))
    : [];

type Needs = ReadonlyMap<string, readonly Mention[]>;

const needsOf = (checks: Record<string, unknown>): Needs =>
  new Map(
    Object.entries(checks).map(([name, check]) => [name, mentionsIn(inMap(check, "needs"), ["checks", name, "needs"])]),
  );

/** What is left once every check without open needs is taken away, again and again: the circles and what stands on them. */
const entangled = (needs: Needs): ReadonlySet<string> => {
  const left = new Set(needs.keys());
  const users = new Map<string, string[]>();
  const open = new Map<string, number>();
  for (const [name, mentions] of needs) {
    const real = mentions.filter((each) => needs.has(each.name));
    open.set(name, real.length);
    for (const each of real) {
      const known = users.get(each.name) ?? [];
      known.push(name);
      users.set(each.name, known);
    }
  }
  const free = [...left].filter((name) => open.get(name) === 0);
  for (let name = free.pop(); name !== undefined; name = free.pop()) {
    left.delete(name);
    for (const user of users.get(name) ?? []) {
      open.set(user, (open.get(user) ?? 0) - 1);
      if (open.get(user) === 0) free.push(user);
    }
  }
  return left;
};

const circleFaults = (needs: Needs, yaml: Yaml): readonly Fault[] => {
  const left = entangled(needs);
  const told = new Set<string>();
  const faults: Fault[] = [];
  for (const start of left) {
    const way: Mention[] = [];
    const passed = new Map<string, number>();
    let name = start;
    while (!passed.has(name) && !told.has(name)) {
      passed.set(name, way.length);
      const next = (needs.get(name) ?? []).find((each) => left.has(each.name));
      if (next === undefined) break;
      way.push(next);
      name = next.name;
    }
    const from = passed.get(name);
    const circle = from === undefined || told.has(name) ? [] : way.slice(from);
    for (const each of passed.keys()) told.add(each);
    const [first] = circle;
    if (first !== undefined)
      faults.push(
        yaml.faultAt(
          first.path,
          "value",
          `"needs" goes in a circle: ${[name, ...circle.map((each) => each.name)].join(" -> ")}`,
        ),
      );
  }
  return faults;
};

const unknownCheck = ({ name, path }: Mention, known: readonly string[], yaml: Yaml): Fault => {
  const near = didYouMean(name, known);
  // A preset's name stands for none of its checks.
  const family = known.filter((each) => each.startsWith(`${name}-`));
  const shown = family.length > 0 ? family : known;
  const few = shown.length > 0 && shown.length <= 8 ? `: expected one of ${shown.map(quoted).join(", ")}` : "";
  return yaml.faultAt(path, "value", `unknown check${quotedKey(name)}${near || few}`);
};

const rulesOf = (value: unknown): readonly unknown[] => {
  const rules = inMap(inMap(value, "heal"), "rules");
  return Array.isArray(rules) ? rules : [];
};

/** The names in the windows of `maintenance`, but `all`. */
const windowsOf = (value: unknown): readonly Mention[] => {
  const windows = inMap(value, "maintenance");
  if (!Array.isArray(windows)) return [];
  return windows
    .flatMap((window, at) => {
      const path: Path = ["maintenance", at, "checks"];
      const given = inMap(window, "checks");
      return typeof given === "string" ? [{ name: given, path }] : mentionsIn(given, path);
    })
    .filter(({ name }) => name !== "all");
};

/**
 * Faults between parts of a config: `needs`, `on` and `maintenance` that name no check, `needs` in a circle. `families`: names of presets,
 * which in `maintenance` stand for all their checks. Works on the file's raw value, so that these are told
 * together with the schema's faults. Whether a rule's recipe exists is for whoever knows the recipes. Never throws.
 */
export const crossFaults = (yaml: Yaml, families: ReadonlySet<string>): readonly Fault[] => {
  const given = inMap(yaml.value, "checks");
  const checks = isMap(given) ? given : {};
  const names = Object.keys(checks);
  const needs = needsOf(checks);
  const inRules = rulesOf(yaml.value).flatMap((rule, at) => mentionsIn(inMap(rule, "on"), ["heal", "rules", at, "on"]));
  const inWindows = windowsOf(yaml.value).filter(({ name }) => !families.has(name));
  const known = [...names, ...families];
  return [
    ...[...[...needs.values()].flat(), ...inRules]
      .filter(({ name }) => !needs.has(name))
      .slice(0, maxFaults)
      .map((each) => unknownCheck(each, names, yaml)),
    ...inWindows
      .filter(({ name }) => !needs.has(name))
      .slice(0, maxFaults)
      .map((each) => unknownCheck(each, known, yaml)),
    ...circleFaults(needs, yaml),
  ];
};
