import { hookFault, modelFault } from "./model-apis.ts";

/** A healthchecks check is named by a UUID, or by a ping key and a slug. Source: healthchecks.io/docs/http_api, "UUIDs and Slugs". */
const statusOfUuid = /\/[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}\/\d{1,3}$/iu;

const hook = "this looks like a gateway's hook, which may run an agent at each ping";

/** An address that is no check's own, though it looks like one; the word is shown, the rest never. */
const nearMiss = ({ hostname, pathname }: URL): string | undefined => {
  const path = pathname.replace(/\/+$/u, "");
  if (/^(www\.)?healthchecks\.io$/u.test(hostname))
    return "this is healthchecks.io's page: copy the check's ping URL from it, which begins with \"https://hc-ping.com/\"";
  if (path === "") return "this address names no check: take the whole ping URL";
  const [, signal] = /\/(start|fail|log)$/u.exec(path) ?? [];
  if (signal !== undefined) return `leave "/${signal}" off: dogwatch adds it itself`;
  return statusOfUuid.test(path) ? "leave the exit status at the end off: dogwatch adds what it has to say" : undefined;
};

/**
 * The address of one signal of a check: `/start`, `/fail`, `/log`, or nothing for success. Slashes at the end are dropped, a query stays.
 * `rid`: a UUID that ties a start to its end. Source: healthchecks.io/docs/http_api.
 */
export const pingAddress = (check: URL, signal: string, rid: string): URL => {
  const url = new URL(check);
  url.pathname = `${url.pathname.replace(/\/+$/u, "")}${signal}`;
  url.searchParams.set("rid", rid);
  return url;
};

/** Why a dead-man's switch may not be pinged at this address (law 1), or what was meant; undefined when it may. Shows no part of a path. Never throws. */
export const pingFault = (url: URL): string | undefined => {
  // With "/start" at its end even a hook's folder is a hook.
  const isHook = hookFault(url) !== undefined || hookFault(pingAddress(url, "/start", "")) !== undefined;
  return modelFault(url) ?? (isHook ? hook : nearMiss(url));
};
