import * as v from "valibot";
import type { PluginCheck } from "../config.ts";
import { programFault } from "../model-clients.ts";
import { type Block, duration, need, refusing, text, withDefault } from "./blocks.ts";
import { commonEntries, toCommon } from "./common.ts";
import { type About, shape } from "./shape.ts";

const words = "a program and its arguments, such as [/usr/lib/nagios/plugins/check_load, -w, 5]";

const command: Block<string[]> = v.pipe(
  v.array(
    v.pipe(
      v.union([text("text", /^[^\0]*$/u), v.number()]),
      v.transform(String),
      v.metadata({ "x-type": "text or number" }),
    ),
    `expected ${words}`,
  ),
  v.check((argv) => argv[0]?.startsWith("/") === true, `expected ${words}: the program by its absolute path`),
  refusing((argv) => programFault(argv)),
  v.metadata({ "x-type": "list" }),
);

const target: Block<PluginCheck["plugin"]> = v.pipe(
  shape(
    { what: `a map with command: ${words}` },
    {
      command: need(command, "Program and arguments; no shell.", ["/usr/lib/nagios/plugins/check_load", "-w", "5"]),
      timeout: withDefault(duration(100, 45_000), "10s", "Until it has ended."),
    },
  ),
  v.transform((raw) => ({ command: raw.command, timeoutMs: raw.timeout })),
);

/** A check of kind `plugin`, before it has its name. */
export const pluginCheck = (about: About): Block<Omit<PluginCheck, "name">> =>
  v.pipe(
    shape(about, {
      plugin: need(target, "A program of the monitoring-plugins protocol.", {
        command: ["/usr/lib/nagios/plugins/check_load", "-w", "5"],
      }),
      ...commonEntries(1),
    }),
    v.transform((raw) => ({ kind: "plugin" as const, ...toCommon(raw), plugin: raw.plugin })),
  );
