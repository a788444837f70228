import type { SecretRef, TextOrSecret } from "./config.ts";

/** Headers with their secrets filled in. `secrets`: what must be kept out of everything that is told. */
export interface FilledHeaders {
  readonly kind: "filled";
  readonly headers: Readonly<Record<string, string>>;
  readonly secrets: readonly string[];
}

/** A secret can't be had: of which header, and why. */
export interface UnfilledHeader {
  readonly kind: "failed";
  readonly header: string;
  readonly why: string;
}

/** A secret's text, or why it can't be had. */
type Read = { readonly kind: "secret"; readonly text: string } | { readonly kind: "failed"; readonly why: string };

/** Fills in the secret ones among the headers of a request, or says which can't be had. Never throws. */
export const fillHeaders = (
  headers: Readonly<Record<string, TextOrSecret>>,
  read: (ref: SecretRef) => Read,
): FilledHeaders | UnfilledHeader => {
  const filled: Record<string, string> = {};
  const secrets: string[] = [];
  for (const [header, value] of Object.entries(headers)) {
    if (typeof value === "string") {
      filled[header] = value;
      continue;
    }
    const secret = read(value);
    if (secret.kind === "failed") return { kind: "failed", header, why: secret.why };
    secrets.push(secret.text);
    filled[header] = `${value.prefix ?? ""}${secret.text}`;
  }
  return { kind: "filled", headers: filled, secrets };
};
