import type { Destination, HttpMethod, HttpRequest } from "./host.ts";

/** The list of places that may be contacted, as a question with one answer. */
interface Egress {
  allow(destinations: readonly Destination[]): void;
  /** Why this request may not go out, or undefined when it may. */
  refusal(request: HttpRequest, url: URL): string | undefined;
}

/** Host and port of a URL as the egress list names them: no brackets around IPv6, the scheme's port where none is given. Source: RFC 9110, 4.2. */
export const placeOf = (url: URL): { readonly host: string; readonly port: number } => ({
  host: url.hostname.replace(/^\[|\]$/gu, ""),
  port: url.port === "" ? (url.protocol === "https:" ? 443 : 80) : Number(url.port),
});

const keyOf = (purpose: string, method: HttpMethod, host: string, port: number, socket: string | undefined): string =>
  [purpose, method, host.toLowerCase().replace(/^\[|\]$/gu, ""), port, socket ?? ""].join("\n");

const isProbing = (method: HttpMethod): boolean => method === "GET" || method === "HEAD";

/**
 * Law 1 at the door: a request goes out only when host, port, method, purpose and socket stand together in one entry of the
 * list. A check may only GET or HEAD, whatever the list says. Empty until `allow` is called. Never throws.
 */
export const createEgress = (): Egress => {
  let allowed: ReadonlySet<string> = new Set();
  return {
    allow: (destinations) => {
      allowed = new Set(
        destinations.flatMap((place) =>
          place.methods.map((method) => keyOf(place.for, method, place.host, place.port, place.socket)),
        ),
      );
    },
    refusal: (request, url) => {
      const { for: purpose, method, socket } = request;
      if (url.protocol !== "http:" && url.protocol !== "https:") return `"${url.protocol}" is not http or https`;
      if (socket === "") return "the path of the socket is empty";
      if (purpose.startsWith("check ") && !isProbing(method)) return `a check may not ${method}`;
      const { host, port } = placeOf(url);
      if (allowed.has(keyOf(purpose, method, host, port, socket))) return undefined;
      const through = socket === undefined ? "" : ` through socket "${socket}"`;
      return `${method} to ${host}:${port}${through} for "${purpose}" is not in the egress list`;
    },
  };
};
