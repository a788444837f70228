import { folderOf } from "../config/path.ts";
import type { Files } from "../host/host.ts";
import { loadFresh } from "../load.ts";
import { type Cli, complain, exits, printFaults } from "./cli.ts";
import { isWalled, pagePath } from "./report-tick.ts";

const refuse = ({ host }: Cli, path: string, why: string, hint: string): number => {
  complain(host, `cannot link "${path}": ${why}`, hint);
  return exits.cannotCreate;
};

/** The first part of a path that is a link of somebody else's than root: it would choose the place. */
const strangersLink = (files: Files, path: string): string | undefined => {
  const folder = folderOf(path);
  if (folder === "/" || folder === path) return undefined;
  const stat = files.stat(folder);
  return !("kind" in stat) && stat.isLink && stat.uid !== 0 ? folder : strangersLink(files, folder);
};

/** Makes the link where nothing is; one that is right already is left as it is. */
const link = (cli: Cli, path: string): number => {
  const { host, paths } = cli;
  const target = pagePath(paths.state);
  if (path === target || host.files.linkTarget(path) === target) {
    host.terminal.out(`${path} leads to the page of each tick already\n`);
    return exits.done;
  }
  const stranger = strangersLink(host.files, path);
  if (stranger !== undefined)
    return refuse(cli, path, `"${stranger}" is a link that isn't root's`, `Run: ls -ld ${stranger}`);
  const made = host.files.link(target, path);
  if (made.kind === "failed" && made.code === "EEXIST")
    return refuse(cli, path, "something else stands there", `Look at it, then remove it: ls -l ${path}`);
  if (made.kind === "failed" && made.code === "ENOENT")
    return refuse(
      cli,
      path,
      "its folder is not there",
      `Run: sudo mkdir -p ${folderOf(path)}; sudo dogwatch report --link`,
    );
  if (made.kind === "failed") return refuse(cli, path, made.why, `Run: sudo dogwatch report --link; ls -ld ${path}`);
  host.terminal.out(
    `${path} -> ${target}\n  a web server may read it: sudo usermod -aG dogwatch www-data, then restart it\n`,
  );
  return exits.done;
};

/** `dogwatch report --link`: the config's `report` leads to the page that the watcher writes. Nothing to do without that key, or without a wall. */
export const linkReport = async (cli: Cli): Promise<number> => {
  const { host, paths } = cli;
  if (host.uid !== 0 && isWalled(paths)) {
    complain(host, "cannot link the report: only root can", "Run: sudo dogwatch report --link");
    return exits.usage;
  }
  // From the file that root alone can write: what the watcher keeps of it may name any path.
  const loaded = await loadFresh(host, paths);
  if (loaded.kind === "faults") {
    printFaults(host, loaded.faults);
    return exits.config;
  }
  const { report } = loaded.config;
  if (report === null) {
    host.terminal.out('no page is made: the config has no "report"\n');
    return exits.done;
  }
  if (!isWalled(paths)) {
    host.terminal.out(`${report}: each tick writes it itself, no link is needed\n`);
    return exits.done;
  }
  return link(cli, report);
};
