import * as v from "valibot";
import type { Config } from "./config.ts";
import { type Block, duration, file, maybe, need, text, withDefault } from "./schema/blocks.ts";
import { chat, chatMissing } from "./schema/chat.ts";
import { anyCheck } from "./schema/checks.ts";
import { deadman } from "./schema/deadman.ts";
import { heal } from "./schema/heal.ts";
import { log } from "./schema/log.ts";
import { maintenance, silence } from "./schema/maintenance.ts";
import { checkNameFault, checkNameForm } from "./schema/names.ts";
import { presetShorthand } from "./schema/preset.ts";
import { mapOf, shape } from "./schema/shape.ts";

const dayMs = 86_400_000;

/** The config as its file tells it; the host's own name is filled in by `load.ts` where `host` is null. */
export type FileConfig = Omit<Config, "host"> & { readonly host: string | null };

const noChecks = 'no checks: add at least one under "checks"';

const checks: Block<Config["checks"]> = v.pipe(
  mapOf(
    "a map of checks: name, then what to check",
    {
      form: checkNameForm,
      fault: (key) => checkNameFault("check", key),
    },
    anyCheck,
  ),
  v.check((map) => Object.keys(map).length > 0, noChecks),
  v.transform((map) => Object.entries(map).map(([name, each]) => ({ ...each, name }))),
);

/**
 * THE place: shape, defaults, units and descriptions of the config file. `docs/config.md` and `docs/dogwatch.schema.json` are made from it
 * (`scripts/docs.ts`). Imported on the path that reads a file only.
 */
export const configSchema: Block<FileConfig> = v.pipe(
  shape(
    {
      what: 'a map of settings: "chat", "checks" and more',
      later: ["plugins"],
      missing: { chat: chatMissing, checks: noChecks },
    },
    {
      host: maybe(
        text("the name of this host on one line", /^[^\p{Cc}\s](?:[^\p{Cc}]{0,62}[^\p{Cc}\s])?$/u),
        "This host's name in messages and log. Default: the host's own.",
        "web-1",
      ),
      confirm: withDefault(
        duration(0, 30_000),
        "10s",
        "Checks that would turn red are probed once more, together, after this time. 0s: no second look.",
      ),
      chat: need(chat, "Where messages go: exactly one.", "console"),
      deadman: maybe(
        deadman,
        "The dead-man's switch: a server of the healthchecks.io protocol that hears of each tick, and worries when none comes.",
        { url: "https://hc-ping.com/4f6a3a2e-1d0b-4c57-9f7e-1a2b3c4d5e6f" },
      ),
      preset: maybe(
        presetShorthand,
        "Gateways that dogwatch knows, each with all its defaults: the same as `openclaw: { preset: openclaw }` in `checks`.",
        "openclaw",
      ),
      checks: need(checks, "What to look at, by name; with a preset it may be left out.", {
        gateway: { http: { url: "http://127.0.0.1:8080/healthz" } },
      }),
      heal: withDefault(heal, {}, "What dogwatch may do by itself.", { mode: "apply" }),
      remind_every: withDefault(duration(1000, 365 * dayMs), "4h", "How often a red that stays is told again."),
      maintenance: withDefault(
        maintenance,
        [],
        "Windows by cron in which checks neither alert nor heal. What is still red when one closes is told then.",
        [{ cron: "0 3 * * 0", for: "1h", checks: ["gateway"], timezone: "Europe/Berlin" }],
      ),
      silence: withDefault(silence, {}, "What `dogwatch silence add` may do.", { max: "7d" }),
      log: withDefault(log, {}, "When the heal log goes on in a new file, and how long the old ones stay.", {
        keep: "0s",
      }),
      report: maybe(
        file(),
        "A page with all that dogwatch knows, as one HTML file: each tick writes it anew when all else is done. On a system install the page itself is `/var/lib/dogwatch/report.html`, and `sudo dogwatch report --link` makes this path a link to it.",
        "/var/www/html/dogwatch.html",
      ),
    },
  ),
  v.transform((raw) => ({
    host: raw.host ?? null,
    confirmMs: raw.confirm,
    chat: raw.chat,
    deadman: raw.deadman ?? null,
    checks: raw.checks,
    heal: raw.heal,
    remindEveryMs: raw.remind_every,
    maintenance: raw.maintenance,
    silenceMaxMs: raw.silence.maxMs,
    log: raw.log,
    report: raw.report ?? null,
  })),
);
