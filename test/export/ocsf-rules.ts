/**
 * What OCSF 1.8.0 asks of the classes that we write, in our own words and only as far as we use them: an attribute that isn't here is refused, also
 * where OCSF has it. `scripts/ocsf-check.ts` holds the same events against OCSF's own definitions. Source: schema.ocsf.io/1.8.0.
 */
type Json = Readonly<Record<string, unknown>>;

const text: Json = { type: "string" };
const whole: Json = { type: "integer" };

const object = (required: readonly string[], properties: Readonly<Record<string, Json>>, more: Json = {}): Json => ({
  type: "object",
  additionalProperties: false,
  required,
  properties,
  ...more,
});

/** A number of a list, and the word that must stand beside it. 99, other, has a word of its own. */
const coded = (number: string, word: string, list: Readonly<Record<number, string>>): readonly Json[] => [
  { properties: { [number]: { enum: [...Object.keys(list).map(Number), 99] } } },
  ...Object.entries(list).map(([id, caption]) => ({
    if: { properties: { [number]: { const: Number(id) } }, required: [number] },
    // biome-ignore lint/suspicious/noThenProperty: a key of JSON Schema.
    then: { properties: { [word]: { const: caption } } },
  })),
];

const severities = {
  0: "Unknown",
  1: "Informational",
  2: "Low",
  3: "Medium",
  4: "High",
  5: "Critical",
  6: "Fatal",
} as const;
const baseStatuses = { 0: "Unknown", 1: "Success", 2: "Failure" } as const;
const remediationStatuses = {
  ...baseStatuses,
  3: "Does Not Exist",
  4: "Partial",
  5: "Unsupported",
  6: "Error",
} as const;

const anyOf = (...names: readonly string[]): Json => ({ anyOf: names.map((name) => ({ required: [name] })) });

const metadata = (profiles: readonly string[]): Json =>
  object(["version", "product", ...(profiles.length === 0 ? [] : ["profiles"])], {
    version: { const: "1.8.0" },
    product: object([], { name: text, vendor_name: text, version: text }, anyOf("name", "uid")),
    uid: text,
    sequence: whole,
    event_code: text,
    correlation_uid: text,
    log_name: text,
    log_provider: text,
    original_time: text,
    ...(profiles.length === 0 ? {} : { profiles: { const: profiles } }),
  });

const fingerprint = object(["algorithm_id", "value"], {
  algorithm_id: { const: 3 },
  algorithm: { const: "SHA-256" },
  value: { type: "string", pattern: "^[0-9a-f]{64}$" },
});

const device = object(
  ["type_id"],
  { hostname: text, type_id: { const: 0 }, type: { const: "Unknown" }, boot_uid: text },
  anyOf("hostname"),
);

const user = object(
  [],
  { uid: text, type_id: whole, type: text },
  {
    ...anyOf("uid"),
    allOf: coded("type_id", "type", { 0: "Unknown", 1: "User", 2: "Admin", 3: "System", 4: "Service" }),
  },
);
const actor = object([], { app_name: text, app_uid: text, user }, anyOf("user", "app_name", "app_uid"));

interface Class {
  readonly name: string;
  readonly category: readonly [uid: number, name: string];
  readonly activities: Readonly<Record<number, string>>;
  readonly statuses: Readonly<Record<number, string>>;
  readonly profiles: readonly string[];
  readonly required: readonly string[];
  readonly own: Readonly<Record<string, Json>>;
}

const healOwn = { command_uid: text, remediation: object(["desc"], { desc: text }), actor };
const healActivities = { 0: "Unknown", 1: "Isolate", 2: "Evict", 3: "Restore", 4: "Harden", 5: "Detect" } as const;

const classes: Readonly<Record<number, Class>> = {
  0: {
    name: "Base Event",
    category: [0, "Uncategorized"],
    activities: { 0: "Unknown" },
    statuses: baseStatuses,
    profiles: ["host"],
    required: [],
    own: { actor },
  },
  1008: {
    name: "Event Log Activity",
    category: [1, "System Activity"],
    activities: { 0: "Unknown", 1: "Clear", 2: "Delete", 3: "Export", 4: "Archive", 5: "Rotate" },
    statuses: baseStatuses,
    profiles: [],
    required: ["actor", "device", "log_name"],
    own: { actor, log_name: text, log_provider: text, log_type_id: { const: 2 }, log_type: { const: "Application" } },
  },
  2004: {
    name: "Detection Finding",
    category: [2, "Findings"],
    activities: { 0: "Unknown", 1: "Create", 2: "Update", 3: "Close" },
    statuses: { 0: "Unknown", 1: "New", 2: "In Progress", 3: "Suppressed", 4: "Resolved" },
    profiles: [],
    required: ["finding_info"],
    own: {
      is_alert: { type: "boolean" },
      finding_info: object(["uid"], {
        uid: text,
        title: text,
        desc: text,
        analytic: object(["type_id"], { name: text, type_id: { const: 1 }, type: { const: "Rule" } }, anyOf("name")),
        created_time: whole,
        modified_time: whole,
      }),
    },
  },
  3004: {
    name: "Entity Management",
    category: [3, "Identity & Access Management"],
    activities: { 0: "Unknown", 1: "Create", 3: "Update", 4: "Delete", 10: "Activate", 12: "Suspend", 13: "Resume" },
    statuses: baseStatuses,
    profiles: ["host"],
    required: ["entity"],
    own: {
      actor,
      comment: text,
      entity: object([], { name: text, uid: text, type_id: { const: 99 }, type: text }, anyOf("name", "uid")),
    },
  },
  7001: {
    name: "Remediation Activity",
    category: [7, "Remediation"],
    activities: healActivities,
    statuses: remediationStatuses,
    profiles: ["host"],
    required: ["command_uid"],
    own: healOwn,
  },
  7003: {
    name: "Process Remediation Activity",
    category: [7, "Remediation"],
    activities: healActivities,
    statuses: remediationStatuses,
    profiles: ["host"],
    required: ["command_uid", "process"],
    own: { ...healOwn, process: object(["pid"], { pid: whole, created_time: whole }) },
  },
};

const schemaOf = (uid: number, of: Class): Json =>
  object(
    [
      ...["activity_id", "category_uid", "class_uid", "metadata", "severity_id", "time", "type_uid"],
      ...["raw_data_hash", ...of.required],
    ],
    {
      class_uid: { const: uid },
      class_name: { const: of.name },
      category_uid: { const: of.category[0] },
      category_name: { const: of.category[1] },
      activity_id: whole,
      activity_name: text,
      type_uid: whole,
      type_name: text,
      severity_id: whole,
      severity: text,
      status_id: whole,
      status: text,
      status_code: text,
      status_detail: text,
      time: whole,
      message: text,
      metadata: metadata(of.profiles),
      device,
      raw_data: text,
      raw_data_hash: fingerprint,
      raw_data_size: whole,
      unmapped: { type: "object" },
      ...of.own,
    },
    {
      allOf: [
        ...coded("activity_id", "activity_name", of.activities),
        ...coded("severity_id", "severity", severities),
        ...coded("status_id", "status", of.statuses),
        {
          anyOf: [...Object.keys(of.activities).map(Number), 99].map((id) => ({
            properties: { activity_id: { const: id }, type_uid: { const: uid * 100 + id } },
          })),
        },
      ],
    },
  );

/** One JSON Schema for all classes that we write. */
export const ocsfSchema: Json = {
  $schema: "https://json-schema.org/draft/2020-12/schema",
  oneOf: Object.entries(classes).map(([uid, of]) => schemaOf(Number(uid), of)),
};
