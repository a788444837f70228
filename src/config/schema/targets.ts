import * as v from "valibot";
import type { ProcessCheck, TcpCheck, UnitCheck } from "../config.ts";
import { isMap } from "../json.ts";
import { isModelHost } from "../model-apis.ts";
import {
  type Block,
  choice,
  duration,
  maybe,
  need,
  path,
  pattern,
  placeAt,
  text,
  whole,
  withDefault,
} from "./blocks.ts";
import { unitName, user } from "./names.ts";
import { shape } from "./shape.ts";

/** The part of a check under the key `process`: at least one selector. */
export const processTarget: Block<ProcessCheck["process"]> = v.pipe(
  shape(
    { what: "a map that says which processes, such as { name: nginx }" },
    {
      name: maybe(
        text("the name of a program"),
        "The program's name as the kernel has it; of a name beyond 15 bytes the command line tells the rest.",
        "nginx",
      ),
      command: maybe(
        pattern(),
        "Must match the command line, its arguments joined by spaces. Give `user`, too: whoever can start a process can make a pattern with several `.*` slow.",
        "kanban task t_",
      ),
      user: maybe(user(), "The user that it runs as.", "agents"),
      unit: maybe(unitName(), "The systemd unit that it runs in, system or user.", "gateway.service"),
      pidfile: maybe(
        path(),
        "A file that holds its process id; the process must be there, alive, as well.",
        "/run/gateway.pid",
      ),
    },
  ),
  v.rawCheck(({ dataset, addIssue }) => {
    const value: unknown = dataset.value;
    if (!isMap(value) || Object.keys(value).length > 0) return;
    const message = 'expected at least one of "name", "command", "user", "unit" or "pidfile"';
    addIssue({ message, path: [placeAt("", "key")] });
  }),
  v.transform((raw) => ({
    name: raw.name ?? null,
    command: raw.command ?? null,
    user: raw.user ?? null,
    unit: raw.unit ?? null,
    pidfile: raw.pidfile ?? null,
  })),
);

/** The part of a check under the key `unit`. */
export const unitTarget: Block<UnitCheck["unit"]> = shape(
  { what: "a map that says which unit, such as { name: nginx.service }" },
  {
    name: need(unitName(), "The unit; `.service` is added where no suffix stands.", "nginx.service"),
    scope: withDefault(
      choice(["system", "user"]),
      "system",
      "The system's manager, or that of the user in `as`.",
      "user",
    ),
  },
);

const hostForm = /^([A-Za-z0-9_]([A-Za-z0-9._-]{0,252})|(?=(.*:){2})[0-9A-Fa-f:.]+(%[A-Za-z0-9_.-]+)?)$/u;

const tcpHost: Block<string> = v.pipe(
  text("a host name or IP address without a port", hostForm),
  v.check(
    (given) => !isModelHost(given),
    ({ input }) => `"${input}" is a model API: dogwatch never calls a model`,
  ),
  v.metadata({ "x-type": "host name or IP address" }),
);

/** The part of a check under the key `tcp`. */
export const tcpTarget: Block<TcpCheck["tcp"]> = v.pipe(
  shape(
    { what: "a map with port, such as { port: 5432 }" },
    {
      host: withDefault(tcpHost, "127.0.0.1", "Where to connect.", "db.internal"),
      port: need(whole(1, 65_535), "The port.", 5432),
      timeout: withDefault(duration(10, 60_000), "5s", "Until the connection stands."),
    },
  ),
  v.transform((raw) => ({ host: raw.host, port: raw.port, timeoutMs: raw.timeout })),
);
