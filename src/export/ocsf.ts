import { escapeUnsafe } from "../log/bounds.ts";
import type { SeenEntry } from "../log/seen-entry.ts";
import { argument } from "../log/sheet.ts";
import { type Exported, type Format, timeOf } from "./format.ts";
import { messageOf, personIn } from "./message.ts";
import { ocsfVersion } from "./ocsf-classes.ts";
import { kindOf, type OcsfKind } from "./ocsf-events.ts";

type Attributes = Readonly<Record<string, unknown>>;

const sha256Fingerprint = (value: string): Attributes => ({ algorithm_id: 3, algorithm: "SHA-256", value });

const textOr = (text: string | undefined, otherwise: string): string =>
  text === undefined || text === "" ? otherwise : text;

const actorOf = (entry: SeenEntry): Attributes => {
  const uid = personIn(entry);
  const isRoot = uid === "0";
  return {
    app_name: "dogwatch",
    ...(uid === undefined
      ? { app_uid: entry.by }
      : { user: { uid, type_id: isRoot ? 2 : 1, type: isRoot ? "Admin" : "User" } }),
  };
};

const findingOf = (entry: SeenEntry): Attributes => {
  const isOpened = entry.event === "incident.opened";
  const check = textOr(entry.check, "a check");
  return {
    is_alert: isOpened,
    finding_info: {
      uid: textOr(entry.incident, `line ${entry.seq}`),
      title: `${check} ${isOpened ? "turned red" : "is resolved"}`,
      ...(entry.evidence === undefined ? {} : { desc: entry.evidence }),
      analytic: { name: check, type_id: 1, type: "Rule" },
      ...(isOpened ? { created_time: timeOf(entry) } : { modified_time: timeOf(entry) }),
    },
  };
};

const remedyText = ({ recipe, argv }: SeenEntry): string =>
  [textOr(recipe, "no recipe"), ...(argv === undefined ? [] : [argv.map(argument).join(" ")])].join(": ");

const healOf = (entry: SeenEntry): Attributes => ({
  command_uid: [
    textOr(entry.key ?? entry.incident, `line ${entry.seq}`),
    ...(entry.attempt === undefined ? [] : [entry.attempt]),
  ].join("#"),
  remediation: { desc: remedyText(entry) },
});

const processOf = ({ target }: SeenEntry): Attributes => {
  const startedMs = Date.parse(target?.started ?? "");
  return { process: { pid: target?.pid, ...(Number.isNaN(startedMs) ? {} : { created_time: startedMs }) } };
};

const configName = "config";

const entityOf = (entry: SeenEntry): Attributes => {
  const isConfig = entry.event === "config.changed";
  const type = isConfig ? "Config" : entry.event === "heal.unlatched" ? "Heal rule" : "Check";
  const name = isConfig ? configName : textOr(entry.check ?? entry.recipe, entry.event);
  return {
    entity: { name, type_id: 99, type, ...(entry.config_sha256 === undefined ? {} : { uid: entry.config_sha256 }) },
    ...(entry.why === undefined ? {} : { comment: entry.why }),
  };
};

const logName = "heal.jsonl";

const logOf = (): Attributes => ({
  log_name: logName,
  log_provider: "dogwatch",
  log_type_id: 2,
  log_type: "Application",
});

/** What the class of an event has beyond the common attributes. */
const ownOf = ({ of }: OcsfKind, entry: SeenEntry): Attributes => {
  switch (of.uid) {
    case 2004:
      return findingOf(entry);
    case 7001:
      return healOf(entry);
    case 7003:
      return { ...healOf(entry), ...processOf(entry) };
    case 3004:
      return entityOf(entry);
    case 1008:
      return logOf();
    default:
      return {};
  }
};

const metadataOf = ({ entry, sha256 }: Exported, { of }: OcsfKind, version: string): Attributes => ({
  version: ocsfVersion,
  product: { name: "dogwatch", vendor_name: "dogwatch", version },
  uid: sha256,
  sequence: entry.seq,
  event_code: entry.event,
  ...(entry.incident === undefined ? {} : { correlation_uid: entry.incident }),
  log_name: logName,
  log_provider: "dogwatch",
  original_time: entry.at,
  ...(of.needsHostProfile ? { profiles: ["host"] } : {}),
});

const statusOf = (entry: SeenEntry, { status }: OcsfKind): Attributes => {
  const detail = entry.why ?? entry.proof;
  return {
    status_id: status[0],
    status: status[1],
    ...(detail === undefined || detail === "" ? {} : { status_detail: detail }),
    ...(entry.exit === undefined ? {} : { status_code: String(entry.exit) }),
  };
};

/** An entry as an OCSF event. `version`: of this program. Never throws. */
export const ocsfEvent = (exported: Exported, version: string): Attributes => {
  const { entry, line, sha256 } = exported;
  const kind = kindOf(entry);
  const { of, activity, severity } = kind;
  const { seq: _seq, at: _at, host, boot, ...rest } = entry;
  return {
    class_uid: of.uid,
    class_name: of.name,
    category_uid: of.categoryUid,
    category_name: of.categoryName,
    activity_id: activity[0],
    activity_name: activity[1],
    type_uid: of.uid * 100 + activity[0],
    type_name: `${of.name}: ${activity[1]}`,
    severity_id: severity[0],
    severity: severity[1],
    ...statusOf(entry, kind),
    time: timeOf(entry),
    message: messageOf(entry),
    metadata: metadataOf(exported, kind, version),
    device: { hostname: host, type_id: 0, type: "Unknown", boot_uid: boot },
    ...(of.uid === 2004 ? {} : { actor: actorOf(entry) }),
    ...ownOf(kind, entry),
    raw_data: line,
    raw_data_hash: sha256Fingerprint(sha256),
    raw_data_size: new TextEncoder().encode(line).length,
    unmapped: rest,
  };
};

/** OCSF events, one JSON object a line. `version`: of this program. Source: schema.ocsf.io 1.8.0. */
export const ocsf = (version: string): Format => ({
  begin: "",
  one: (exported) => `${escapeUnsafe(JSON.stringify(ocsfEvent(exported, version)))}\n`,
  end: "",
});
