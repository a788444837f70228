import { isUtf8 } from "node:buffer";
import { keepOutOfCores } from "./core-filter.ts";
import { failed } from "./failure.ts";
import type { Failure, Http, HttpAnswer, HttpRequest } from "./host.ts";
import { decodeBody } from "./http-decode.ts";
import { createEgress, placeOf } from "./http-egress.ts";
import { fetchFailure } from "./http-failure.ts";
import { type Redactor, redactorFor } from "./redact.ts";
import { isNameLost, nameLost } from "./resolve.ts";

type Answered = Omit<Extract<HttpAnswer, { kind: "answer" }>, "elapsedMs">;
type Outcome = Answered | Failure;

/**
 * What Bun's fetch takes beyond the standard. `proxy: false` beats HTTP_PROXY, `verbose: false` beats
 * BUN_CONFIG_VERBOSE_FETCH, which would print tokens, and `tls` beats NODE_TLS_REJECT_UNAUTHORIZED.
 */
const bunOptions = (request: HttpRequest): BunFetchRequestInit => ({
  redirect: "manual",
  decompress: false,
  keepalive: false,
  proxy: false,
  verbose: false,
  tls: { rejectUnauthorized: true },
  ...(request.socket === undefined ? {} : { unix: request.socket }),
});

const headersOf = (request: HttpRequest): Record<string, string> => {
  const headers: Record<string, string> = {
    "user-agent": "dogwatch",
    "accept-encoding": "identity",
    connection: "close",
  };
  for (const [name, value] of Object.entries(request.headers)) headers[name.toLowerCase()] = value;
  return headers;
};

/** GET and HEAD stay on plain fetch, cheap enough for a green tick; POST and PUT go through ky, loaded only then. */
const dial = async (request: HttpRequest, url: URL, signal: AbortSignal): Promise<Response> => {
  const { method } = request;
  const headers = headersOf(request);
  if (method === "GET" || method === "HEAD")
    return fetch(url.href, { ...bunOptions(request), method, headers, signal });
  const { default: ky } = await import("ky");
  return ky(url.href, {
    method,
    headers,
    signal,
    body: request.body ?? "",
    redirect: "manual",
    retry: 0,
    timeout: false,
    throwHttpErrors: false,
    fetch: (input, init) => fetch(input, { ...init, ...bunOptions(request) }),
  });
};

const readBody = async (
  stream: ReadableStream<Uint8Array> | null,
  maxBytes: number,
): Promise<{ readonly bytes: Uint8Array; readonly isCut: boolean }> => {
  const chunks: Uint8Array[] = [];
  let size = 0;
  const reader = stream?.getReader();
  while (reader !== undefined && size <= maxBytes) {
    const { done, value } = await reader.read();
    if (done) break;
    chunks.push(value);
    size += value.byteLength;
  }
  const bytes = chunks.length === 1 && chunks[0] !== undefined ? chunks[0] : Buffer.concat(chunks);
  return { bytes: bytes.subarray(0, maxBytes), isCut: size > maxBytes };
};

const hear = async (response: Response, request: HttpRequest): Promise<Outcome> => {
  if (response.status < 100) return failed("MALFORMED", "the answer's status is not valid HTTP");
  const headers: Record<string, string> = {};
  response.headers.forEach((value, name) => {
    headers[name] = value;
  });
  const { bytes, isCut } = await readBody(request.method === "HEAD" ? null : response.body, request.maxBodyBytes);
  const encoding = (headers["content-encoding"] ?? "").trim().toLowerCase();
  const isPlain = encoding === "" || encoding === "identity" || bytes.byteLength === 0;
  if (!isPlain && isCut) return failed("EFBIG", `answer is packed and longer than ${request.maxBodyBytes} bytes`);
  const decoded = isPlain
    ? { kind: "decoded" as const, bytes }
    : await decodeBody(bytes, encoding, request.maxBodyBytes);
  if (decoded.kind === "failed") return decoded;
  const body = new TextDecoder().decode(decoded.bytes, { stream: isCut });
  const isMalformed = body.includes("\u{FFFD}") && !isUtf8(decoded.bytes);
  const answer = { kind: "answer" as const, status: response.status, headers, body, isBodyCut: isCut };
  return isMalformed ? { ...answer, isMalformed } : answer;
};

/** A deadline may be what is left of another one, with a fraction that tells nobody anything. */
const inWords = (ms: number): string => (ms < 1000 ? `${Math.round(ms)} ms` : `${Math.round(ms / 10) / 100} s`);

/** Dials, reads and gives up at the deadline, whatever the other side does; the abort closes the connection. */
const exchange = async (request: HttpRequest, url: URL): Promise<Outcome> => {
  const abort = new AbortController();
  const { host, port } = placeOf(url);
  const place = request.socket === undefined ? `${host}:${port}` : `socket "${request.socket}"`;
  let isAnswered = false;
  let timer: ReturnType<typeof setTimeout> | undefined;
  const deadline = new Promise<Outcome>((resolve) => {
    timer = setTimeout(() => {
      const what = isAnswered ? "answer not finished" : "no answer";
      resolve(failed("TIMEOUT", `${what} in ${inWords(request.timeoutMs)}`));
    }, request.timeoutMs);
  });
  const talk = async (): Promise<Outcome> => {
    try {
      const response = await dial(request, url, abort.signal);
      isAnswered = true;
      return await hear(response, request);
    } catch (cause) {
      return fetchFailure(cause, place);
    }
  };
  const outcome = await Promise.race([talk(), deadline]);
  clearTimeout(timer);
  abort.abort();
  const isSilent = outcome.kind === "failed" && outcome.code === "TIMEOUT" && !isAnswered;
  return isSilent && request.socket === undefined && (await isNameLost(host))
    ? failed("EAI_AGAIN", nameLost(host))
    : outcome;
};

const redacted = (outcome: Outcome, redactor: Redactor): Outcome => {
  if (outcome.kind === "failed") return { ...outcome, why: redactor.text(outcome.why) };
  const headers = Object.entries(outcome.headers).map(([name, value]) => [name, redactor.text(value)]);
  return { ...outcome, headers: Object.fromEntries(headers), body: redactor.body(outcome.body, outcome.isBodyCut) };
};

/**
 * Opens the one HTTP door (law 1). Until `allow` is called every request is refused with `REFUSED`. Bun sends at most 256
 * requests at once, and the clock of one that waits its turn runs already: who asks many at once must stay below. Besides
 * the codes in the type: `EFBIG` and `ENCODING` for a body that can't be unpacked, `EINVAL` for a request that can't be
 * made. Never throws.
 */
export const createHttp = (): Http => {
  const egress = createEgress();
  const send = async (request: HttpRequest): Promise<Outcome> => {
    if (!URL.canParse(request.url)) return failed("EINVAL", "cannot send the request: its address is not a URL");
    const url = new URL(request.url);
    const refusal = egress.refusal(request, url);
    return refusal === undefined ? exchange(request, url) : failed("REFUSED", refusal);
  };
  return {
    allow: egress.allow,
    request: async (request) => {
      if (request.secrets !== undefined && request.secrets.length > 0) keepOutOfCores();
      const startedMs = performance.now();
      const outcome = await send(request);
      const kept = request.secrets === undefined ? outcome : redacted(outcome, redactorFor(request.secrets));
      return { ...kept, elapsedMs: performance.now() - startedMs };
    },
  };
};
