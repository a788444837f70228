import type { Block } from "./block.ts";
import type { Box } from "./box.ts";
import type { Found } from "./find.ts";
import type { Plan, RulePlan } from "./plan.ts";
import { comment, flow, scalar } from "./yaml-text.ts";

/** Why a check is not, or could not be, as green as the rest: `off` leaves it as a comment, `note` only says something. */
export interface Remark {
  readonly kind: "off" | "note";
  readonly why: string;
}

/** By check name. */
export type Remarks = ReadonlyMap<string, Remark>;

const chatText = `# Exactly one chat. "console" shows alerts on every terminal of this host and in
# the journal: fine until there is a bot. Alerts go to a room where no agent
# listens: an alert must not wake one.
chat:
  console: {}
# A Telegram bot instead; others: docs/alerts.md. Then: dogwatch chat test
# chat:
#   telegram:
#     chat_id: "-1001234567890"
#     token: { credential: telegram-token }`;

/** The gateway that runs here can carry an alert without a model; who watches it needs another way for when it is down. */
const gatewayChats = {
  openclaw: `# Or by the OpenClaw gateway that runs here, which no model sees:
# chat:
#   openclaw:
#     token: { credential: openclaw-token }
#     channel: telegram
#     target: "-1001234567890"
#     when_down:
#       telegram:
#         chat_id: "-1001234567890"
#         token: { credential: telegram-token }`,
  hermes: `# Or by the Hermes gateway that runs here, on a route with "deliver_only: true":
# chat:
#   hermes:
#     route: dogwatch
#     secret: { credential: hermes-secret }
#     when_down:
#       telegram:
#         chat_id: "-1001234567890"
#         token: { credential: telegram-token }`,
} as const;

const chatLines = ({ findings }: Found): string =>
  [
    chatText,
    ...(["openclaw", "hermes"] as const).flatMap((role) =>
      findings.some((each) => each.role === role) ? [gatewayChats[role]] : [],
    ),
  ].join("\n");

const offOf = (block: Block, remarks: Remarks): string | undefined => {
  const remark = remarks.get(block.name);
  return remark?.kind === "off" ? remark.why : block.off;
};

/** The check that stands for the host itself, so that no config is without one. */
const hostBlock = ({ isSystemd, first }: Box): Block => {
  const body = isSystemd ? ["unit: { name: systemd-journald.service }"] : [`process: ${flow({ name: first })}`];
  const seen = ["Green on every host like this one, so that a tick shows a green line. Keep it or drop it."];
  return { name: isSystemd ? "journal" : "first-process", seen, body, needs: [] };
};

const blockLines = (block: Block, live: ReadonlySet<string>, remarks: Remarks): readonly string[] => {
  const off = offOf(block, remarks);
  const remark = remarks.get(block.name);
  const needs = block.needs.filter((name) => live.has(name) || off !== undefined);
  const yaml = [
    `  ${block.name}:`,
    ...block.body.map((line) => `    ${line}`),
    ...(needs.length === 0 ? [] : [`    needs: [${needs.map(scalar).join(", ")}]`]),
  ];
  return [
    ...block.seen.flatMap((each) => comment(each, "  ")),
    ...(off === undefined ? [] : comment(`Left out: ${off}`, "  ")),
    ...(off === undefined && remark?.kind === "note" ? comment(remark.why, "  ") : []),
    ...(off === undefined ? yaml : yaml.map((line) => `  # ${line.slice(2)}`)),
  ];
};

/** Checks of a preset that weren't green: switched off one by one, so that the rest stands. */
const partLines = (block: Block, blocks: readonly Block[], remarks: Remarks): readonly string[] =>
  [...remarks].flatMap(([name, { kind, why }]) => {
    const isPart = name.startsWith(`${block.name}-`) && !blocks.some((each) => each.name === name);
    if (block.isPreset !== true || !isPart || offOf(block, remarks) !== undefined) return [];
    const words = comment(`${kind === "off" ? "Left out: " : ""}${why}`, "  ");
    return kind === "off" ? [...words, `  ${name}: off`] : words;
  });

/** The rules that are written: those with a check left. Pure. */
export const liveRules = (plan: Plan, remarks: Remarks): readonly RulePlan[] => {
  const live = liveNames(plan, remarks);
  return plan.rules.filter(({ on }) => on.some((name) => live.has(name)));
};

