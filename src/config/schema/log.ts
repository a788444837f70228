import * as v from "valibot";
import type { Config } from "../config.ts";
import { type Block, duration, refusing, size, withDefault } from "./blocks.ts";
import { shape } from "./shape.ts";

const hourMs = 3_600_000;
const dayMs = 86_400_000;
const mebibyte = 1_048_576;

/** `log`: when the heal log goes on in a new file, and how long the old ones stay. */
export const log: Block<Config["log"]> = v.pipe(
  shape(
    { what: "a map with rotate_size, rotate_every, keep" },
    {
      rotate_size: withDefault(
        size(16_384, 1024 * mebibyte),
        "8M",
        "At this size the heal log goes on in a new file; the older ones are packed with gzip, up to 32M each.",
        "32M",
      ),
      rotate_every: withDefault(
        duration(hourMs, 3650 * dayMs),
        "30d",
        "The same when its first line is this old and another is written.",
        "7d",
      ),
      keep: withDefault(
        v.pipe(
          duration(0, 36_500 * dayMs),
          refusing((ms) =>
            ms > 0 && ms < dayMs ? "expected 0s, which keeps them for ever, or at least 1d" : undefined,
          ),
        ),
        "400d",
        "An old file whose last change is older is removed, one at each rotation and never the newest two. 0s: they stay for ever.",
        "0s",
      ),
    },
  ),
  v.transform((raw) => ({ rotateBytes: raw.rotate_size, rotateEveryMs: raw.rotate_every, keepMs: raw.keep })),
);
