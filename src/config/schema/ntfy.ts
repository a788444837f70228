import * as v from "valibot";
import type { ChatConfig, SecretRef } from "../config.ts";
import { isMap } from "../json.ts";
import { type Block, maybe, need, privateText, whole, withDefault } from "./blocks.ts";
import { api } from "./platform-parts.ts";
import { secretRef } from "./secrets.ts";
import { picked, shape } from "./shape.ts";

type NtfyConfig = Extract<ChatConfig, { kind: "ntfy" }>;

/** Source: docs.ntfy.sh/publish, "Picking a topic"; ntfy's server takes `^[-_A-Za-z0-9]{1,64}$`. */
const plainTopic = privateText("a topic of letters, digits, underscores and hyphens, 64 at most", /^[\w-]{1,64}$/u);
const secretTopic = secretRef("ntfy-topic");
const topic: Block<string | SecretRef> = v.pipe(
  picked<string | SecretRef>([plainTopic, secretTopic], (input) => (isMap(input) ? secretTopic : plainTopic)),
  v.metadata({ "x-type": "text or secret" }),
);

/** A topic of an ntfy server. Source: docs.ntfy.sh/publish. */
export const ntfy: Block<NtfyConfig> = v.pipe(
  shape(
    { what: "a map with topic" },
    {
      topic: need(
        topic,
        "The topic to publish to. On a server without access control whoever knows it reads along: then `{ credential: NAME }`.",
        { credential: "ntfy-topic" },
      ),
      token: maybe(secretRef("ntfy-token"), "An access token that may write to the topic.", {
        credential: "ntfy-token",
      }),
      priority: withDefault(
        whole(1, 5),
        4,
        "Priority of what a person must see now; 5 rings through most phones' quiet hours. Good news has 3 at most.",
        5,
      ),
      api: api("https://ntfy.sh"),
    },
  ),
  v.transform((raw) => ({
    kind: "ntfy" as const,
    topic: raw.topic,
    priority: raw.priority,
    token: raw.token ?? null,
    api: raw.api,
  })),
);
