import * as v from "valibot";
import type { ChatConfig } from "../config.ts";
import { quoted } from "../near.ts";
import { baseAddress } from "./address.ts";
import { type Block, list, need, refusing, text, withDefault } from "./blocks.ts";
import { headers } from "./secrets.ts";
import { mapOf, shape } from "./shape.ts";

type AlertmanagerConfig = Extract<ChatConfig, { kind: "alertmanager" }>;

/** Labels that dogwatch sets on every alert. */
const ours: ReadonlySet<string> = new Set(["alertname", "host", "check", "severity"]);

/** Source: prometheus.io/docs/concepts/data_model, "Metric names and labels": names with `__` in front are for internal use. */
const labels: Block<Record<string, string>> = v.pipe(
  mapOf(
    "a map of labels, such as { team: agents }",
    {
      form: /^(?!__)[A-Za-z_][A-Za-z0-9_]{0,99}$/u,
      fault: () => 'expected the name of a label: letters, digits and underscores, and no "__" at its start',
    },
    text("a label's text on one line", /^[^\p{Cc}]{1,200}$/u),
  ),
  refusing((map) => {
    const own = Object.keys(map).find((name) => ours.has(name));
    return own === undefined
      ? undefined
      : { key: own, message: `the label ${quoted(own)} is set by dogwatch itself; remove it` };
  }),
  v.metadata({ "x-type": "map of label to text" }),
);

/** Alertmanager's API v2, for a fleet. Source: prometheus.io/docs/alerting/latest/alerts_api. */
export const alertmanager: Block<AlertmanagerConfig> = v.pipe(
  shape(
    { what: "a map with url" },
    {
      url: need(
        baseAddress('"https://alertmanager.example.org"'),
        "Base address of the Alertmanager, to which `/api/v2/alerts` is added.",
        "https://alertmanager.example.org",
      ),
      peers: withDefault(
        list(baseAddress('"https://alertmanager-2.example.org"'), "a list of addresses"),
        [],
        "The other members of its cluster, each told the same. One that takes it is enough.",
        ["https://alertmanager-2.example.org"],
      ),
      headers: withDefault(headers, {}, "Headers to send; a secret one by reference.", {
        Authorization: { credential: "alertmanager-token", prefix: "Bearer " },
      }),
      labels: withDefault(labels, {}, "Labels that every alert of this host carries besides dogwatch's own.", {
        team: "agents",
      }),
    },
  ),
  v.transform((raw) => ({
    kind: "alertmanager" as const,
    api: raw.url,
    peers: raw.peers,
    headers: raw.headers,
    labels: raw.labels,
  })),
);
