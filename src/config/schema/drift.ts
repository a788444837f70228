import * as v from "valibot";
import type { DriftCheck } from "../config.ts";
import { type Block, choice, maybe, need, path, pattern, text } from "./blocks.ts";
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

const target: Block<Drift> = v.pipe(
  exactlyOne(
    shape(
      { what: "a map with file, http or process, and want" },
      {
        file: maybe(path(), "A file of settings that runs now.", "/home/agents/.hermes/config.yaml"),
        format: maybe(choice(["yaml", "json", "toml", "env"]), "Default: by the file's ending; else env.", "yaml"),
        http: maybe(asked, "A JSON answer of what runs now.", { url }),
        process: maybe(pattern(), "Matches one command line; its first group is the value.", "--model (\\S+)"),
        at: maybe(text("a JSON pointer such as /model", pointerForm), "Where the value stands.", "/model"),
        want: need(condition, "The documented value; comparisons as in `expect`.", "local-7b"),
      },
    ),
    ["file", "http", "process"],
    { none: 'expected "file", "http" or "process"', more: "one place a check" },
    ["format", "at", "want"],
  ),
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
