import type { Ask } from "../config/config.ts";
import { destinationName } from "../config/egress.ts";
import { fillHeaders } from "../config/fill-headers.ts";
import type { HttpAnswer } from "../host/host.ts";
import { quote } from "./evidence.ts";
import type { ProbeContext } from "./probe.ts";

/** Nothing was sent, and why: a secret can't be had. */
export interface Unasked {
  readonly kind: "unknown";
  readonly evidence: string;
}

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
  const filled = fillHeaders(ask.headers, context.secret);
  if (filled.kind === "failed") {
    const evidence = `cannot fill the header "${filled.header}": ${filled.why}`;
    return Promise.resolve({ kind: "unknown", evidence });
  }
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
