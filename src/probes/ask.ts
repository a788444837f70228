import type { Ask, TextOrSecret } from "../config/config.ts";
import { destinationName } from "../config/egress.ts";
import type { HttpAnswer } from "../host/host.ts";
import { quote } from "./evidence.ts";
import type { ProbeContext } from "./probe.ts";

/** Headers with their secrets filled in. `secrets`: what must be kept out of everything that is told. */
interface Filled {
  readonly kind: "headers";
  readonly headers: Readonly<Record<string, string>>;
  readonly secrets: readonly string[];
}

/** Nothing was sent, and why: a secret can't be had. */
export interface Unasked {
  readonly kind: "unknown";
  readonly evidence: string;
}

/** Fills in the secret ones among the headers of a request, or says which can't be had. */
export const fillHeaders = (
  headers: Readonly<Record<string, TextOrSecret>>,
  context: ProbeContext,
): Filled | Unasked => {
  const filled: Record<string, string> = {};
  const secrets: string[] = [];
  for (const [name, value] of Object.entries(headers)) {
    if (typeof value === "string") {
      filled[name] = value;
      continue;
    }
    const secret = context.secret(value);
    if (secret.kind === "failed")
      return { kind: "unknown", evidence: `cannot fill the header "${name}": ${secret.why}` };
    secrets.push(secret.text);
    filled[name] = `${value.prefix ?? ""}${secret.text}`;
  }
  return { kind: "headers", headers: filled, secrets };
};

/** A request of a check. `name`: the check's. `accept`: what kind of answer is read; a header of the config beats it. */
export interface Question {
  readonly name: string;
  readonly ask: Ask;
  readonly method: "GET" | "HEAD";
  readonly accept?: string;
  readonly maxBodyBytes: number;
}

/** Sends the one request of a check, for as long as its round has left. Never throws. */
export const askOnce = (
  { name, ask, method, accept, maxBodyBytes }: Question,
  context: ProbeContext,
): Promise<HttpAnswer | Unasked> => {
  const filled = fillHeaders(ask.headers, context);
  if (filled.kind !== "headers") return Promise.resolve(filled);
  return context.host.http.request({
    for: destinationName({ name }),
    method,
    url: ask.url,
    ...(ask.socket === null ? {} : { socket: ask.socket }),
    headers: accept === undefined ? filled.headers : { accept, ...filled.headers },
    timeoutMs: Math.min(ask.timeoutMs, context.maxMs),
    maxBodyBytes,
    secrets: filled.secrets,
  });
};

/** Statuses that say what is wrong in a word that recipes know: what another one holds, or a token that is refused, no restart cures. Source: RFC 9110, section 15.5. */
const names: Readonly<Record<number, string>> = {
  401: " Unauthorized",
  403: " Forbidden",
  404: " Not Found",
  409: " Conflict",
  429: " Too Many Requests",
};

/** A status in words, with where it redirects to. */
export const sayStatus = ({ status, headers }: Extract<HttpAnswer, { kind: "answer" }>): string => {
  const location = headers["location"];
  const redirect = location === undefined ? "" : `, a redirect to ${quote(location)} that is not followed`;
  return `status ${status}${names[status] ?? ""}${redirect}`;
};
