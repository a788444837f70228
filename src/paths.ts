import type { CredentialFolder } from "./config/secret.ts";
import type { Beats } from "./probes/probe.ts";

/** Where this run finds and leaves things. All absolute. */
export interface Paths {
  readonly config: string;
  readonly state: string;
  readonly logFile: string;
  /** What heals leave behind: root's own folder behind the wall, the state folder where everything is one process. */
  readonly helper: string;
  /** The helper's socket, where there is one that we may open; null: everything in this one process. */
  readonly socket: string | null;
  readonly credentials: CredentialFolder;
  /** The admin's own recipes and cards, beside the config. */
  readonly recipes: string;
  /** Where `dogwatch beat` writes and `heartbeat` checks read. */
  readonly beats: Beats;
  /** System install, user install, or folders named by hand. */
  readonly install: "system" | "user";
}
