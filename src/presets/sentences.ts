import { formatDuration } from "../config/duration.ts";
import type { Answered, Box, Service } from "./box.ts";
import { doorsTo, type Opened, printDoor, rabbitOverview } from "./doors.ts";
import type { Finding } from "./find.ts";
import { healthPaths } from "./health.ts";
import type { Role } from "./known.ts";
import { nameOf, said, saidOf } from "./yaml-text.ts";

const since = ({ uptimeS }: Box, { main }: Service): string => {
  const ms = (uptimeS - main.startedUptimeS) * 1000;
  return Number.isFinite(ms) ? `, since ${formatDuration(Math.max(0, ms))}` : "";
};

/** `unit NAME`, and whose: the form by which `init --diff` finds again what a file already mentions. Never throws. */
export const unitWords = ({ unit, scope, manager }: Pick<Service, "unit" | "scope" | "manager">): string =>
  unit === undefined ? "no unit" : `unit ${unit}${scope === "user" ? ` of user ${manager ?? "?"}` : ""}`;

const whoWords = (service: Service): string => {
  const { main, user } = service;
  const others = service.processes.length - 1;
  const more = others === 0 ? "" : ` and ${others} more ${others === 1 ? "process" : "processes"}`;
  return `pid ${main.pid} (${nameOf(main.comm, 20)})${more} as ${user === undefined ? `uid ${main.uid}` : nameOf(user, 32)}`;
};

const listenWords = (service: Service): string => {
  const places = [
    ...doorsTo(service).map(printDoor),
    ...service.listeners
      .filter(({ port }) => !doorsTo(service).some((door) => door.port === port))
      .map(({ host, port }) => `${printDoor({ host, port })} (no loopback, so it isn't asked)`),
  ];
  if (places.length === 0) return "";
  const shown = places.slice(0, 6);
  const rest = places.length - shown.length;
  return `, listens on ${shown.join(", ")}${rest > 0 ? ` and ${rest} more` : ""}`;
};

/** What an answer was, in one half sentence. Never throws. */
export const answerWords = ({ path, status, body, elapsedMs }: Answered): string => {
  if (status === undefined) return `GET ${path} gave no answer: ${said(body, 60)}`;
  const text = said(body, 60);
  return `GET ${path} answered ${status}${text === "" ? "" : ` ${saidOf(body, 60)}`} in ${formatDuration(elapsedMs)}`;
};

/** Of a page for everything a health answer must differ; so what a wrong path gets is worth a word. */
const nonsenseWords = ({ status, body }: Answered): string =>
  status === undefined || status >= 300
    ? `a path that isn't there: ${status ?? "no answer"}`
    : `a path that isn't there gets another: ${status} ${saidOf(body, 30)}`;

/** What a door said to what it was asked; undefined where it speaks no HTTP. Never throws. */
export const doorWords = ({ door, answers, health, metrics, isHttp }: Opened): string | undefined => {
  if (!isHttp) return undefined;
  const at = `At ${printDoor(door)}`;
  const parts = [
    ...(health === undefined ? [] : [answerWords(health.answered), nonsenseWords(answers.nonsense)]),
    ...(health?.isSick === true ? ["no word in it sounds well, so only the status is asked for"] : []),
    ...(metrics === undefined ? [] : [`GET /metrics answered ${metrics.families} metrics`]),
  ];
  if (parts.length > 0) return `${at} ${parts.join("; ")}.`;
  const overview = answers.tried.find(({ path }) => path === rabbitOverview);
  if (overview !== undefined) return `${at} ${answerWords({ ...overview, body: "" })}.`;
  return `${at} it speaks HTTP, but none of ${healthPaths.join(", ")} and /metrics tells anything.`;
};

const roleWords: Readonly<Record<Role, string>> = {
  openclaw: " (OpenClaw)",
  hermes: " (Hermes)",
  model: " (a model server: watched as a unit, never asked)",
  redis: " (Redis)",
  rabbitmq: " (RabbitMQ)",
  celery: " (a Celery worker)",
  bullmq: " (a BullMQ worker)",
  worker: " (a worker, by its name)",
  other: "",
};

const commandWords = ({ role, service }: Finding): readonly string[] =>
  ["celery", "bullmq", "worker"].includes(role) ? [`It runs: ${saidOf(service.main.argv.join(" "), 100)}`] : [];

/** What was seen of a service, a sentence each. Everything that it said of itself is cut short. Never throws. */
export const seenOf = (box: Box, finding: Finding): readonly string[] => {
  const { service, files } = finding;
  return [
    `${service.unit === undefined ? "No unit" : unitWords(service)}${roleWords[finding.role]}: ${whoWords(service)}${since(box, service)}${listenWords(service)}.`,
    ...commandWords(finding),
    ...files.flatMap(({ part, path }) =>
      part === "board" || part === "state" ? [`Its ${part}: ${said(path, 200)}.`] : [],
    ),
    ...finding.doors.flatMap((opened) => doorWords(opened) ?? []),
  ];
};