const ruleLines = ({ on, with: given }: RulePlan, live: ReadonlySet<string>): readonly string[] => {
  const named = on.filter((name) => live.has(name));
  if (named.length === 0) return [];
  return [`    - on: [${named.map(scalar).join(", ")}]`, "      recipe: restart-unit", `      with: ${flow(given)}`];
};

const ruleWords =
  "Gateways that tell their health: restarted when the unit or the answer is red. The rest is only told; add a rule where a restart is right.";

const presetWords = "Each preset brings a rule of its own; to see it: dogwatch validate --expand";

const healLines = ({ blocks, rules }: Plan, live: ReadonlySet<string>): readonly string[] => {
  const hasPreset = blocks.some(({ name, isPreset }) => isPreset === true && live.has(name));
  const lines = rules.flatMap((rule) => ruleLines(rule, live));
  return [
    "heal:",
    ...comment(
      '"observe" plans and tells, and changes nothing. Look at a few ticks, or at "dogwatch heal plan"; when the rules are right, say "apply".',
      "  ",
    ),
    "  mode: observe",
    ...comment("The whitelist: what may be done, once a tick at most, and proved to have helped.", "  "),
    ...(hasPreset ? comment(presetWords, "  ") : []),
    ...(lines.length === 0 ? ["  rules: []"] : ["  rules:", ...comment(ruleWords, "    "), ...lines]),
  ];
};

const maxOthers = 40;

const tail = ({ others, strayFiles, left }: Found): readonly string[] => {
  const names = [...new Set(others.flatMap(({ unit }) => (unit === undefined ? [] : [unit])))].sort();
  const more = names.length > maxOthers ? ` and ${names.length - maxOthers} more` : "";
  return [
    ...strayFiles.flatMap(({ path, user }) =>
      comment(`There is ${path} of user ${user}, and no gateway that runs is known to own it.`, "  "),
    ),
    ...(left === 0 ? [] : comment(`${left} more services were recognised, and left out: a file has an end.`, "  ")),
    ...(names.length === 0
      ? []
      : comment(
          `Also running, and nothing tells what well would mean for them: ${names.slice(0, maxOthers).join(", ")}${more}.`,
          "  ",
        )),
  ];
};

const intro = ({ install, hostname, at }: Box): readonly string[] => [
  ...(install === "system" ? ["# yaml-language-server: $schema=/usr/local/share/dogwatch/dogwatch.schema.json"] : []),
  ...comment(
    `Written by "dogwatch init" at ${at.slice(0, 16).replace("T", " ")} UTC from what ran on ${hostname}. Each comment says what was seen; all that was sent were GETs to this host itself.`,
    "",
  ),
  ...comment(
    "After every change: dogwatch validate. What is new on the box since: dogwatch init --diff (what you don't want watched, leave as a comment, and it stays known). Every key: docs/config.md.",
    "",
  ),
];

/** The checks of one service stand together; what was seen begins them. */
const groups = (blocks: readonly Block[]): readonly (readonly Block[])[] => {
  const all: Block[][] = [];
  for (const block of blocks) {
    const last = all.at(-1);
    if (last === undefined || block.seen.length > 0) all.push([block]);
    else last.push(block);
  }
  return all;
};

/** Names of the checks that are no comment. Pure. */
export const liveNames = ({ blocks }: Plan, remarks: Remarks): ReadonlySet<string> =>
  new Set(blocks.filter((block) => offOf(block, remarks) === undefined).map(({ name }) => name));

/**
 * The config as text. What `remarks` say of a check makes a comment of it, with the reason; whoever needs it then stands alone, and a
 * rule loses it. Pure, never throws.
 */
export const render = (box: Box, found: Found, plan: Plan, remarks: Remarks): string => {
  const live = liveNames(plan, remarks);
  const checks = groups([hostBlock(box), ...plan.blocks]).map((group) =>
    group
      .flatMap((block) => [...blockLines(block, live, remarks), ...partLines(block, plan.blocks, remarks)])
      .join("\n"),
  );
  const ending = tail(found);
  const parts = [
    intro(box).join("\n"),
    chatLines(found),
    `checks:\n${[...checks, ...(ending.length === 0 ? [] : [ending.join("\n")])].join("\n\n")}`,
    healLines(plan, live).join("\n"),
    "remind_every: 4h # as long as it stays red",
  ];
  return `${parts.join("\n\n")}\n`;
};
