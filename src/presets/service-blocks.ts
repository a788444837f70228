import { asLine, type Block, block, eyesOf } from "./block.ts";
import type { Box, Service } from "./box.ts";
import { type Opened, rabbitOverview, urlOf } from "./doors.ts";
import type { Finding } from "./find.ts";
import { metricsPath } from "./health.ts";
import { rabbitPorts } from "./known.ts";
import type { QueueSeries } from "./metrics.ts";
import { flow, scalar } from "./yaml-text.ts";

/** The check of a service's unit. Pure. */
export const unitBlock = (box: Box, { unit = "", scope, manager }: Service, name: string): Block => {
  const off =
    scope === "user" && box.install === "system" && (manager === undefined || manager === "root")
      ? "only root may ask this manager, and dogwatch never looks as root"
      : undefined;
  const body = [
    `unit: ${flow({ name: unit, scope: scope === "user" ? scope : undefined })}`,
    ...asLine(scope === "user" ? eyesOf(box, manager) : undefined),
  ];
  return block(`${name}-unit`, body, [], off);
};

const expectOf = ({ health }: Opened): string => {
  if (health === undefined) return '{ status: 200, body: "# (HELP|TYPE) " }';
  const status = health.answered.status ?? 200;
  if (health.json.length > 0)
    return `{ status: ${status}, json: ${flow(Object.fromEntries(health.json.map(({ pointer, value }) => [pointer, value])))} }`;
  return flow({ status, body: health.word });
};

const oneDoorBlocks = (opened: Opened, name: string, needs: readonly string[]): readonly Block[] => {
  const { door, health, metrics } = opened;
  const path = health?.path ?? (metrics === undefined ? undefined : metricsPath);
  if (path === undefined) return [];
  const body = [
    `http: ${flow({ url: urlOf(door, path) })}`,
    `expect: ${expectOf(opened)}`,
    "grace: 2m # after a start it may take this long to answer",
    "card: gateway-down",
  ];
  return [
    block(name, body, needs),
    ...(metrics?.queues ?? []).map((queue, at) =>
      block(`${name}-queue${at === 0 ? "" : `-${at + 1}`}`, queueBody(urlOf(door, metricsPath), queue), [name]),
    ),
  ];
};

const queueBody = (url: string, { ready, running, done, failed }: QueueSeries): readonly string[] => [
  "queue:",
  "  prometheus:",
  `    url: ${scalar(url)}`,
  ...Object.entries({ ready, running, done, failed }).flatMap(([key, series]) =>
    series === undefined ? [] : [`    ${key}: ${scalar(series)}`],
  ),
];

/** The checks of what a service's doors said. Of several the first has its name, the others their port too. Pure. */
export const doorBlocks = (finding: Finding, name: string, needs: readonly string[]): readonly Block[] => {
  const told = finding.doors.filter(({ health, metrics }) => health !== undefined || metrics !== undefined);
  return told.flatMap((opened, at) => oneDoorBlocks(opened, at === 0 ? name : `${name}-${opened.door.port}`, needs));
};

const portBlock = (
  name: string,
  { port, host }: { readonly port: number; readonly host: string },
  needs: readonly string[],
): Block => block(`${name}-port`, [`tcp: ${flow({ host, port })} # that it listens, no more`], needs);

/** RabbitMQ's own port, and its queues where the management plugin is there. Pure. */
export const rabbitBlocks = ({ service, doors }: Finding, name: string, needs: readonly string[]): readonly Block[] => {
  const amqp = service.listeners.some(({ port }) => port === 5672);
  const management = doors.find(({ door }) => door.port === rabbitPorts.management);
  const overview = management?.answers.tried.find(({ path }) => path === rabbitOverview);
  const isOpen = overview?.status === 200;
  return [
    ...(amqp ? [portBlock(name, { host: "127.0.0.1", port: 5672 }, needs)] : []),
    ...(management === undefined
      ? []
      : [
          block(
            `${name}-queues`,
            [
              "queue:",
              "  http:",
              `    url: ${scalar(urlOf(management.door, rabbitOverview))}`,
              "    ready: /queue_totals/messages_ready",
              "    running: /queue_totals/messages_unacknowledged",
              ...(isOpen ? [] : ['    headers: { Authorization: { credential: rabbitmq, prefix: "Basic " } }']),
            ],
            needs,
            isOpen
              ? undefined
              : `it answered ${overview?.status ?? "nothing"}: give it an account. Put base64 of "USER:PASSWORD" of a user with the tag "monitoring" into the credential "rabbitmq" and uncomment`,
          ),
        ]),
  ];
};

/** The port of a Redis. Pure. */
export const redisBlocks = ({ service }: Finding, name: string, needs: readonly string[]): readonly Block[] => {
  const port = service.listeners.find(({ host }) => host === "127.0.0.1" || host === "0.0.0.0" || host === "::");
  return port === undefined ? [] : [portBlock(name, { host: "127.0.0.1", port: port.port }, needs)];
};

const tokenName = /_BOT_TOKEN$/u;

/** A worker must not hold the chat's token; whether it does, only its own user sees. Pure. */
export const workerBlocks = (
  box: Box,
  { service }: Finding,
  name: string,
  needs: readonly string[],
): readonly Block[] => {
  const { unit = "", user, environKeys } = service;
  const isRoots = user === "root" || user === undefined;
  if (environKeys === undefined || (isRoots && box.install === "system")) return [];
  const leaked = environKeys.some((key) => tokenName.test(key));
  const body = [
    `process: ${flow({ unit, user })}`,
    'forbid_env: ["*_BOT_TOKEN"] # names only are read, never values',
    "card: token-leaked",
    ...asLine(eyesOf(box, user)),
  ];
  const off = leaked
    ? "red now: a process of it carries a variable *_BOT_TOKEN (dogwatch card token-leaked)"
    : undefined;
  return [block(`${name}-tokens`, body, needs, off)];
};
