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
