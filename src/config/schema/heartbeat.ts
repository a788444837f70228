import * as v from "valibot";
import type { HeartbeatCheck } from "../config.ts";
import { type Block, choice, duration, type KeyFault, maybe, need, path, refusing, text } from "./blocks.ts";
import { commonEntries, toCommon } from "./common.ts";
import { pointerForm } from "./http.ts";
import { name, user } from "./names.ts";
import { type About, exactlyOne, shape } from "./shape.ts";

interface RawTarget {
  readonly beat?: string | undefined;
  readonly by?: string | undefined;
  readonly content?: "modified" | "epoch" | undefined;
  readonly at?: string | undefined;
}

/** A key that says nothing beside the others. */
const misplaced = ({ beat, by, content, at }: RawTarget): KeyFault | undefined => {
  if (beat === undefined && by !== undefined) return { key: "by", message: '"by" goes with "beat" only' };
  const key = content !== undefined ? "content" : "at";
  if (beat !== undefined && (content ?? at) !== undefined) return { key, message: `"${key}" goes with "file" only` };
  return content === "modified" && at !== undefined
    ? { key: "at", message: '"at" needs "content: epoch": a time of change stands in no pointer' }
    : undefined;
};

const target = v.pipe(
  exactlyOne(
    shape(
      { what: "a map with beat or file, and max_age" },
      {
        beat: maybe(name("the name of a beat"), "The name that the job gives to `dogwatch beat`.", "nightly-backup"),
        by: maybe(
          user(),
          "The user whose beat counts. Default: the one in `as`, else root; in a user install that user.",
          "backup",
        ),
        file: maybe(path(), "A file that something alive writes again and again.", "/var/lib/app/heartbeat"),
        content: maybe(
          choice(["modified", "epoch"]),
          "What tells the age: when the file was changed, or the time in it (epoch seconds or milliseconds, RFC 3339). Default: epoch with `at`, else modified.",
          "epoch",
        ),
        at: maybe(
          text("a JSON pointer such as /updated_at", pointerForm),
          "Where in a JSON file the time stands.",
          "/updated_at",
        ),
        max_age: need(duration(1000, 366 * 86_400_000), "Older is bad.", "26h"),
      },
    ),
    ["beat", "file"],
    { none: 'expected "beat" or "file"', more: "one sign of life a check" },
    ["by", "content", "at", "max_age"],
  ),
  refusing((raw) => misplaced(raw)),
  v.transform((raw) => ({
    beat: raw.beat ?? null,
    by: raw.by ?? null,
    file: raw.file ?? null,
    content: raw.content ?? (raw.at === undefined ? "modified" : "epoch"),
    at: raw.at ?? null,
    maxAgeMs: raw.max_age,
  })),
);

/** A check of kind `heartbeat`, before it has its name. */
export const heartbeatCheck = (about: About): Block<Omit<HeartbeatCheck, "name">> =>
  v.pipe(
    shape(about, {
      heartbeat: need(target, "A sign of life that isn't too old.", { beat: "nightly-backup", max_age: "26h" }),
      ...commonEntries(2),
    }),
    v.transform((raw) => ({ kind: "heartbeat" as const, ...toCommon(raw), heartbeat: raw.heartbeat })),
  );
