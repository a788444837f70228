import * as v from "valibot";
import { parseCondition } from "../conditions.ts";
import type { Ask, Condition, HttpCheck, TextOrSecret } from "../config.ts";
import { address } from "./address.ts";
import { type Block, choice, duration, maybe, need, path, pattern, withDefault } from "./blocks.ts";
import { latency, statusOptions } from "./ranges.ts";
import { headers } from "./secrets.ts";
import { mapOf, picked, shape } from "./shape.ts";

/** A value, or a comparison in words such as "> 3". */
export const condition: Block<Condition> = v.pipe(
  v.unknown(),
  v.rawTransform<unknown, Condition>(({ dataset, addIssue, NEVER }) => {
    const parsed = parseCondition(dataset.value);
    if (parsed.kind === "condition") return parsed.condition;
    addIssue({ message: parsed.why });
    return NEVER;
  }),
  v.metadata({ type: ["string", "number", "boolean", "null"] }),
);

/** The form of an RFC 6901 pointer. */
export const pointerForm: RegExp = /^(\/([^/~]|~[01])*)*$/u;

const pointers: Block<HttpCheck["expect"]["json"]> = v.pipe(
  mapOf(
    "a map of pointer to value, such as { /status: live }",
    {
      form: pointerForm,
      fault: (key) => `expected a JSON pointer such as "/status", got ${JSON.stringify(key.slice(0, 60))}`,
    },
    condition,
  ),
  v.transform((map) => Object.entries(map).map(([pointer, each]) => ({ pointer, condition: each }))),
  v.metadata({ "x-type": "map of JSON pointer to value" }),
);

const [oneStatus, statusList] = statusOptions;
const status = picked([oneStatus, statusList], (input) => (Array.isArray(input) ? statusList : oneStatus));
const anySuccess = "200..299";

const expectShape: Block<HttpCheck["expect"]> = v.pipe(
  shape(
    { what: "a map of what to expect, such as { status: 200 }" },
    {
      status: withDefault(
        v.pipe(status, v.metadata({ "x-type": "status or list" })),
        anySuccess,
        "The status, a family or a range of them, or a list.",
        200,
      ),
      json: withDefault(
        pointers,
        {},
        'What stands in the JSON answer: RFC 6901 pointer to a value, or to "> 3", ">= 3", "< 3", "<= 3", "!= text", "~ regex".',
        { "/status": "live", "/lag": "< 30" },
      ),
      body: maybe(pattern(), "Must match somewhere in the body's first MiB.", "status: (ok|live)"),
      latency: maybe(latency, "How long the answer may take, from the first byte sent to the last byte read.", "< 2s"),
    },
  ),
  v.transform((raw) => ({ status: raw.status, json: raw.json, body: raw.body ?? null, latency: raw.latency ?? null })),
);

/** `expect` of a check with `http`. */
export const expectation: v.OptionalSchema<Block<HttpCheck["expect"]>, NonNullable<unknown>> = withDefault(
  expectShape,
  {},
  "What the answer must be like.",
  { status: 200 },
);

interface AskEntries {
  readonly url: Block<string>;
  readonly socket: v.OptionalSchema<Block<string>, undefined>;
  readonly timeout: v.OptionalSchema<Block<number>, NonNullable<unknown>>;
  readonly headers: v.OptionalSchema<Block<Record<string, TextOrSecret>>, NonNullable<unknown>>;
}

/** Keys of everything that sends a GET. `example`: an address to propose. */
export const askEntries = (example: string): AskEntries => ({
  url: need(address(`"${example}"`), "What to ask; http or https, redirects are not followed.", example),
  socket: maybe(
    path(),
    "Speak through this Unix socket; `url` then gives the path and the Host header.",
    "/run/gateway.sock",
  ),
  timeout: withDefault(duration(10, 60_000), "5s", "From the first byte sent to the last byte read."),
  headers: withDefault(headers, {}, "Headers to send; a secret one by reference.", {
    Authorization: { credential: "gateway-token", prefix: "Bearer " },
  }),
});

/** What {@link askEntries} give, in YAML's names. */
export interface RawAsk {
  readonly url: string;
  readonly socket?: string | undefined;
  readonly timeout: number;
  readonly headers: Readonly<Record<string, TextOrSecret>>;
}

/** The same in the program's names. */
export const toAsk = (raw: RawAsk): Ask => ({
  url: raw.url,
  socket: raw.socket ?? null,
  timeoutMs: raw.timeout,
  headers: raw.headers,
});

const health = askEntries("http://127.0.0.1:8080/healthz");

/** The part of a check under the key `http`. */
export const httpTarget: Block<HttpCheck["http"]> = v.pipe(
  shape(
    { what: 'a map with url, such as { url: "http://127.0.0.1:8080/healthz" }' },
    {
      url: health.url,
      method: withDefault(
        choice(["GET", "HEAD"]),
        "GET",
        "Other methods change something, so a check can't use them.",
        "HEAD",
      ),
      socket: health.socket,
      timeout: health.timeout,
      headers: health.headers,
    },
  ),
  v.transform((raw) => ({ ...toAsk(raw), method: raw.method })),
);

/** What of `expect` an answer to HEAD can't meet, as it has no body. Source: RFC 9110, 9.3.2. */
export const beyondHead = ({ http, expect }: Pick<HttpCheck, "http" | "expect">): "json" | "body" | undefined => {
  if (http.method !== "HEAD") return undefined;
  if (expect.json.length > 0) return "json";
  return expect.body === null ? undefined : "body";
};
