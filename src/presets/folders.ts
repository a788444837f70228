import type { Service } from "./box.ts";
import type { Role } from "./known.ts";

/** The gateways that have a preset. */
export type Gateway = Extract<Role, "openclaw" | "hermes">;

const forms = { openclaw: /^openclaw-gateway-(.+)\.service$/u, hermes: /^hermes-gateway-(.+)\.service$/u } as const;
const variables = { openclaw: "OPENCLAW_STATE_DIR", hermes: "HERMES_HOME" } as const;

/** Whether a role is a known gateway's. Never throws. */
export const isGateway = (role: Role): role is Gateway => role === "openclaw" || role === "hermes";

/** The profile that a unit's name tells. Source: docs.openclaw.ai/cli/gateway; hermes-agent docs, profiles. */
export const profileOf = ({ unit = "" }: Pick<Service, "unit">, role: Gateway): string | undefined =>
  forms[role].exec(unit)?.[1];

/** Where a gateway of this unit's profile keeps its state by itself; undefined where its user has no home. */
export const usualFolder = (service: Pick<Service, "unit" | "home">, role: Gateway): string | undefined => {
  const profile = profileOf(service, role);
  if (service.home === undefined) return undefined;
  if (role === "openclaw") return `${service.home}/.openclaw${profile === undefined ? "" : `-${profile}`}`;
  return `${service.home}/.hermes${profile === undefined ? "" : `/profiles/${profile}`}`;
};

/** The folder that its process was told to use. */
export const toldFolder = ({ paths }: Pick<Service, "paths">, role: Gateway): string | undefined =>
  paths[variables[role]];

/** Files below a gateway's folder that tell what it is, and what can be asked of it. Hermes' board lies above its profiles. */
export const filesIn = (
  folder: string,
  role: Gateway,
): readonly { readonly part: "board" | "state" | "ticker" | "heartbeat"; readonly path: string }[] =>
  role === "openclaw"
    ? [{ part: "state", path: `${folder}/state/openclaw.sqlite` }]
    : [
        { part: "board", path: `${folder.replace(/\/profiles\/[^/]+$/u, "")}/kanban.db` },
        { part: "ticker", path: `${folder}/cron/ticker_heartbeat` },
        { part: "heartbeat", path: `${folder}/state/gateway.heartbeat` },
      ];
