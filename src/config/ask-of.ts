import type { Ask, Check } from "./config.ts";

/** What a check asks over HTTP, and where that stands below it in the config. */
export interface CheckAsk {
  readonly path: readonly string[];
  readonly method: "GET" | "HEAD";
  readonly ask: Ask;
}

/**
 * What a check asks over HTTP; undefined for one that asks nothing. The egress list and the secrets of a check are read off this: a kind that is
 * forgotten here is refused before a socket opens. Never throws.
 */
export const askOf = (check: Check): CheckAsk | undefined => {
  if (check.kind === "http") return { path: ["http"], method: check.http.method, ask: check.http };
  if (check.kind === "queue" && "ask" in check.queue)
    return { path: ["queue", check.queue.kind], method: "GET", ask: check.queue.ask };
  if (check.kind === "drift" && check.drift.source.kind === "http")
    return { path: ["drift", "http"], method: "GET", ask: check.drift.source.ask };
  return undefined;
};
