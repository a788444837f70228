import * as v from "valibot";
import type { ChatConfig } from "../config.ts";
import { type Block, maybe, need, privateText } from "./blocks.ts";
import { ownApi } from "./platform-parts.ts";
import { secretRef } from "./secrets.ts";
import { shape } from "./shape.ts";

type MatrixConfig = Extract<ChatConfig, { kind: "matrix" }>;

/** A Matrix user's access token and a room; `api` is the homeserver. Source: spec.matrix.org, client-server API, "Room IDs", "Event IDs". */
export const matrix: Block<MatrixConfig> = v.pipe(
  shape(
    { what: "a map with room, token and api" },
    {
      room: need(
        privateText(
          'the internal id of a room, such as "!OGEhHVWSdvArJzumhm:matrix.org" (not its alias with "#")',
          /^![\x21-\x7e]{1,254}$/u,
        ),
        "The room to post to, without encryption.",
        "!OGEhHVWSdvArJzumhm:matrix.org",
      ),
      token: need(secretRef("matrix-token"), "The access token of a user that is in the room.", {
        credential: "matrix-token",
      }),
      thread_id: maybe(
        privateText(
          'the id of an event, such as "$Woq2vwLy8mNukf7e8oz61GxT5gpMmr_asNOJL6KIqiA"',
          /^\$[\x21-\x7e]{1,254}$/u,
        ),
        "Post into the thread that this event begins.",
        "$Woq2vwLy8mNukf7e8oz61GxT5gpMmr_asNOJL6KIqiA",
      ),
      api: ownApi("https://matrix.example.org"),
    },
  ),
  v.transform((raw) => ({
    kind: "matrix" as const,
    room: raw.room,
    token: raw.token,
    threadId: raw.thread_id ?? null,
    api: raw.api,
  })),
);
