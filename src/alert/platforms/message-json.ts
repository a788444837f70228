import type { Message } from "./platform.ts";

/** A message as JSON, the documented shape; new members may be added under the same `version`, none is taken away. Pure. */
export const messageJson = (
  { id, kind, host, check, incident, at }: Message,
  text: string,
): Readonly<Record<string, unknown>> => ({
  version: 1,
  id,
  kind,
  host,
  check,
  incident,
  at,
  text,
});
