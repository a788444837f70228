import { families, familyNames } from "../../src/metrics/families.ts";

/** What node_exporter and Prometheus themselves expose, and our rules name. */
const others = new Set(["node_textfile_scrape_error"]);

const known = new Set<string>([...familyNames, ...others]);

const isFamily = (name: string): name is (typeof familyNames)[number] => Object.hasOwn(families, name);

/** Labels that a query asks of a metric: `name{label="…"}`. */
const selectors = (query: string): readonly (readonly [name: string, label: string])[] =>
  [...query.matchAll(/\b([a-z_]+)\{([^}]*)\}/gu)].flatMap(([, name = "", inside = ""]) =>
    [...inside.matchAll(/([a-z_]+)\s*(?:=~|!~|!=|=)/gu)].map(([, label = ""]) => [name, label] as const),
  );

/** What a query of PromQL names that nobody exposes: metrics, and labels of ours. Labels that a scrape adds are known. Pure. */
export const strangersIn = (query: string): readonly string[] => {
  const names = [...query.matchAll(/\b(?:dogwatch|node)_[a-z_]+\b/gu)].map(([name]) => name);
  const labels = selectors(query).filter(
    ([name, label]) => isFamily(name) && !["instance", "job", ...families[name].labels].includes(label),
  );
  return [...names.filter((name) => !known.has(name)), ...labels.map(([name, label]) => `${name}{${label}}`)];
};
