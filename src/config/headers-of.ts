import type { Check, TextOrSecret } from "./config.ts";

/** Headers that a check sends, and where they stand below it in the config. */
export interface CheckHeaders {
  readonly path: readonly string[];
  readonly headers: Readonly<Record<string, TextOrSecret>>;
}

const none: CheckHeaders = { path: [], headers: {} };

/** The headers of whatever a check asks over HTTP; none for one that asks nothing. Never throws. */
export const headersOf = (check: Check): CheckHeaders => {
  switch (check.kind) {
    case "http":
      return { path: ["http"], headers: check.http.headers };
    case "queue":
      return "ask" in check.queue ? { path: ["queue", check.queue.kind], headers: check.queue.ask.headers } : none;
    case "drift": {
      const { source } = check.drift;
      return source.kind === "http" ? { path: ["drift", "http"], headers: source.ask.headers } : none;
    }
    case "process":
    case "unit":
    case "tcp":
    case "heartbeat":
    case "plugin":
      return none;
  }
};
