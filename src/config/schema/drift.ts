import * as v from "valibot";
import type { DriftCheck } from "../config.ts";
import { type Block, choice, type KeyFault, maybe, need, path, pattern, refusing, text } from "./blocks.ts";
import { commonEntries, toCommon } from "./common.ts";
import { askEntries, condition, pointerForm, toAsk } from "./http.ts";
import { type About, exactlyOne, shape } from "./shape.ts";

type Drift = DriftCheck["drift"];
type Format = Extract<Drift["source"], { readonly kind: "file" }>["format"];

const url = "http://127.0.0.1:8080/config";
const asked = v.pipe(
  shape({ what: `a map with url, such as { url: "${url}" }` }, { ...askEntries(url) }),
  v.transform((raw) => ({ kind: "http" as const, ask: toAsk(raw) })),
);

const formatOf = (file: string): Format => {
  if (/\.ya?ml$/iu.test(file)) return "yaml";
  if (/\.toml$/iu.test(file)) return "toml";
  return /\.json5?$/iu.test(file) ? "json" : "env";
};

interface RawTarget {
  readonly file?: string | undefined;
  readonly http?: unknown;
  readonly format?: Format | undefined;
  readonly process?: string | undefined;
  readonly at?: string | undefined;
}

/** Each `(` that captures. An alternative that is empty makes the pattern match anything, and the match has a place for each group. */
const groupsIn = (source: string): number => (new RegExp(`${source}|`, "u").exec("")?.length ?? 1) - 1;

/** What doesn't fit together, and at which key it is told. */
const misplaced = ({ file, http, format, process, at }: RawTarget): KeyFault | undefined => {
  if ([file, http, process].filter((each) => each !== undefined).length !== 1) return undefined;
  if (format !== undefined && file === undefined) return { key: "format", message: '"format" goes with "file" only' };
  if (process !== undefined) {
    if (at !== undefined) return { key: "at", message: '"at" doesn\'t go with "process": the group is the value' };
    return groupsIn(process) === 1
      ? undefined
      : { key: "process", message: "expected one group, in parentheses, which is the value; others are written (?:…)" };
  }
  if (at === undefined) return { key: "", message: 'missing key "at": where the value stands, such as /model' };
  const isEnv = file !== undefined && (format ?? formatOf(file)) === "env";
  return isEnv && !/^\/[A-Za-z_][A-Za-z0-9_]*$/u.test(at)
    ? { key: "at", message: 'an env file has plain names only: write "at: /NAME" (or say another "format")' }
    : undefined;
};

const target: Block<Drift> = v.pipe(
  exactlyOne(
    shape(
      { what: "a map with file, http or process, and want" },
      {
        file: maybe(path(), "A file of settings that runs now.", "/home/agents/.hermes/config.yaml"),
        format: maybe(choice(["yaml", "json", "toml", "env"]), "Default: by the file's ending; else env.", "yaml"),
        http: maybe(asked, "A JSON answer of what runs now.", { url }),
        process: maybe(
          pattern(),
          "Matches command lines of live processes; its one group is the value, in which all of them must agree.",
          "--model (\\S+)",
        ),
        at: maybe(
          text("a JSON pointer such as /model", pointerForm),
          "Where the value stands; for an env file the variable behind a slash. Not with `process`.",
          "/model",
        ),
        want: need(condition, "The documented value; comparisons as in `expect`.", "local-7b"),
      },
    ),
    ["file", "http", "process"],
    { none: 'expected "file", "http" or "process"', more: "one place a check" },
    ["format", "at", "want"],
  ),
  refusing((raw) => misplaced(raw)),
  v.transform((raw): Drift => {
    const file = raw.file ?? "";
    const source =
      raw.http ??
      (raw.process === undefined
        ? { kind: "file" as const, file, format: raw.format ?? formatOf(file) }
        : { kind: "process" as const, command: raw.process });
    return { source, at: raw.at ?? null, want: raw.want };
  }),
);

/** A check of kind `drift`, before it has its name. */
export const driftCheck = (about: About): Block<Omit<DriftCheck, "name">> =>
  v.pipe(
    shape(about, {
      drift: need(target, "The documented value against the one that runs.", {
        file: "/home/agents/.hermes/config.yaml",
        at: "/model",
        want: "local-7b",
      }),
      ...commonEntries(1, "amber"),
    }),
    v.transform((raw) => ({ kind: "drift" as const, ...toCommon(raw), drift: raw.drift })),
  );
