import { describe, expect, test } from "bun:test";
import { secretFaults, secretFiles } from "../../src/config/check-secrets.ts";
import { printFault } from "../../src/config/fault.ts";
import { parseConfig } from "../../src/config/load.ts";

const text = `chat: console
deadman: { url: { file: /etc/deadman-url } }
checks:
  web:
    http: { url: "http://h/", headers: { X-Key: { file: /etc/web } } }
  jobs:
    queue:
      http:
        url: "http://h/"
        headers: { Accept: a/b, Authorization: { credential: rabbit, prefix: "Basic " } }
        ready: /ready
  more:
    queue:
      prometheus: { url: "http://h/", headers: { Authorization: { file: /etc/more } }, ready: jobs }
  board:
    queue: { hermes: /board.db }
`;

const parsed = parseConfig(new TextEncoder().encode(text), "f.yaml", { hostname: "h" });
if (parsed.kind === "faults") throw new Error(parsed.faults.map(printFault).join("\n"));
const { config, faultAt } = parsed;

describe("secretFaults()", () => {
  test("secretFaults() names each secret that can't be had, of queues too, at its place", () =>
    expect(secretFaults(config, () => ({ kind: "failed", why: "gone" }), faultAt).map(printFault)).toEqual([
      "f.yaml:2:17: gone",
      "f.yaml:5:49: gone",
      "f.yaml:10:48: gone",
      "f.yaml:14:65: gone",
    ]));

  test("secretFaults() is quiet when all can be had", () =>
    expect(secretFaults(config, () => ({ kind: "secret", text: "x" }), faultAt)).toEqual([]));
});

describe("secretFiles()", () => {
  test("secretFiles() lists the files, and no credentials", () =>
    expect(secretFiles(config)).toEqual(["/etc/deadman-url", "/etc/web", "/etc/more"]));
});
