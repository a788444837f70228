import * as v from "valibot";
import { modelFault } from "../model-apis.ts";
import { isSecretName } from "../secret-words.ts";
import { type Block, refusing } from "./blocks.ts";

/** Webhook and bot addresses whose path is the secret, with the chat that takes it from a credential. */
const secretPaths: readonly { readonly host: RegExp; readonly path: RegExp; readonly chat: string }[] = [
  { host: /(^|\.)slack\.com$/u, path: /^\/(services|workflows|triggers)\//u, chat: "slack" },
  { host: /(^|\.)discord(app)?\.com$/u, path: /^\/api\/(v\d+\/)?webhooks\//u, chat: "discord" },
  { host: /^api\.telegram\.org$/u, path: /^\/bot\d/u, chat: "telegram" },
  { host: /^chat\.googleapis\.com$/u, path: /^\/v1\/spaces\//u, chat: "googlechat" },
  { host: /(^|\.)(logic\.azure|powerplatform|powerautomate)\.com$/u, path: /\/workflows\//u, chat: "teams" },
  { host: /(^|\.)webhook\.office\.com$/u, path: /^\/webhook/u, chat: "teams" },
  { host: /./u, path: /\/hooks\/[a-z0-9]{26}$/u, chat: "mattermost" },
];

const elsewhere = "secrets come from { credential: NAME } or { file: /path } only";

const badPort = "the port of an address is from 1 to 65535";

const secretFault = (url: URL): string | undefined => {
  if (url.username !== "" || url.password !== "")
    return `a user or password in an address is refused: ${elsewhere}, such as in "headers"`;
  const found = secretPaths.find(({ host, path }) => host.test(url.hostname) && path.test(url.pathname));
  if (found !== undefined)
    return `this address is a secret by itself: use "chat: ${found.chat}" with { credential: NAME }`;
  const query = [...url.searchParams.keys()].find(isSecretName);
  return query === undefined
    ? undefined
    : `a secret in an address's query is refused: ${elsewhere}, such as in "headers"`;
};

/** Why an address can't be used; the address itself is never shown, as it may hold a secret. */
const addressFault = (given: string, example: string): string | undefined => {
  const url = /[\s\p{Cc}\\]/u.test(given) || !URL.canParse(given) ? undefined : new URL(given);
  if (Number(/^[a-z]+:\/\/[^/@]*:(\d+)(?:[/?]|$)/iu.exec(given)?.[1] ?? 1) > 65_535) return badPort;
  if (url === undefined || !/^[a-z]+:\/\//iu.test(given)) return `expected an address such as ${example}`;
  if (url.protocol !== "http:" && url.protocol !== "https:")
    return `expected an address with http:// or https://, got ${url.protocol}//`;
  if (url.port === "0") return badPort;
  if (url.hash !== "") return 'an address with a "#" part is refused: it is never sent; remove it';
  return secretFault(url) ?? modelFault(url);
};

/** An http or https address without secrets, and of no model. `example` is shown where it isn't one. */
export const address = (example: string): Block<string> =>
  v.pipe(
    v.string(`expected an address such as ${example}`),
    refusing((given) => addressFault(given, example)),
    v.metadata({ "x-type": "address", pattern: "^https?://" }),
  );

/** The base address of a platform, to which paths are added: no query; a slash at its end is dropped. */
export const baseAddress = (example: string): Block<string> =>
  v.pipe(
    address(example),
    v.check((given) => !given.includes("?"), 'a base address with a "?" is refused: paths are added at its end'),
    v.transform((given) => given.replace(/\/+$/u, "")),
  );
