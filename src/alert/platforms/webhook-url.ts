import { hookFault, modelFault } from "../../config/model-apis.ts";

/** Where a platform gives out its webhooks, the `api` that stands in the config, and what the secret file holds. */
interface Given {
  readonly secret: string;
  readonly api: string;
  /** Origins under which the platform hands out webhook URLs; the first is its own default. */
  readonly origins: readonly string[];
}

type WebhookUrl =
  | { readonly kind: "url"; readonly url: URL; readonly secrets: readonly string[] }
  | { readonly kind: "refused"; readonly why: string };

const join = (api: string, path: string): URL => new URL(api.replace(/\/+$/u, "") + path);

const secretsIn = (secret: string, url: URL): readonly string[] => {
  const last = url.pathname.split("/").at(-1) ?? "";
  const path = url.pathname.length > 1 ? [url.pathname] : [];
  const values = [last, ...url.searchParams.values()].filter((part) => part.length >= 8);
  return [secret, url.href, ...path, ...values];
};

const placed = ({ secret, api, origins }: Given): WebhookUrl => {
  const isWhole = /^[a-z][a-z0-9+.-]*:/iu.test(secret);
  const text = isWhole ? secret : join(api, `/${secret.replace(/^\/+/u, "")}`).href;
  if (!URL.canParse(text)) return { kind: "refused", why: "the secret is not a webhook URL" };
  const found = new URL(text);
  const wanted = new URL(api);
  if (found.origin === wanted.origin) return { kind: "url", url: found, secrets: secretsIn(secret, found) };
  if (origins.includes(found.origin)) {
    const url = join(api, found.pathname + found.search);
    return { kind: "url", url, secrets: [...secretsIn(secret, url), ...secretsIn(secret, found)] };
  }
  return {
    kind: "refused",
    why: `the webhook URL in the secret is not for "${wanted.host}", the only place that may be contacted: check the secret, or set "api"`,
  };
};

/**
 * The address of a webhook whose URL is itself the secret: the whole URL as the platform shows it, or its path alone. Its
 * origin must be that of `api`; a URL of the platform's own is carried over to another `api` (a relay, a test) with its
 * path. Anything else is refused, since the egress list knows `api` only, and so is what runs a model or may wake an agent
 * (law 1), which no look at the config can see. Says nothing of what the secret holds. Never throws.
 */
export const webhookUrl = (given: Given): WebhookUrl => {
  const found = placed(given);
  if (found.kind === "refused" || (modelFault(found.url) ?? hookFault(found.url)) === undefined) return found;
  return {
    kind: "refused",
    why: "the webhook URL in the secret runs a model or may wake an agent: take the platform's own",
  };
};
