import { openclawPort, usualUnit } from "../config/presets/places.ts";
import { type Block, eyesOf } from "./block.ts";
import type { Box, KnownFile, Service } from "./box.ts";
import type { Finding } from "./find.ts";
import { folderBy, profileOf, toldFolder } from "./folders.ts";
import { scalar } from "./yaml-text.ts";

/** Its usual port where it listens there, else the door that answered like a gateway. */
const otherPort = ({ doors, service }: Finding): number | undefined =>
  service.listeners.some(({ port }) => port === openclawPort)
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
  // Whose gateway it is, for the closed home and the own manager.
  const as = eyesOf(box, service.scope === "user" ? service.manager : service.user);
  const profile = profileOf(service, role);
  const folder = toldFolder(service, role);
  const lines: Readonly<Record<string, string | number | undefined>> = {
    preset: role,
    as,
    scope: scopeOf(box, service, as),
    unit: service.unit === usualUnit(role, profile) ? undefined : service.unit,
    profile: profile ?? undefined,
    home: folder === folderBy(service, role) ? undefined : folder,
    ...(role === "hermes" ? hermesLines(finding) : { port: otherPort(finding) }),
  };
  const body = Object.entries(lines).flatMap(([key, value]) =>
    value === undefined ? [] : [`${key}: ${scalar(key === "profile" ? String(value) : value)}`],
  );
  return { name, seen: [], body: body.map((line) => line.replace(/: "off"$/u, ": off")), needs: [], isPreset: true };
};
