import type { Destination } from "../host/host.ts";
import type { Check, Config } from "./config.ts";

/** What a check's requests are marked with, and its entry in the egress list. */
export const destinationName = (check: { readonly name: string }): string => `check ${check.name}`;

/** Host and port of an address; the scheme's port where none is given. Source: RFC 9110, 4.2. */
export const endpoint = (address: string): { readonly host: string; readonly port: number } => {
  const url = new URL(address);
  const port = url.port === "" ? (url.protocol === "https:" ? 443 : 80) : Number(url.port);
  return { host: url.hostname.replace(/^\[|\]$/gu, ""), port };
};

const ofCheck = (check: Check): readonly Destination[] => {
  switch (check.kind) {
    case "http": {
      const { url, method, socket } = check.http;
      const place = { ...endpoint(url), methods: [method], for: destinationName(check) };
      return [socket === null ? place : { ...place, socket }];
    }
    case "tcp":
      return [{ host: check.tcp.host, port: check.tcp.port, methods: [], for: destinationName(check) }];
    case "process":
    case "unit":
      return [];
  }
};

/** Every place that the checks of this config may contact; nothing else is opened (law 1). Never throws on a loaded config. */
export const checkDestinations = ({ checks }: Pick<Config, "checks">): readonly Destination[] =>
  checks.flatMap(ofCheck);
