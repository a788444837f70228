import { didYouMean } from "../config/near.ts";
import { cardNames, findCard } from "../heal/card.ts";
import { shippedRouter } from "../heal/shipped.ts";
import type { Host } from "../host/host.ts";
import { type Cli, complain, exits } from "./cli.ts";

const maxBytes = 64 * 1024;

/** Where install.sh puts the pages that cards lead to: beside the binary's folder. */
const docsNote = (host: Host, text: string): string => {
  const docs = `${host.binary.replace(/\/[^/]*\/[^/]*$/u, "")}/share/dogwatch/docs`;
  const stat = host.files.stat(docs);
  return !text.includes("docs/") || "kind" in stat || !stat.isFolder ? "" : `\n(docs/ is ${docs})\n`;
};

/** `dogwatch card`: the router, which leads from a symptom to one card; `card NAME`: that card whole. */
export const cardCommand = async ({ host, paths, flags, words }: Cli): Promise<number> => {
  const [name] = words;
  const names = cardNames(host, paths.recipes);
  if (name === undefined) {
    const own = host.files.read(`${paths.recipes}/README.md`, maxBytes);
    const router = own.kind === "read" ? new TextDecoder().decode(own.bytes) : shippedRouter;
    host.terminal.out(flags.isJson ? `${JSON.stringify({ cards: names })}\n` : router);
    return exits.done;
  }
  const text = findCard(host, paths.recipes, name);
  if (text === undefined) {
    complain(
      host,
      `cannot show the card "${name}": there is none${didYouMean(name, names)}`,
      `There are: ${names.join(", ")}`,
    );
    return exits.usage;
  }
  host.terminal.out(flags.isJson ? `${JSON.stringify({ card: name, text })}\n` : `${text}${docsNote(host, text)}`);
  return exits.done;
};
