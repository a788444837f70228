import type { Box, KnownFile, Service } from "./box.ts";
import { type Opened, openedBy } from "./doors.ts";
import { filesIn, folderBy, isGateway, toldFolder } from "./folders.ts";
import { isPlumbing, type Role, roleOf } from "./known.ts";

/** A service that init makes something of. */
export interface Finding {
  readonly service: Service;
  readonly role: Role;
  readonly doors: readonly Opened[];
  /** Boards and states in the home, or in the folder that its process names. */
  readonly files: readonly KnownFile[];
}

/** All that was recognised, the gateways first, and the services that nothing is known of. */
export interface Found {
  readonly findings: readonly Finding[];
  readonly others: readonly Service[];
  /** Boards and states that no running gateway is known to own. */
  readonly strayFiles: readonly KnownFile[];
  /** How many more were recognised than a config can hold. */
  readonly left: number;
}

/** Any user can start services by the hundred: the system's come first, and then there is an end. */
const maxFindings = 100;

const order: readonly Role[] = [
  "openclaw",
  "hermes",
  "other",
  "celery",
  "bullmq",
  "worker",
  "rabbitmq",
  "redis",
  "model",
];

const filesOf = (service: Service, role: Role, { files }: Box): readonly KnownFile[] => {
  const folder = isGateway(role) ? (toldFolder(service, role) ?? folderBy(service, role)) : undefined;
  if (folder === undefined || !isGateway(role)) return [];
  const own = filesIn(folder, role).map(({ path }) => path);
  return files.filter(({ path }) => own.includes(path));
};

const isKnown = ({ role, doors }: Finding): boolean => role !== "other" || doors.some(({ isHttp }) => isHttp);

/** Recognises what runs on a box, from its facts alone. Pure, never throws. */
export const find = (box: Box): Found => {
  const services = box.services.filter(({ unit }) => unit === undefined || !isPlumbing(unit));
  const all = services.map((service): Finding => {
    const role = roleOf(service);
    return { service, role, doors: openedBy(service, box), files: filesOf(service, role, box) };
  });
  const known = all.filter(isKnown);
  const isUsers = ({ service }: Finding): number => (service.scope === "user" ? 1 : 0);
  const first = known.toSorted((a, b) => isUsers(a) - isUsers(b)).slice(0, maxFindings);
  const findings = first.sort((a, b) => order.indexOf(a.role) - order.indexOf(b.role));
  const owned = new Set(findings.flatMap(({ files }) => files));
  return {
    findings,
    others: all.filter((each) => !isKnown(each)).map(({ service }) => service),
    left: known.length - findings.length,
    strayFiles: box.files.filter((file) => !owned.has(file) && (file.part === "board" || file.part === "state")),
  };
};
