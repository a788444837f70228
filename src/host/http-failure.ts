import { failed } from "./failure.ts";
import type { Failure } from "./host.ts";

const certificateFault = (code: string): string => {
  if (code.includes("SELF_SIGNED")) return "it is self-signed";
  if (code.includes("EXPIRED")) return "it has expired";
  if (code.includes("NOT_YET_VALID")) return "it is not valid yet";
  if (code.includes("ALTNAME") || code.includes("HOSTNAME")) return "it is made out to another name";
  if (code.startsWith("UNABLE_TO")) return "its issuer is not known here";
  return code;
};

/** Codes of a failed verification are OpenSSL's X509_V_ERR names. Source: X509_STORE_CTX_get_error(3). */
const isCertificateFault = (code: string): boolean => /CERT|CRL|UNABLE_TO|ALTNAME|HOSTNAME|_CA$|ERR_TLS/u.test(code);
const isMalformed = (code: string): boolean =>
  /Malformed|InvalidHTTP|InvalidContentLength|InvalidTransfer|TooLarge|Unrequested|HPE_/u.test(code);

const whyOf: Readonly<Record<string, (place: string) => string>> = {
  ECONNREFUSED: (place) => `connection refused by ${place}`,
  ECONNRESET: (place) => `${place} closed the connection before the answer was complete`,
  ENOTFOUND: (place) => `no address found for ${place}`,
  ENOENT: (place) => `no ${place}`,
  EACCES: (place) => `no right to open ${place}`,
  EPERM: (place) => `connection to ${place} blocked by the unit's IP filter or a firewall`,
  ENETUNREACH: (place) => `no route to ${place}`,
  EHOSTUNREACH: (place) => `no route to ${place}`,
};

const codeOf = (cause: unknown): string =>
  cause instanceof Error && "code" in cause && typeof cause.code === "string" ? cause.code : "";

/**
 * What a rejected fetch means, in words. Bun's own messages are not passed on: many hold the whole URL, and a URL may hold a
 * token. `place` is `host:port` or `socket "…"`. Codes measured on Bun 1.4.5. Never throws.
 */
export const fetchFailure = (cause: unknown, place: string): Failure => {
  const code = codeOf(cause);
  const why = whyOf[code];
  if (why !== undefined) return failed(code, why(place));
  if (isMalformed(code)) return failed("MALFORMED", `${place} sent something that is not valid HTTP`);
  if (code === "EPROTO") return failed("TLS", `${place} does not speak TLS`);
  if (isCertificateFault(code)) return failed("TLS", `certificate of ${place} not accepted: ${certificateFault(code)}`);
  if (/timed?_?out/iu.test(code)) return failed("TIMEOUT", `no answer from ${place}`);
  if (code !== "") return failed(code, `request to ${place} failed: ${code}`);
  const message = cause instanceof TypeError ? cause.message : "the request or its answer could not be handled";
  return failed("EINVAL", `cannot send the request to ${place}: ${message.slice(0, 200)}`);
};
