import { endpoint } from "../../config/egress.ts";
import { parseJson } from "../../config/json.ts";
import { type Dialect, post } from "./delivery.ts";
import { unlinked, wordJoiner } from "./inert.ts";
import { member, textMembers } from "./json.ts";
import type { Platform } from "./platform.ts";
import { webhookFor } from "./secret.ts";
import { messageText } from "./text.ts";

const advice: readonly (readonly [RegExp, string])[] = [
  [
    /DirectApiAuthorizationRequired/u,
    'the workflow asks who calls: in its trigger, set "Who can trigger the flow" to "Anyone"',
  ],
  [/WorkflowTriggerIsNotEnabled|WorkflowDisabled|Suspended/u, "the workflow is switched off: turn it on again"],
  [/SchemaMismatch|InvalidRequestContent/u, 'the workflow must begin with "When a Teams webhook request is received"'],
];

const advise = (status: number, words: string): string => {
  const found = advice.find(([code]) => code.test(words))?.[1];
  if (found !== undefined) return found;
  if (status === 401 || status === 403) return "the URL in the secret is not whole, or out of date: copy it anew";
  return status === 404 || status === 410
    ? "the workflow is gone: make a new one and write its URL into the secret"
    : "";
};

/** A workflow answers 202 before it posts, or 200 where it has an answer of its own. Source: learn.microsoft.com/azure/connectors/connectors-native-reqres. */
const dialect: Dialect = {
  platform: "teams",
  hear: ({ status, body }) => {
    if (status === 202 || status === 200) return { verdict: "taken", words: "" };
    const error = member(parseJson(body)?.value, "error");
    return { verdict: "unreadable", words: textMembers(error, "code", "message") || body };
  },
  advise,
};

/** All that 202 says. */
const taken = "the workflow took it; whether it was posted stands in its run history";

/** A card may have 28 KB, and each block takes some. */
const maxBlocks = 60;

/** The lines of a text that a card has room for; of many the last ones are joined, and the very last stays alone. */
const linesOf = (text: string): readonly string[] => {
  const lines = text.split("\n").filter((line) => line.trim() !== "");
  if (lines.length <= maxBlocks) return lines;
  const rest = lines.slice(maxBlocks - 2, -1).join(" | ");
  return [...lines.slice(0, maxBlocks - 2), rest, ...lines.slice(-1)];
};

/** Functions such as `{{DATE(…)}}` and template expressions are no Markdown, and so may be read in every text of a card. */
const inert = (line: string): string => unlinked(line).replace(/[{$](?=\{)/gu, `$&${wordJoiner}`);

/**
 * A workflow of Microsoft Teams that posts what its webhook is sent: an Adaptive Card, one RichTextBlock a line, which knows no Markdown;
 * a TextBlock would read it. Nobody is mentioned without `msteams.entities`. Source: learn.microsoft.com/adaptive-cards/authoring-cards/text-features
 * ("RichTextBlock does not support markdown"), learn.microsoft.com/microsoftteams/platform/webhooks-and-connectors/how-to/add-incoming-webhook.
 */
export const teams: Platform<"teams"> = {
  kind: "teams",
  destinations: ({ api }) => [{ ...endpoint(api), methods: ["POST"], for: "chat teams" }],
  send: async (chat, message, context) => {
    const found = webhookFor(chat, [], context);
    if (found.kind === "refused") return found;
    const content = {
      $schema: "http://adaptivecards.io/schemas/adaptive-card.json",
      type: "AdaptiveCard",
      version: "1.2",
      msteams: { width: "Full" },
      body: linesOf(messageText(message.text)).map((line, at) => ({
        type: "RichTextBlock",
        ...(at === 0 ? {} : { spacing: "None" }),
        inlines: [{ type: "TextRun", text: inert(line) }],
      })),
    };
    const body = {
      type: "message",
      attachments: [{ contentType: "application/vnd.microsoft.card.adaptive", contentUrl: null, content }],
    };
    const sent = await post(dialect, { url: found.url.href, body, secrets: found.secrets }, context);
    return sent.kind === "delivered" ? { ...sent, answer: `${sent.answer}: ${taken}` } : sent;
  },
};
