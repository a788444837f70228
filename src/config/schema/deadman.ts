import * as v from "valibot";
import type { DeadmanConfig, SecretRef } from "../config.ts";
import { isMap } from "../json.ts";
import { pingFault } from "../ping-address.ts";
import { address, baseAddress } from "./address.ts";
import { type Block, duration, maybe, need, refusing, withDefault } from "./blocks.ts";
import { secretRef } from "./secrets.ts";
import { picked, shape } from "./shape.ts";

const example = "https://hc-ping.com/4f6a3a2e-1d0b-4c57-9f7e-1a2b3c4d5e6f";

/** Where a check of the public service lives. */
const hosted = "https://hc-ping.com";

const plain: Block<string> = v.pipe(
  address(`"${example}"`),
  v.rawCheck(({ dataset, addIssue }) => {
    const isWell = dataset.typed && dataset.issues === undefined;
    const why = isWell ? pingFault(new URL(dataset.value)) : undefined;
    if (why !== undefined) addIssue({ message: why });
  }),
);

const byReference = secretRef("deadman-url");

const settings = shape(
  { what: "a map with url" },
  {
    url: need(
      picked<string | SecretRef>([plain, byReference], (input) => (isMap(input) ? byReference : plain)),
      "The check's ping URL, or a secret that holds it. Dogwatch adds `/start` and `/fail` itself.",
      example,
    ),
    api: maybe(
      baseAddress(`"${hosted}"`),
      `Beside a \`url\` by reference: where it leads. Default: ${hosted}.`,
      "https://hc.example.org/ping",
    ),
    timeout: withDefault(
      duration(1000, 10_000),
      "5s",
      "How long a server that doesn't answer may delay a tick, all pings together.",
    ),
  },
);

const map: Block<DeadmanConfig> = v.pipe(
  settings,
  refusing(({ url, api }) =>
    typeof url === "string" && api !== undefined
      ? { key: "api", message: '"api" goes with a "url" by reference; this one says itself where it leads' }
      : undefined,
  ),
  v.transform(({ url, api, timeout }) => ({
    url,
    api: typeof url === "string" ? new URL(url).origin : (api ?? hosted),
    timeoutMs: timeout,
  })),
);

const text = v.never("expected a map: deadman: { url: … }");

/** The dead-man's switch. An address in place of the map isn't shown: it may be meant as a secret. */
export const deadman: Block<DeadmanConfig> = picked([map], (input) => (typeof input === "string" ? text : map));
