import * as v from "valibot";
import { parseJson } from "../config/json.ts";
import type { WatcherEvent } from "./helper.ts";
import { maxItems, type Request } from "./wire.ts";

const maxNameLength = 128;
const name = v.pipe(v.string(), v.minLength(1), v.maxLength(maxNameLength));
const names = v.pipe(v.array(name), v.maxLength(maxItems));
const words = v.pipe(v.string(), v.maxLength(4000));

const event: v.GenericSchema<unknown, WatcherEvent> = v.variant("event", [
  v.strictObject({ event: v.literal("incident.opened"), incident: name, check: name, evidence: words }),
  v.strictObject({ event: v.literal("incident.resolved"), incident: name, check: name, why: words }),
  v.strictObject({ event: v.literal("config.changed") }),
]);

const request: v.GenericSchema<unknown, Request> = v.variant("do", [
  v.strictObject({ do: v.literal("hello"), version: v.number(), config: name, dryRun: v.optional(v.boolean()) }),
  v.strictObject({ do: v.picklist(["incidents", "keep", "seal", "story"]) }),
  v.strictObject({ do: v.picklist(["look", "suspect"]), checks: names }),
  v.strictObject({ do: v.literal("enter"), events: v.pipe(v.array(event), v.maxLength(maxItems)) }),
  v.strictObject({
    do: v.literal("heal"),
    red: names,
    incidents: v.pipe(v.array(v.strictObject({ check: name, incident: name })), v.maxLength(maxItems)),
    dryRun: v.boolean(),
  }),
  v.strictObject({ do: v.literal("tidy"), notGreen: names }),
]);

/** Reads a request off a line; undefined for anything else than one of its exact shape. Never throws. */
export const parseRequest = (text: string): Request | undefined => {
  const parsed = v.safeParse(request, parseJson(text)?.value);
  return parsed.success ? parsed.output : undefined;
};
