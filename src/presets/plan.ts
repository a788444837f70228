import { type Block, block } from "./block.ts";
import type { Box, Service } from "./box.ts";
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

const baseName = ({ unit, main }: Service, role: string): string => {
  const text = (unit ?? (role === "other" ? main.comm : role)).replace(/\.service$/u, "");
  const name = text.replace(/[^A-Za-z0-9._-]+/gu, "-").replace(/^[^A-Za-z0-9]+|-+$/gu, "");
  return name.slice(0, 40) || "service";
};

/** A name that no other finding has: with the user's, then with a number. */
const ownName = (service: Service, role: string, taken: Set<string>): string => {
  const isPreset = (role === "openclaw" || role === "hermes") && service.unit !== undefined;
  const base = isPreset && !taken.has(role) ? role : baseName(service, role);
  const user = (service.manager ?? "").replace(/[^A-Za-z0-9._-]+/gu, "-");
  const wishes = [base, ...(user === "" ? [] : [`${base}-${user}`.slice(0, 50)])];
  let name = wishes.find((wish) => !taken.has(wish)) ?? base;
  for (let at = 2; taken.has(name); at += 1) name = `${base}-${at}`;
  taken.add(name);
  return name;
};

/** The checks and rules for what was found, each check with what was seen in its comment. Pure, never throws. */
export const plan = (box: Box, findings: readonly Finding[]): Plan => {
  const taken = new Set<string>();
  const plans = findings.map((finding): Plan => {
    const { blocks, rules } = blocksOf(box, finding, ownName(finding.service, finding.role, taken));
    const [first, ...rest] = blocks;
    return first === undefined
      ? { blocks, rules }
      : { blocks: [{ ...first, seen: seenOf(box, finding) }, ...rest], rules };
  });
  return { blocks: plans.flatMap(({ blocks }) => blocks), rules: plans.flatMap(({ rules }) => rules) };
};
