import type { SecretRef } from "../../config/config.ts";
import type { Delivery, PlatformContext } from "./platform.ts";
import { webhookUrl } from "./webhook-url.ts";

type Text = { readonly kind: "secret"; readonly text: string };
type Refused = Extract<Delivery, { kind: "refused" }>;

/** The delivery of a message that can't even be tried. Never throws. */
const cannotSend = (platform: string, why: string): Refused => ({
  kind: "refused",
  why: `cannot send to ${platform}: ${why}`,
});

/** What tokens, ids and webhook URLs are made of: one word of ASCII. */
export const oneWord: RegExp = /^[\x21-\x7e]+$/u;
/** What a header or a signature may be made with: one line of ASCII. */
export const oneLine: RegExp = /^[\x20-\x7e]+$/u;

/** A secret's text without the newline that editors leave; refused when it is empty or holds what `shape` doesn't allow. Never throws. */
export const secretFor = (
  platform: string,
  ref: SecretRef,
  shape: RegExp,
  context: Pick<PlatformContext, "secret">,
): Text | Refused => {
  const secret = context.secret(ref);
  if (secret.kind === "failed") return cannotSend(platform, secret.why);
  const text = secret.text.replace(/[\r\n]+$/u, "");
  const name = "credential" in ref ? `credential "${ref.credential}"` : `file "${ref.file}"`;
  if (text === "") return cannotSend(platform, `the ${name} is empty: write the secret into it`);
  if (!shape.test(text)) {
    return cannotSend(platform, `the ${name} holds a space, a line break or a character that no such secret has`);
  }
  return { kind: "secret", text };
};

type Webhook = Extract<ReturnType<typeof webhookUrl>, { readonly kind: "url" }>;

/** Where a webhook's URL that a secret holds leads; refused when that can't be had, or leads elsewhere than to `api`. Never throws. */
export const webhookFor = (
  { kind, webhook, api }: { readonly kind: string; readonly webhook: SecretRef; readonly api: string },
  origins: readonly string[],
  context: Pick<PlatformContext, "secret">,
): Webhook | Refused => {
  const secret = secretFor(kind, webhook, oneWord, context);
  if (secret.kind === "refused") return secret;
  const found = webhookUrl({ secret: secret.text, api, origins });
  return found.kind === "refused" ? cannotSend(kind, found.why) : found;
};
