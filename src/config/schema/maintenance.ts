import * as v from "valibot";
import type { Maintenance } from "../config.ts";
import { everClose, readCron } from "../cron.ts";
import { zoneFault } from "../zone-name.ts";
import { type Block, duration, type KeyFault, list, maybe, need, refusing, text, withDefault } from "./blocks.ts";
import { name } from "./names.ts";
import { picked, shape } from "./shape.ts";

const dayMs = 86_400_000;

const cronFault = (given: string): string | undefined => {
  const read = readCron(given);
  // An empty one has its fault already.
  return typeof read === "string" && /\S/u.test(given) ? read : undefined;
};

const names: Block<readonly string[]> = list(name("the name of a check"), 'a list of check names, or "all"', 1);
const word: Block<readonly string[]> = v.pipe(
  name('"all", or the name of a check'),
  v.transform((given) => [given]),
);
const checks: Block<readonly string[]> = picked([names, word], (given) => (typeof given === "string" ? word : names));

interface Raw {
  cron: string;
  for: number;
  checks: readonly string[];
  timezone?: string | undefined;
  reason?: string | undefined;
}

/** Windows that follow each other without an end would be a watchdog that is off, without a word. */
const neverCloses = ({ cron, for: forMs }: Raw): KeyFault | undefined => {
  const read = readCron(cron);
  if (typeof read === "string" || everClose([{ cron: read, forMs }])) return undefined;
  return { key: "for", message: "this window never closes: it opens again before it ends, or within 5 min" };
};

const window: Block<Maintenance> = v.pipe(
  shape(
    { what: 'a window, such as { cron: "0 3 * * 0", for: 1h }' },
    {
      cron: need(
        v.pipe(text('a cron line such as "0 3 * * 0"'), refusing(cronFault), v.metadata({ "x-type": "cron line" })),
        "When it opens: minute, hour, day of the month, month, day of the week, or a name such as `@weekly`. Where both days are given, both must fit.",
        "0 3 * * 0",
      ),
      for: need(duration(60_000, 7 * dayMs), "How long it stays open.", "1h"),
      checks: withDefault(
        v.pipe(checks, v.metadata({ "x-type": "list, or one word" })),
        "all",
        "Checks that neither alert nor heal meanwhile: their names, a preset's name for all of its, or `all`.",
        ["gateway"],
      ),
      timezone: maybe(
        v.pipe(text("the name of a time zone"), refusing(zoneFault), v.metadata({ "x-type": "time zone" })),
        "The time zone of `cron`, by its IANA name. Default: the host's own, as for cron(8) and systemd timers.",
        "Europe/Berlin",
      ),
      reason: maybe(
        text("a reason on one line, 200 characters at most", /^(?=.*\S)[^\p{Cc}]{1,200}$/u),
        "Stands in `status`, refusals and messages.",
        "weekly update",
      ),
    },
  ),
  refusing(neverCloses),
  v.transform((raw) => ({
    cron: raw.cron.trim(),
    forMs: raw.for,
    checks: raw.checks,
    timezone: raw.timezone ?? null,
    reason: raw.reason ?? null,
  })),
);

/** `maintenance`: windows that come again, in which nothing is told and nothing healed. */
export const maintenance: Block<Maintenance[]> = list(window, "a list of windows");

/** `silence`: what a silence by hand may be. */
export const silence: Block<{ readonly maxMs: number }> = v.pipe(
  shape(
    { what: "a map with max" },
    {
      max: withDefault(
        duration(60_000, 365 * dayMs),
        "24h",
        "The longest time that `silence add --for` takes. Every silence ends.",
        "7d",
      ),
    },
  ),
  v.transform(({ max }) => ({ maxMs: max })),
);
