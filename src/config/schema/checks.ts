import * as v from "valibot";
import type { Check, HttpCheck, ProcessCheck, TcpCheck, UnitCheck } from "../config.ts";
import { isMap } from "../json.ts";
import { oneOf } from "../near.ts";
import { type Block, list, maybe, need, path, placeAt, text, whole, withDefault } from "./blocks.ts";
import { commonEntries, toCommon } from "./common.ts";
import { driftCheck } from "./drift.ts";
import { heartbeatCheck } from "./heartbeat.ts";
import { beyondHead, expectation, httpTarget } from "./http.ts";
import { pluginCheck } from "./plugin.ts";
import { presets } from "./preset.ts";
import { queueCheck } from "./queue.ts";
import { count } from "./ranges.ts";
import { type About, picked, shape } from "./shape.ts";
import { processTarget, tcpTarget, unitTarget } from "./targets.ts";

type Unnamed<Kind extends Check> = Kind extends Check ? Omit<Kind, "name"> : never;
/** A check before its key in `checks` has become its name. */
export type UnnamedCheck = Unnamed<Check>;

/** Keys beside a kind's own that only its checks take. */
const special: Readonly<Partial<Record<Check["kind"], readonly string[]>>> = {
  process: ["count", "lock", "forbid_env"],
  http: ["expect"],
  unit: ["max_restarts"],
  queue: ["stuck_after", "stale_after", "backlog_after", "workers", "findings"],
};

const inside = (kind: string): string => `the map of "${kind}"`;
const about: About = {
  what: "a map that says what to check",
  elsewhere: {
    ...Object.fromEntries(
      Object.entries(special).flatMap(([kind, keys]) => keys.map((key) => [key, `a check of kind "${kind}"`])),
    ),
    hermes: inside("queue"),
    openclaw: inside("queue"),
    prometheus: inside("queue"),
    ready: 'the map of "http" or "prometheus" in "queue"',
    beat: inside("heartbeat"),
    max_age: inside("heartbeat"),
    want: inside("drift"),
    command: 'the map of "process" or "plugin"',
    pidfile: inside("process"),
    url: inside("http"),
    method: inside("http"),
    headers: inside("http"),
    timeout: 'the map of "http" or "tcp"',
    port: inside("tcp"),
    scope: inside("unit"),
    status: inside("expect"),
    json: inside("expect"),
    body: inside("expect"),
    latency: inside("expect"),
  },
};

