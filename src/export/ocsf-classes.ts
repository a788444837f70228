/** An OCSF event class, as far as its events name it. Source: OCSF 1.8.0, events/ and categories.json. */
export interface OcsfClass {
  readonly uid: number;
  readonly name: string;
  readonly categoryUid: number;
  readonly categoryName: string;
  /** Attributes that the class has only by the profile `host` must name it. */
  readonly needsHostProfile: boolean;
}

/** The version of OCSF that the export keeps to; later 1.x ones take it too. Source: OCSF's own rules for versions. */
export const ocsfVersion = "1.8.0";

/** Incidents. */
export const detectionFinding: OcsfClass = {
  uid: 2004,
  name: "Detection Finding",
  categoryUid: 2,
  categoryName: "Findings",
  needsHostProfile: false,
};

/** Heals without a process that they are aimed at. */
export const remediation: OcsfClass = {
  uid: 7001,
  name: "Remediation Activity",
  categoryUid: 7,
  categoryName: "Remediation",
  needsHostProfile: true,
};

/** Heals of a process that is known. */
export const processRemediation: OcsfClass = {
  ...remediation,
  uid: 7003,
  name: "Process Remediation Activity",
};

/** What persons and the config change: silences, latches, the config itself. */
export const entityManagement: OcsfClass = {
  uid: 3004,
  name: "Entity Management",
  categoryUid: 3,
  categoryName: "Identity & Access Management",
  needsHostProfile: true,
};

/** What befalls the log itself. */
export const eventLog: OcsfClass = {
  uid: 1008,
  name: "Event Log Activity",
  categoryUid: 1,
  categoryName: "System Activity",
  needsHostProfile: false,
};

/** Events of a later version of ours. */
export const baseEvent: OcsfClass = {
  uid: 0,
  name: "Base Event",
  categoryUid: 0,
  categoryName: "Uncategorized",
  needsHostProfile: true,
};
