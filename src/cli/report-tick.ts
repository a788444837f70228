import type { Config } from "../config/config.ts";
import type { LoadedConfig } from "../load.ts";
import type { Paths } from "../paths.ts";
import type { Cli } from "./cli.ts";
import { logOfTick } from "./report-log.ts";
import { gatherPage } from "./report-page.ts";
import { writePage } from "./report-write.ts";

/** Where the ticks of a system install leave the page: the watcher can write nowhere else. */
export const pagePath = (folder: string): string => `${folder}/report.html`;

/** Whether the watcher is behind the wall, and so the page in its own folder. Pure. */
export const isWalled = ({ install, helper, state }: Paths): boolean => install === "system" && helper !== state;

/** What is still to be done so that the config's `report` leads to the page of each tick, in at most one sentence. Never throws. */
export const pageWarnings = ({ host, paths }: Cli, { report }: Config): readonly string[] => {
  const page = pagePath(paths.state);
  if (report === null || !isWalled(paths) || report === page || host.files.linkTarget(report) === page) return [];
  const stat = host.files.stat(report);
  if ("kind" in stat && stat.code === "EACCES") return []; // not for this user to see
  return [`"${report}" doesn't lead to the page of each tick yet; run: sudo dogwatch report --link`];
};

/** Makes the page of a tick that is over, where the config asks for one. Gives why it couldn't be written, for the operator. */
export const writeTickPage = async (cli: Cli, loaded: LoadedConfig): Promise<string | undefined> => {
  const { report } = loaded.config;
  if (report === null) return undefined;
  const path = isWalled(cli.paths) ? pagePath(cli.paths.state) : report;
  const log = await logOfTick(cli, loaded.sha256);
  const page = await gatherPage(cli, loaded, log, false);
  const { renderPage } = await import("../report/html.ts");
  const written = writePage(cli.host, path, renderPage(page));
  return written.kind === "done" ? undefined : `cannot write the report "${path}": ${written.why}`;
};