const processCheck: Block<Unnamed<ProcessCheck>> = v.pipe(
  shape(about, {
    process: need(processTarget, "Processes in the list of this host; all that is given must match.", {
      name: "nginx",
    }),
    count: withDefault(count, ">= 1", "How many of them are right; the dead and the stopped don't count.", "1..3"),
    lock: maybe(
      v.pipe(
        path(),
        v.check((given) => !/[*?].*\//u.test(given), 'a "*" or "?" may stand in the last name of the path only'),
      ),
      "A lock file of the program, with pid and start time: whoever holds it and lives must be among the processes, else there are two owners. `*` and `?` in the last name: several.",
      "/home/agents/.hermes/gateway.lock",
    ),
    forbid_env: withDefault(
      list(text("a pattern of names, such as *_BOT_TOKEN", /^[A-Za-z0-9_*?]{1,100}$/u), "a list of name patterns"),
      [],
      "Names of environment variables, with * and ?, that none of them may have. Values are never read.",
      ["*_BOT_TOKEN"],
    ),
    ...commonEntries(1),
  }),
  v.transform((raw) => ({
    kind: "process" as const,
    ...toCommon(raw),
    process: raw.process,
    count: raw.count,
    lock: raw.lock ?? null,
    forbidEnv: raw.forbid_env,
  })),
);

const httpCheck: Block<Unnamed<HttpCheck>> = v.pipe(
  shape(about, {
    http: need(httpTarget, "One GET or HEAD.", { url: "http://127.0.0.1:8080/healthz" }),
    expect: expectation,
    ...commonEntries(2),
  }),
  v.rawCheck(({ dataset, addIssue }) => {
    const key = dataset.typed ? beyondHead(dataset.value) : undefined;
    const message = `"${key}" can't be met: an answer to HEAD has no body; use GET`;
    if (key !== undefined) addIssue({ message, path: [placeAt("expect", "value"), placeAt(key, "key")] });
  }),
  v.transform((raw) => ({ kind: "http" as const, ...toCommon(raw), http: raw.http, expect: raw.expect })),
);

const unitCheck: Block<Unnamed<UnitCheck>> = v.pipe(
  shape(about, {
    unit: need(unitTarget, "A systemd unit as its manager tells it.", { name: "nginx.service" }),
    max_restarts: withDefault(
      whole(1, 1000),
      3,
      "So many restarts by systemd since the last tick are bad: a restart loop.",
      5,
    ),
    ...commonEntries(1),
  }),
  v.transform((raw) => ({ kind: "unit" as const, ...toCommon(raw), unit: raw.unit, maxRestarts: raw.max_restarts })),
);

const tcpCheck: Block<Unnamed<TcpCheck>> = v.pipe(
  shape(about, {
    tcp: need(tcpTarget, "A connection that opens. It proves that the kernel listens, not that the program answers.", {
      port: 5432,
    }),
    ...commonEntries(2),
  }),
  v.transform((raw) => ({ kind: "tcp" as const, ...toCommon(raw), tcp: raw.tcp })),
);

/** The kinds of checks by the key that names them: a new one is a line here. */
const checkKinds: Readonly<Record<Check["kind"], Block<UnnamedCheck>>> = {
  process: processCheck,
  http: httpCheck,
  unit: unitCheck,
  tcp: tcpCheck,
  queue: queueCheck(about),
  heartbeat: heartbeatCheck(about),
  drift: driftCheck(about),
  plugin: pluginCheck(about),
};

/** The keys that name a check's kind. */
export const kinds: readonly string[] = Object.keys(checkKinds);
/** Every key that some check takes. */
export const checkKeys: ReadonlySet<string> = new Set([
  ...kinds,
  ...Object.values(special).flat(),
  ...Object.keys(commonEntries(1)),
]);
const anyKey = Object.fromEntries([...checkKeys].map((key) => [key, v.optional(v.unknown())]));

const writtenOut = <Output>(block: Block<Output>): Block<never> =>
  v.pipe(
    block,
    v.rawTransform<Output, never>(({ NEVER }) => NEVER),
  );

/** What may stand in a check's place and is written out before this schema looks (`presets/expand.ts`): presets, and a part of one that is off. */
const before: readonly Block<never>[] = [
  writtenOut(presets.openclaw),
  writtenOut(presets.hermes),
  writtenOut(v.union([v.literal("off"), v.literal(false)])),
];

/** A check whose kind can't be told: its unknown keys are named first, as one of them may be the kind, misspelt. */
const unsure: Block<never> = v.pipe(
  shape(about, anyKey),
  v.rawTransform(({ dataset, addIssue, NEVER }) => {
    const value: unknown = dataset.value;
    const map = isMap(value) ? value : {};
    const [first, second] = kinds.filter((kind) => kind in map);
    if (first === undefined || second === undefined)
      addIssue({
        message: `the check has no kind: add ${oneOf(kinds)}`,
        path: [placeAt("", "key")],
      });
    else
      addIssue({
        message: `two kinds in one check: "${first}" and "${second}"; make two checks`,
        path: [placeAt(second, "key")],
      });
    return NEVER;
  }),
);

/** One check of any kind. */
export const anyCheck: Block<UnnamedCheck> = picked<UnnamedCheck>(
  [...Object.values(checkKinds), ...before],
  (input) => {
    const given = Object.entries(checkKinds).flatMap(([kind, block]) => (isMap(input) && kind in input ? [block] : []));
    return given.length === 1 ? (given[0] ?? unsure) : unsure;
  },
);
