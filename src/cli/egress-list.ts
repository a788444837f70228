import { openChat } from "../alert/platforms/index.ts";
import type { Config } from "../config/config.ts";
import { checkDestinations, deadmanDestinations } from "../config/egress.ts";
import { folderOf } from "../config/path.ts";
import { writeMask } from "../config/trust.ts";
import { fillRecipe, type Recipe, runAs } from "../heal/recipe.ts";
import { readRecipe } from "../heal/recipe-file.ts";
import type { Destination, Host } from "../host/host.ts";
import type { Paths } from "../paths.ts";
import { pluginPrograms } from "./plugins.ts";

/** Everything that can ever be contacted or run, and why. `folders`: where the helper may write beyond its own. */
export interface EgressList {
  readonly destinations: readonly Destination[];
  readonly programs: readonly { readonly argv: readonly string[]; readonly for: string }[];
  readonly sockets: readonly { readonly path: string; readonly for: string }[];
  readonly folders: readonly string[];
}

type Program = EgressList["programs"][number];
type Rule = Config["heal"]["rules"][number];

/**
 * The part of a folder's path that only root can turn into a link: down to the first folder that somebody else owns or can write, that one included.
 * systemd follows links when it opens a folder for the helper, and starts no helper at all where they go in a circle: below, their owner would
 * decide for the whole host. Source: systemd.exec(5), ReadWritePaths=.
 */
const rootsPart = ({ files }: Host, folder: string): string => {
  const parts = folder.split("/").slice(1);
  for (const at of parts.keys()) {
    const part = `/${parts.slice(0, at + 1).join("/")}`;
    const stat = files.stat(part);
    if ("kind" in stat) return folder;
    if (stat.isLink || stat.uid !== 0 || (stat.mode & writeMask) !== 0) return part;
  }
  return folder;
};

interface RuleParts {
  readonly programs: readonly Program[];
  readonly folders: readonly string[];
}

const ofRecipe = (host: Host, rule: Rule, recipe: Recipe): RuleParts => {
  const filled = fillRecipe(recipe, rule.with);
  if (filled.kind === "fault") return { programs: [], folders: [] };
  const user = runAs(recipe, rule.with);
  const purpose = user === undefined ? `rule ${rule.id}` : `rule ${rule.id}, as ${user}`;
  return {
    programs: filled.steps.map((argv) => ({ argv, for: purpose })),
    folders: filled.backup.map((path) => rootsPart(host, folderOf(path))),
  };
};

const ofRule = async (host: Host, paths: Paths, rule: Rule): Promise<RuleParts> => {
  const read = await readRecipe(host, paths.recipes, rule.recipe);
  return read.kind === "recipe" ? ofRecipe(host, rule, read.recipe) : { programs: [], folders: [] };
};

/** What dogwatch runs to look, and never to change. */
const lookers = (config: Config): readonly Program[] => {
  const show = (scope: string, purpose: string): Program => ({
    argv: ["/usr/bin/systemctl", `--${scope}`, "show"],
    for: purpose,
  });
  const ofUsers = config.checks.flatMap((check) =>
    check.kind === "unit" && check.unit.scope === "user" ? [check] : [],
  );
  return [
    show("system", "unit checks, the units of rules, the timer"),
    ...ofUsers.map(({ name, as }) => show("user", `check ${name}${as === null ? "" : `, as ${as}`}`)),
    {
      argv: ["/usr/bin/systemctl", "--system", "is-system-running"],
      for: "no heal while the host boots or shuts down",
    },
    {
      argv: ["/usr/bin/systemd-notify"],
      for: "a daemon tells its service manager how it is; only where NOTIFY_SOCKET is set",
    },
    { argv: ["/usr/bin/getent"], for: "users of a directory service; the names of this list" },
  ];
};

const socketsOf = (config: Config, paths: Paths): EgressList["sockets"] => [
  ...checkDestinations(config).flatMap(({ socket, for: purpose }) =>
    socket === undefined ? [] : [{ path: socket, for: purpose }],
  ),
  ...(paths.install === "system" ? [{ path: "/run/dogwatch-heal.sock", for: "the root helper" }] : []),
];

/** Lists what a loaded config allows; recipes are read from their files. Never throws. */
export const egressList = async (host: Host, paths: Paths, config: Config): Promise<EgressList> => {
  const chat = await openChat(config.chat);
  const rules = await Promise.all(config.heal.rules.map((rule) => ofRule(host, paths, rule)));
  return {
    destinations: [
      ...checkDestinations(config).filter(({ socket }) => socket === undefined),
      ...chat.destinations(),
      ...deadmanDestinations(config),
    ],
    programs: [
      ...lookers(config),
      ...pluginPrograms(host, paths, config),
      ...rules.flatMap(({ programs }) => programs),
    ],
    sockets: socketsOf(config, paths),
    folders: [...new Set(rules.flatMap(({ folders }) => folders))],
  };
};
