import { type Block, block } from "./block.ts";
import type { Box, Service } from "./box.ts";
import { hostNames, isFree, namesFor } from "./check-names.ts";
import type { Finding } from "./find.ts";
import { presetBlock } from "./preset-block.ts";
import { seenOf } from "./sentences.ts";
import { doorBlocks, rabbitBlocks, redisBlocks, unitBlock, workerBlocks } from "./service-blocks.ts";
import { flow } from "./yaml-text.ts";

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
    return { blocks: [process, ...doorBlocks(finding, name, [process.name])], rules: [] };
  }
  if (role === "openclaw" || role === "hermes") return { blocks: [presetBlock(box, finding, name)], rules: [] };
  const unit = unitBlock(box, service, name);
  const needs = [unit.name];
  const doors = doorBlocks(finding, name, needs);
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
