import { fitRendered, messageText } from "./text.ts";

/** Invisible, and a word with it in its middle is no mention, link or markup any more. */
export const wordJoiner = "\u2060";

/**
 * Text for a platform that shows no markup, but makes links and mentions of what looks like one: an invisible character in their middle
 * ends that. Names of units (`gateway@1.service`) stay as they are, to be copied. Never throws.
 */
export const unlinked = (text: string): string =>
  text
    .replace(/(?<![\w.-])@(?=\w)/gu, `$&${wordJoiner}`)
    .replace(/:(?=\/\/)/gu, `$&${wordJoiner}`)
    .replace(/\bwww(?=\.)/giu, `$&${wordJoiner}`);

/**
 * What gateways and the platforms behind them take for more than text, also outside code: tags, Slack's `<!channel>` and hidden
 * reasoning (`<think>`) at `<`; line breaks written as `\n`; directives such as `[[reply_to:1]]` and `MEDIA:/path`; mentions; links.
 */
export const broken = (text: string): string =>
  unlinked(text.replace(/[<\\]|\[(?=\[)|`(?=`)/gu, `$&${wordJoiner}`)).replace(/MEDIA(?=:)/giu, `$&${wordJoiner}`);

const render = (text: string): string => {
  const [first = "", ...rest] = broken(text).split("\n");
  const head = `\`${first.replaceAll("`", "'")}\``;
  return rest.length === 0 ? head : `${head}\n\`\`\`\n${rest.join("\n")}\n\`\`\``;
};

/** Room of the smallest platform that a gateway may pass it on to. Source: Discord's `content`; Telegram's is 4096. */
const maxRendered = 2000;

/**
 * A message's text for what reads Markdown (Mattermost, Google Chat, a gateway that renders it for whatever platform is behind it):
 * nothing in it is markup, a mention, a link or a directive. The first line as inline code, so that it stands alone in a notification, the rest in a block;
 * the marks take room, so the text gives way. Never throws.
 */
export const inertText = (text: string): string =>
  fitRendered(messageText(text), render, ({ length }) => length <= maxRendered);
