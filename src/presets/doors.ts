import type { Listener } from "../host/survey.ts";
import { type Box, type Door, type DoorAnswers, isSameDoor, type Service } from "./box.ts";
import { type Health, healthOf, healthPaths, metricsPath } from "./health.ts";
import { mayAsk, rabbitPorts, roleOf } from "./known.ts";
import { type Metrics, metricsOf } from "./metrics.ts";

/** Most doors that are asked on one host, and paths on one door. */
const maxDoors = 64;

/** RabbitMQ's management page without an account is 401; with an open one, its queues' totals. Source: rabbitmq.com/docs/management. */
export const rabbitOverview = "/api/overview";

/** Where this host's loopback reaches a listener; undefined for one that is bound to an outer address alone. */
const doorTo = ({ host, port }: Pick<Listener, "host" | "port">): Door | undefined => {
  if (host === "0.0.0.0" || host === "::" || host.startsWith("127."))
    return { host: host.startsWith("127.") ? host : "127.0.0.1", port };
  return host === "::1" ? { host, port } : undefined;
};

/** The doors of a service on loopback, each port once (IPv4 before IPv6), whether they may be asked or not. Pure. */
export const doorsTo = (service: Pick<Service, "listeners">): readonly Door[] => {
  const byPort = new Map<number, Door>();
  for (const listener of service.listeners) {
    const door = doorTo(listener);
    const known = byPort.get(listener.port);
    if (door !== undefined && (known === undefined || known.host === "::1")) byPort.set(door.port, door);
  }
  return [...byPort.values()].sort((a, b) => a.port - b.port);
};

/** Where to send GETs, and which paths. */
export interface Question {
  readonly door: Door;
  readonly paths: readonly string[];
}

const questionsOf = (service: Service): readonly Question[] => {
  const role = roleOf(service);
  if (role === "model") return [];
  const doors = doorsTo(service);
  if (role === "rabbitmq")
    return [
      ...doors.filter(({ port }) => port === rabbitPorts.management).map((door) => ({ door, paths: [rabbitOverview] })),
      ...doors.filter(({ port }) => port === rabbitPorts.prometheus).map((door) => ({ door, paths: [metricsPath] })),
    ];
  const owners = (port: number) =>
    service.processes.filter(({ pid }) =>
      service.listeners.some((each) => each.port === port && each.pids.includes(pid)),
    );
  return doors
    .filter(({ port }) => owners(port).every((each) => mayAsk(each, port)) && mayAsk(service.main, port))
    .map((door) => ({ door, paths: [...healthPaths, metricsPath] }));
};

/** What to ask of which door: services' own doors on loopback, no model server, no program known to speak something else. Pure. */
export const questions = (services: readonly Service[]): readonly Question[] =>
  services
    .toSorted((a, b) => Number(a.scope === "user") - Number(b.scope === "user"))
    .flatMap(questionsOf)
    .slice(0, maxDoors);

/** A door of a service and what its answers amount to. */
export interface Opened {
  readonly door: Door;
  readonly answers: DoorAnswers;
  readonly health: Health | undefined;
  readonly metrics: Metrics | undefined;
  readonly isHttp: boolean;
}

/** What the doors of a service said. Pure. */
export const openedBy = (service: Service, { doors }: Pick<Box, "doors">): readonly Opened[] =>
  doorsTo(service).flatMap((door) => {
    const answers = doors.find((each) => isSameDoor(each.door, door));
    if (answers === undefined) return [];
    const isHttp = answers.nonsense.status !== undefined;
    return [{ door, answers, health: healthOf(answers), metrics: metricsOf(answers), isHttp }];
  });

/** Host and port as they stand in an address. Never throws. */
export const printDoor = ({ host, port }: Door): string =>
  host.includes(":") ? `[${host}]:${port}` : `${host}:${port}`;

/** The address of a path behind a door. Never throws. */
export const urlOf = (door: Door, path: string): string => `http://${printDoor(door)}${path}`;
