import { isMap } from "../json.ts";

/** What a person wrote over what a preset made: maps key by key, everything else whole. Pure. */
export const merged = (made: unknown, own: unknown): unknown => {
  if (!isMap(made) || !isMap(own)) return own;
  const kept = Object.entries(made).map(([key, each]) => [key, key in own ? merged(each, own[key]) : each]);
  const added = Object.entries(own).filter(([key]) => !(key in made));
  return Object.fromEntries([...kept, ...added]);
};
