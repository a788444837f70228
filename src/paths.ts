import type { CredentialFolder } from "./config/secret.ts";

/** Where this run finds and leaves things. All absolute. */
export interface Paths {
  readonly config: string;
  readonly state: string;
  readonly logFile: string;
  readonly credentials: CredentialFolder;
  /** The admin's own recipes and cards, beside the config. */
  readonly recipes: string;
  /** System install, user install, or folders named by hand. */
  readonly install: "system" | "user";
}
