import * as v from "valibot";
import { isMap } from "../json.ts";
import type { Block } from "./blocks.ts";
import { type About, shape } from "./shape.ts";

/** Whether a platform's map speaks of a webhook: by its key, or by none of a bot's. */
export const isWebhook = (input: unknown): input is Readonly<Record<string, unknown>> =>
  isMap(input) && ("webhook" in input || !("token" in input || "channel" in input));

/** Refuses a map that has both `webhook` and `token`, in one sentence; faults of its `keys` are left for when one of them is gone. */
export const webhookOrToken = (platform: string, about: About, keys: readonly string[]): Block<never> =>
  v.pipe(
    shape(
      about,
      Object.fromEntries(["webhook", "token", ...keys].map((key) => [key, v.optional(v.unknown())] as const)),
    ),
    v.rawTransform(({ addIssue, NEVER }) => {
      addIssue({ message: `${platform} takes either "webhook", or "token" and "channel": keep one` });
      return NEVER;
    }),
  );
