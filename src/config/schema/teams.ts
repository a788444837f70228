import * as v from "valibot";
import type { ChatConfig } from "../config.ts";
import { type Block, need } from "./blocks.ts";
import { ownApi } from "./platform-parts.ts";
import { secretRef } from "./secrets.ts";
import { shape } from "./shape.ts";

type TeamsConfig = Extract<ChatConfig, { kind: "teams" }>;

/** A workflow of Microsoft Teams that posts what its webhook is sent; the URL is the secret, its host differs by company. */
export const teams: Block<TeamsConfig> = v.pipe(
  shape(
    { what: "a map with webhook and api" },
    {
      webhook: need(secretRef("teams-webhook"), "The HTTP URL that the workflow shows.", {
        credential: "teams-webhook",
      }),
      api: ownApi("https://default0123.45.environment.api.powerplatform.com"),
    },
  ),
  v.transform((raw) => ({ kind: "teams" as const, webhook: raw.webhook, api: raw.api })),
);
