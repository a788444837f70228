import type { PresetName } from "../schema/preset.ts";

/** OpenClaw's own port. Source: docs.openclaw.ai/gateway. */
export const openclawPort = 18_789;

/** The unit that a gateway makes for itself. Pure. Source: docs.openclaw.ai/cli/gateway; hermes-agent docs, profiles. */
export const usualUnit = (preset: PresetName, profile: string | null): string =>
  `${preset}-gateway${profile === null ? "" : `-${profile}`}.service`;

/** Where a gateway keeps its state by itself. Pure. Source: docs.openclaw.ai/cli/gateway; hermes-agent docs, profiles. */
export const usualFolder = (preset: PresetName, home: string, profile: string | null): string =>
  preset === "openclaw"
    ? `${home}/.openclaw${profile === null ? "" : `-${profile}`}`
    : `${home}/.hermes${profile === null ? "" : `/profiles/${profile}`}`;

/** OpenClaw's database, from the folder of its state. Pure. */
export const openclawState = (folder: string): string => `${folder}/state/openclaw.sqlite`;

/** The files of a Hermes gateway that are looked at, from its own folder; the board lies above all profiles. Pure. */
export const hermesFiles = (
  folder: string,
): { readonly board: string; readonly ticker: string; readonly heartbeat: string } => ({
  board: `${folder.replace(/\/profiles\/[^/]+$/u, "")}/kanban.db`,
  ticker: `${folder}/cron/ticker_heartbeat`,
  heartbeat: `${folder}/state/gateway.heartbeat`,
});
