import * as v from "valibot";
import type { QueueField, QueueSource } from "../config.ts";
import { isMap } from "../json.ts";
import { queueFields } from "../queue-words.ts";
import { parseSelector } from "../selector.ts";
import { type Block, maybe, need, placeAt, refusing, shown } from "./blocks.ts";
import { askEntries, pointerForm, toAsk } from "./http.ts";
import { picked, shape } from "./shape.ts";

type Asked = Extract<QueueSource, { readonly fields: unknown }>;

/** What the fields of one kind of source look like. `fault`: what is wrong with a text, undefined when nothing is. */
interface Kind {
  readonly kind: Asked["kind"];
  readonly what: string;
  readonly url: string;
  readonly example: (field: string) => string;
  readonly fault: (given: string) => string | undefined;
}

const pointerFault = (given: string): string | undefined => {
  if (given !== "" && pointerForm.test(given)) return undefined;
  const near = /^[\w.*-]+(\/[\w.*-]+)*$/u.test(given) ? `: did you mean ${shown(`/${given}`)}?` : "";
  return `expected a JSON pointer such as "/ready", got ${shown(given)}${near}`;
};

const selectorFault = (given: string): string | undefined => {
  if (given.startsWith("/"))
    return `expected a metric such as jobs{state="ready"}, got ${shown(given)}: JSON pointers belong in "http"`;
  const parsed = parseSelector(given);
  return parsed.kind === "fault" ? parsed.why : undefined;
};

/** Where in an answer a number stands. */
const placeOf = ({ what, fault }: Kind): Block<string> =>
  v.pipe(
    v.string(({ input }) => `expected ${what}, got ${shown(input)}`),
    refusing(fault),
    v.metadata({ "x-type": "text" }),
  );

const amount: Block<number> = v.pipe(
  v.number(),
  v.finite("expected a number"),
  v.minValue(0, ({ input }) => `expected a number of 0 or more, got ${input}`),
  v.metadata({ "x-type": "number", minimum: 0 }),
);

const toFields = (raw: Readonly<Partial<Record<QueueField, string | number | undefined>>>): Asked["fields"] =>
  Object.fromEntries(
    queueFields.flatMap((name) => {
      const given = raw[name];
      return given === undefined ? [] : [[name, given]];
    }),
  );

type Optional = v.OptionalSchema<Block<string | number>, undefined>;

/** The numbers that a source may tell, beside `ready`. */
const fieldEntries = (
  place: Block<string>,
  { example }: Kind,
): Readonly<Record<Exclude<QueueField, "ready" | "oldest_ready_at">, Optional>> => {
  const one: Block<string | number> = v.pipe(
    picked<string | number>([place, amount], (input) => (typeof input === "number" ? amount : place)),
    v.metadata({ "x-type": "text or number" }),
  );
  return {
    running: maybe(one, "Jobs that a worker has.", example("running")),
    blocked: maybe(one, "Jobs that wait for a person.", example("blocked")),
    done: maybe(one, "Jobs that ended well, counted up.", example("done")),
    failed: maybe(one, "Jobs that failed, counted up.", example("failed")),
    slots: maybe(one, "Jobs that can run at once; a plain number where nobody tells it.", 4),
    oldest_ready_s: maybe(
      one,
      "Seconds that the oldest ready job has waited; of several the most.",
      example("oldest_ready_s"),
    ),
  };
};

const whenWords =
  "Since when the oldest ready job waits, in epoch seconds or milliseconds, or in JSON as RFC 3339; of several the earliest.";

/** Keys that ask or judge in another way than a queue does. */
const notHere = Object.fromEntries(
  ["method", "body", "expect"].map((key) => [key, 'a check of kind "http"; a queue is read with GET']),
);

const asked = (kind: Kind): Block<Asked> => {
  const { url, example } = kind;
  const place = placeOf(kind);
  const what = `a map with url and ready, such as { url: "${url}", ready: ${shown(example("ready"))} }`;
  return v.pipe(
    shape(
      { what, elsewhere: notHere },
      {
        ...askEntries(url),
        ready: need(place, "Jobs that wait for a worker.", example("ready")),
        ...fieldEntries(place, kind),
        oldest_ready_at: maybe(place, whenWords, example("oldest_ready_at")),
      },
    ),
    v.rawCheck(({ dataset, addIssue }) => {
      const value: unknown = dataset.value;
      if (!isMap(value) || value["oldest_ready_s"] === undefined || value["oldest_ready_at"] === undefined) return;
      const message = 'one age is enough: keep "oldest_ready_s" or "oldest_ready_at"';
      addIssue({ message, path: [placeAt("oldest_ready_at", "key")] });
    }),
    v.transform((raw) => ({ kind: kind.kind, ask: toAsk(raw), fields: toFields(raw) })),
  );
};

/** The part of a queue under the key `http`. */
export const httpSource: Block<Asked> = asked({
  kind: "http",
  what: 'a JSON pointer such as "/ready"',
  url: "http://127.0.0.1:9000/stats",
  example: (field) => `/${field}`,
  fault: pointerFault,
});

/** The part of a queue under the key `prometheus`. */
export const prometheusSource: Block<Asked> = asked({
  kind: "prometheus",
  what: 'a metric such as jobs{state="ready"}',
  url: "http://127.0.0.1:9419/metrics",
  example: (field) => (field.startsWith("oldest") ? `jobs_${field}` : `jobs{state="${field}"}`),
  fault: selectorFault,
});
