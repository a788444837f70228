import type { DeadmanConfig } from "../config/config.ts";
import { deadmanDestinations, deadmanName } from "../config/egress.ts";
import { pingAddress, pingFault } from "../config/ping-address.ts";
import type { Secret } from "../config/secret.ts";
import type { Host, HttpAnswer } from "../host/host.ts";
import type { PlatformContext } from "./platforms/platform.ts";
import { webhookUrl } from "./platforms/webhook-url.ts";

/** A signal of the healthchecks.io protocol, as the end of its address; empty: success. Source: healthchecks.io/docs/http_api. */
export type Signal = "/start" | "" | "/fail" | "/log";

/** What became of one ping: `undefined` when the switch heard it, else why not. Holds no secret. */
export type Pinged = string | undefined;

/** What pings are made with. `rid`: a UUID that is the same for a run's start and end. */
export interface Pinger {
  readonly host: Pick<Host, "http">;
  readonly deadman: DeadmanConfig;
  readonly rid: string;
  secret: PlatformContext["secret"];
}

/** A good answer is two letters. */
const maxAnswerBytes = 4096;

/** The HTTP door looks a name up once more after a silence; that is part of our time too, in milliseconds. */
const lookupMs = 500;

/** Where the public service hands out its ping URLs. */
const origins = ["https://hc-ping.com"];

const gone = 'the check is gone there, or "url" is another\'s';
const tooMany = "it counts no more pings for now (too many)";

/** What the service says with a 200 though the ping counts for nothing. Source: github.com/healthchecks/healthchecks/issues/553. */
const hollow = (body: string): Pinged => {
  if (/^OK \(not found\)/iu.test(body)) return gone;
  return /^OK \(rate.?limited\)/iu.test(body) ? tooMany : undefined;
};

const advise = (status: number): string => {
  if (status === 404 || status === 410) return `: ${gone}`;
  if (status === 409) return ": several checks have this slug; use the address with the UUID";
  if (status === 429) return `: ${tooMany}`;
  return status >= 300 && status < 400 ? ", a redirect that is not followed: set the final address" : "";
};

/** What the switch's answer means. Its own words are never shown: whoever answers there may be anybody. Pure. */
export const heard = (answer: HttpAnswer): Pinged => {
  if (answer.kind === "failed") return answer.why;
  const { status, body } = answer;
  return status >= 200 && status < 300 ? hollow(body.trim()) : `it answered ${status}${advise(status)}`;
};

type Address = { readonly kind: "address"; readonly url: URL; readonly secrets: readonly string[] };

const fromSecret = (secret: Secret, api: string): Address | string => {
  if (secret.kind === "failed") return secret.why;
  const found = webhookUrl({ secret: secret.text, api, origins });
  if (found.kind === "refused") return found.why.replaceAll("webhook URL", "ping URL");
  return { kind: "address", url: found.url, secrets: found.secrets };
};

const addressOf = ({ deadman: { url, api }, secret }: Pinger): Address | string => {
  const found =
    typeof url === "string"
      ? { kind: "address" as const, url: new URL(url), secrets: [new URL(url).pathname] }
      : fromSecret(secret(url), api);
  return typeof found === "string" ? found : (pingFault(found.url) ?? found);
};

/** Pings once, and gives up after `timeoutMs` whatever the other side does. The egress list must have {@link deadmanDestinations}. Never throws. */
export const ping = async (pinger: Pinger, signal: Signal, body: string, timeoutMs: number): Promise<Pinged> => {
  const address = addressOf(pinger);
  if (typeof address === "string") return address;
  const answer = await pinger.host.http.request({
    for: deadmanName,
    method: "POST",
    url: pingAddress(address.url, signal, pinger.rid).href,
    headers: { "content-type": "text/plain; charset=utf-8" },
    body,
    timeoutMs: Math.max(lookupMs, timeoutMs - lookupMs),
    maxBodyBytes: maxAnswerBytes,
    secrets: address.secrets,
  });
  return heard(answer);
};

/** A run's pings: the start beside its work, the end after it. */
export interface Watch {
  /** Tells the end, and waits for both pings no longer than the config's timeout. */
  end(signal: "" | "/fail", body: string): Promise<Pinged>;
}

/**
 * Tells the start, which nobody waits for, and gives what tells the end. The end goes out once the start was answered or given up: a start
 * that arrives last would read as a tick that never ends. Of the config's timeout the start has half. Must be called before another
 * egress list is set: a request is held to the list of the moment in which it is made. Never throws.
 */
export const openWatch = (pinger: Pinger, nowMs: () => number): Watch => {
  const { host, deadman } = pinger;
  host.http.allow(deadmanDestinations({ deadman }));
  const started = ping(pinger, "/start", "", deadman.timeoutMs / 2);
  return {
    end: async (signal, body) => {
      const fromMs = nowMs();
      await started;
      const leftMs = deadman.timeoutMs - (nowMs() - fromMs);
      host.http.allow(deadmanDestinations({ deadman }));
      return await ping(pinger, signal, body, leftMs);
    },
  };
};

/** A run's id in the form of a UUID of our own making. `digest`: hex digits, 32 at least. Source: RFC 9562, 5.8. */
export const ridOf = (digest: string): string => {
  const variant = "89ab"[Number.parseInt(digest[16] ?? "0", 16) % 4] ?? "8";
  const parts = [digest.slice(0, 8), digest.slice(8, 12), `8${digest.slice(13, 16)}`];
  return [...parts, `${variant}${digest.slice(17, 20)}`, digest.slice(20, 32)].join("-");
};
