import type { Box, Service } from "./box.ts";
import { hostNames, isFree, namesFor } from "./check-names.ts";
import { type Opened, rabbitOverview, urlOf } from "./doors.ts";
import type { Finding } from "./find.ts";
import { metricsPath } from "./health.ts";
import { rabbitPorts } from "./known.ts";
import type { QueueSeries } from "./metrics.ts";
import { presetBlock } from "./preset-block.ts";
import { seenOf } from "./sentences.ts";
import { flow, scalar } from "./yaml-text.ts";

/** One check to be written. `body`: its lines under the name; `needs` is a line of its own, without what was left out. */
export interface Block {
  readonly name: string;
  /** What was seen, for the comment above. */
  readonly seen: readonly string[];
  readonly body: readonly string[];
  readonly needs: readonly string[];
  /** Why it is written as a comment only. */
  readonly off?: string;
  /** Its checks are made by a preset, with this name before theirs. */
  readonly isPreset?: true;
}

/** A heal rule to be written. */
export interface RulePlan {
  readonly on: readonly string[];
  readonly with: Readonly<Record<string, string | undefined>>;
}

/** The checks and the rule of one finding. */
export interface Plan {
  readonly blocks: readonly Block[];
  readonly rules: readonly RulePlan[];
}

const block = (name: string, body: readonly string[], needs: readonly string[] = [], off?: string): Block => ({
  name,
  seen: [],
  body,
  needs,
  ...(off === undefined ? {} : { off }),
});

/** Who has to look where the watcher can't: nobody in a user's install, never root. */
export const eyesOf = ({ install }: Pick<Box, "install">, user: string | undefined): string | undefined =>
  install === "user" || user === undefined || user === "root" ? undefined : user;

const asLine = (user: string | undefined): readonly string[] => (user === undefined ? [] : [`as: ${scalar(user)}`]);

const unitBlock = (box: Box, { unit = "", scope, manager }: Service, name: string): Block => {
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

const doorBlocks = (opened: Opened, name: string, needs: readonly string[]): readonly Block[] => {
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

/** Several doors of one service: the first has its name, the others their port too. */
const allDoorBlocks = (finding: Finding, name: string, needs: readonly string[]): readonly Block[] => {
  const told = finding.doors.filter(({ health, metrics }) => health !== undefined || metrics !== undefined);
  return told.flatMap((opened, at) => doorBlocks(opened, at === 0 ? name : `${name}-${opened.door.port}`, needs));
};

const portBlock = (
  name: string,
  { port, host }: { readonly port: number; readonly host: string },
  needs: readonly string[],
): Block => block(`${name}-port`, [`tcp: ${flow({ host, port })} # that it listens, no more`], needs);

/** RabbitMQ's own port, and its queues where the management plugin is there. */
const rabbitBlocks = ({ service, doors }: Finding, name: string, needs: readonly string[]): readonly Block[] => {
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

const redisBlocks = ({ service }: Finding, name: string, needs: readonly string[]): readonly Block[] => {
  const port = service.listeners.find(({ host }) => host === "127.0.0.1" || host === "0.0.0.0" || host === "::");
  return port === undefined ? [] : [portBlock(name, { host: "127.0.0.1", port: port.port }, needs)];
};

const tokenName = /_BOT_TOKEN$/u;

/** A worker must not hold the chat's token; whether it does, only its own user sees. */
const workerBlocks = (box: Box, { service }: Finding, name: string, needs: readonly string[]): readonly Block[] => {
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

const ruleOf = (box: Box, { unit, scope, manager }: Service, on: readonly string[]): RulePlan => ({
  on,
  with: {
    unit,
    scope: scope === "user" ? scope : undefined,
    user: scope === "user" && box.install === "system" ? manager : undefined,
  },
});

const looseBlock = (role: string, { user }: Service, name: string): Block => {
  const target =
    role === "openclaw" ? { name: "openclaw-gateway", user } : { command: "hermes.* gateway( run)?", user };
  return block(`${name}-process`, [`process: ${flow(target)} # in no unit, so nothing can restart it`, "count: 1"]);
};

const blocksOf = (box: Box, finding: Finding, name: string): Plan => {
  const { service, role } = finding;
  if (service.unit === undefined) {
    const process = looseBlock(role, service, name);
    return { blocks: [process, ...allDoorBlocks(finding, name, [process.name])], rules: [] };
  }
  if (role === "openclaw" || role === "hermes") return { blocks: [presetBlock(box, finding, name)], rules: [] };
  const unit = unitBlock(box, service, name);
  const needs = [unit.name];
  const doors = allDoorBlocks(finding, name, needs);
  const more = {
    redis: () => redisBlocks(finding, name, needs),
    rabbitmq: () => rabbitBlocks(finding, name, needs),
    celery: () => workerBlocks(box, finding, name, needs),
    bullmq: () => workerBlocks(box, finding, name, needs),
    worker: () => workerBlocks(box, finding, name, needs),
    model: () => [],
    other: () => [],
  }[role]();
  const isGateway = finding.role === "other" && finding.doors.some(({ health }) => health !== undefined);
  const on = [unit, ...doors].filter(({ body }) => !body.includes("queue:")).map((each) => each.name);
  return { blocks: [unit, ...doors, ...more], rules: isGateway ? [ruleOf(box, service, on)] : [] };
};

/** The checks of a finding under the first name that is free for all of them. */
const namedPlan = (box: Box, finding: Finding, taken: ReadonlyMap<string, Block>): Plan => {
  for (const name of namesFor(finding, taken)) {
    const made = blocksOf(box, finding, name);
    if (made.blocks.every((each) => isFree(each, taken))) return made;
  }
  return { blocks: [], rules: [] };
};

/** The checks and rules for what was found, each check with what was seen in its comment. Pure, never throws. */
export const plan = (box: Box, findings: readonly Finding[]): Plan => {
  const taken = new Map(hostNames.map((name) => [name, block(name, [])]));
  const plans = findings.map((finding): Plan => {
    const { blocks, rules } = namedPlan(box, finding, taken);
    for (const each of blocks) taken.set(each.name, each);
    const [first, ...rest] = blocks;
    return first === undefined
      ? { blocks, rules }
      : { blocks: [{ ...first, seen: seenOf(box, finding) }, ...rest], rules };
  });
  return { blocks: plans.flatMap(({ blocks }) => blocks), rules: plans.flatMap(({ rules }) => rules) };
};
