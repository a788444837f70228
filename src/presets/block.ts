import type { Box } from "./box.ts";
import { scalar } from "./yaml-text.ts";

/** One check to be written. `body`: its lines under the name; `needs` is a line of its own, without what was left out. */
export interface Block {
  readonly name: string;
  /** What was seen, for the comment above. */
  readonly seen: readonly string[];
  readonly body: readonly string[];
  readonly needs: readonly string[];
  /** Why it is written as a comment only. */
  readonly off?: string;
  /** Its checks are made by a preset, with this name before theirs. */
  readonly isPreset?: true;
}

/** A check that nothing was seen of yet, by its lines under the name. Pure. */
export const block = (name: string, body: readonly string[], needs: readonly string[] = [], off?: string): Block => ({
  name,
  seen: [],
  body,
  needs,
  ...(off === undefined ? {} : { off }),
});

/** Who has to look where the watcher can't: nobody in a user's install, never root. */
export const eyesOf = ({ install }: Pick<Box, "install">, user: string | undefined): string | undefined =>
  install === "user" || user === undefined || user === "root" ? undefined : user;

/** The line that says who looks; none where the watcher does. Pure. */
export const asLine = (user: string | undefined): readonly string[] =>
  user === undefined ? [] : [`as: ${scalar(user)}`];
