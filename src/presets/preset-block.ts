import type { Box, KnownFile, Service } from "./box.ts";
import type { Finding } from "./find.ts";
import type { Block } from "./plan.ts";
import { scalar } from "./yaml-text.ts";

const forms = { openclaw: /^openclaw-gateway-(.+)\.service$/u, hermes: /^hermes-gateway-(.+)\.service$/u } as const;

/** The profile that a unit's name tells. Source: docs.openclaw.ai/cli/gateway; hermes-agent docs, profiles. */
const profileOf = ({ unit = "" }: Service, role: "openclaw" | "hermes"): string | undefined =>
  forms[role].exec(unit)?.[1];

const usualUnit = (role: "openclaw" | "hermes", profile: string | undefined): string =>
  `${role}-gateway${profile === undefined ? "" : `-${profile}`}.service`;

const usualHome = (role: "openclaw" | "hermes", { home = "" }: Service, profile: string | undefined): string => {
  if (role === "openclaw") return `${home}/.openclaw${profile === undefined ? "" : `-${profile}`}`;
  return `${home}/.hermes${profile === undefined ? "" : `/profiles/${profile}`}`;
};

/** OpenClaw's own port. Source: docs.openclaw.ai/gateway. */
const usualPort = 18789;

/** Its usual port where it listens there, else the door that answered like a gateway. */
const openclawPort = ({ doors, service }: Finding): number | undefined =>
  service.listeners.some(({ port }) => port === usualPort)
    ? undefined
    : doors.find(({ health }) => health !== undefined)?.door.port;

/** The door whose health answer names this part of Hermes. */
const hermesPort = ({ doors }: Finding, platform: string): number | undefined =>
  doors.find(({ health }) => health?.answered.body.includes(`"${platform}"`) === true)?.door.port;

const hasFile = (files: readonly KnownFile[], part: KnownFile["part"]): boolean =>
  files.some((each) => each.part === part);

const hermesLines = (finding: Finding): Readonly<Record<string, string | number | undefined>> => ({
  heartbeat: hasFile(finding.files, "heartbeat") ? "gateway" : hasFile(finding.files, "ticker") ? undefined : "off",
  board: hasFile(finding.files, "board") ? undefined : "off",
  api: hermesPort(finding, "hermes-agent"),
  webhook: hermesPort(finding, "webhook"),
});

/** Whose gateway it is, for his closed home and his own manager; root's eyes are never taken. */
const eyes = ({ install }: Box, { scope, manager, user }: Service): string | undefined => {
  const whose = scope === "user" ? manager : user;
  return install === "user" || whose === "root" ? undefined : whose;
};

const scopeOf = ({ install }: Box, { scope }: Service, as: string | undefined): string | undefined => {
  const usual = as !== undefined || install === "user" ? "user" : "system";
  return scope === usual ? undefined : scope;
};

/**
 * A known gateway as `preset:`: what it looks at and when it heals stands in one place, and grows with dogwatch. Only what differs from
 * the preset's own defaults is written. Pure, never throws.
 */
export const presetBlock = (box: Box, finding: Finding, name: string): Block => {
  const { service } = finding;
  const role = finding.role === "hermes" ? "hermes" : "openclaw";
  const as = eyes(box, service);
  const profile = profileOf(service, role);
  const folder = service.paths[role === "hermes" ? "HERMES_HOME" : "OPENCLAW_STATE_DIR"];
  const lines: Readonly<Record<string, string | number | undefined>> = {
    preset: role,
    as,
    scope: scopeOf(box, service, as),
    unit: service.unit === usualUnit(role, profile) ? undefined : service.unit,
    profile,
    home: folder === usualHome(role, service, profile) ? undefined : folder,
    ...(role === "hermes" ? hermesLines(finding) : { port: openclawPort(finding) }),
  };
  const body = Object.entries(lines).flatMap(([key, value]) =>
    value === undefined ? [] : [`${key}: ${scalar(key === "profile" ? String(value) : value)}`],
  );
  return { name, seen: [], body: body.map((line) => line.replace(/: "off"$/u, ": off")), needs: [], isPreset: true };
};
