import { hermesFiles, openclawState, usualFolder } from "../config/presets/places.ts";
import type { PresetName } from "../config/schema/preset.ts";
import type { KnownFile, Service } from "./box.ts";
import type { Role } from "./known.ts";

/** The gateways that have a preset. */
export type Gateway = Extract<Role, PresetName>;

const forms = { openclaw: /^openclaw-gateway-(.+)\.service$/u, hermes: /^hermes-gateway-(.+)\.service$/u } as const;
const variables = { openclaw: "OPENCLAW_STATE_DIR", hermes: "HERMES_HOME" } as const;

/** Whether a role is a known gateway's. Never throws. */
export const isGateway = (role: Role): role is Gateway => role === "openclaw" || role === "hermes";

/** The profile that a unit's name tells. Source: docs.openclaw.ai/cli/gateway; hermes-agent docs, profiles. */
export const profileOf = ({ unit = "" }: Pick<Service, "unit">, role: Gateway): string | null =>
  forms[role].exec(unit)?.[1] ?? null;

/** Where a gateway of this unit's profile keeps its state by itself; undefined where its user has no home. */
export const folderBy = (service: Pick<Service, "unit" | "home">, role: Gateway): string | undefined =>
  service.home === undefined ? undefined : usualFolder(role, service.home, profileOf(service, role));

/** The folder that its process was told to use. */
export const toldFolder = ({ paths }: Pick<Service, "paths">, role: Gateway): string | undefined =>
  paths[variables[role]];

/** Files of a gateway's folder that tell what it is, and what can be asked of it. */
export const filesIn = (folder: string, role: Gateway): readonly Pick<KnownFile, "part" | "path">[] => {
  if (role === "openclaw") return [{ part: "state", path: openclawState(folder) }];
  const { board, ticker, heartbeat } = hermesFiles(folder);
  return [
    { part: "board", path: board },
    { part: "ticker", path: ticker },
    { part: "heartbeat", path: heartbeat },
  ];
};
