import type { Host } from "../host/host.ts";
import { shippedCards } from "./shipped.ts";

const maxBytes = 64 * 1024;
const name = /^[a-z0-9][a-z0-9-]{0,62}$/u;

/** A card's text: the admin's own beside the config, else the shipped one; undefined when there is none of this name. Never throws. */
export const findCard = (host: Host, folder: string, card: string): string | undefined => {
  if (!name.test(card)) return undefined;
  const read = host.files.read(`${folder}/cards/${card}.md`, maxBytes);
  if (read.kind === "read") return new TextDecoder().decode(read.bytes);
  return Object.hasOwn(shippedCards, card) ? shippedCards[card] : undefined;
};

/** Names of all cards, the admin's and the shipped ones, sorted. Never throws. */
export const cardNames = (host: Host, folder: string): readonly string[] => {
  const own = host.files.list(`${folder}/cards`);
  const mine = "kind" in own ? [] : own.filter((each) => each.endsWith(".md")).map((each) => each.slice(0, -3));
  return [...new Set([...mine, ...Object.keys(shippedCards)])].sort();
};
