import * as v from "valibot";
import type { HeartbeatCheck } from "../config.ts";
import { type Block, choice, duration, maybe, need, path, text, withDefault } from "./blocks.ts";
import { commonEntries, toCommon } from "./common.ts";
import { pointerForm } from "./http.ts";
import { name, user } from "./names.ts";
import { type About, exactlyOne, shape } from "./shape.ts";

const target = v.pipe(
  exactlyOne(
    shape(
      { what: "a map with beat or file, and max_age" },
      {
        beat: maybe(name("the name of a beat"), "The name that the job gives to `dogwatch beat`.", "nightly-backup"),
        by: maybe(user(), "The user whose beat counts.", "backup"),
        file: maybe(path(), "A file that something alive writes again and again.", "/var/lib/app/heartbeat"),
        content: withDefault(
          choice(["modified", "epoch"]),
          "modified",
          "What tells the age: the file's time of change, or the epoch seconds in it.",
        ),
        at: maybe(
          text("a JSON pointer such as /updated_at", pointerForm),
          "Where in a JSON file the epoch stands.",
          "/updated_at",
        ),
        max_age: need(duration(1000, 366 * 86_400_000), "Older is bad.", "26h"),
      },
    ),
    ["beat", "file"],
    { none: 'expected "beat" or "file"', more: "one sign of life a check" },
    ["by", "content", "at", "max_age"],
  ),
  v.transform((raw) => ({
    beat: raw.beat ?? null,
    by: raw.by ?? null,
    file: raw.file ?? null,
    content: raw.content,
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
