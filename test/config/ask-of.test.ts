import { describe, expect, test } from "bun:test";
import { secretFiles } from "../../src/config/check-secrets.ts";
import { checkDestinations } from "../../src/config/egress.ts";
import { printFault } from "../../src/config/fault.ts";
import { parseConfig } from "../../src/config/load.ts";

const ask = '{ url: "http://127.0.0.1:9000/x", headers: { X-Key: { file: /etc/key } }';
const cases = [
  { name: "an http check by its method", given: `http: ${ask}, method: HEAD }`, want: ["HEAD"] },
  { name: "a queue over HTTP by GET", given: `queue: { http: ${ask}, ready: /ready } }`, want: ["GET"] },
  { name: "a queue of metrics by GET", given: `queue: { prometheus: ${ask}, ready: jobs } }`, want: ["GET"] },
  { name: "drift of an answer by GET", given: `drift: { http: ${ask} }, at: /model, want: a }`, want: ["GET"] },
  { name: "no queue of a board", given: "queue: { hermes: /srv/kanban.db }", want: undefined },
  { name: "no drift of a file", given: "drift: { file: /srv/a.yaml, at: /model, want: a }", want: undefined },
  { name: "no heartbeat", given: "heartbeat: { file: /srv/beat, max_age: 5m }", want: undefined },
  { name: "no plugin", given: "plugin: { command: [/usr/lib/nagios/plugins/check_load] }", want: undefined },
] as const;

describe("askOf()", () => {
  for (const { name, given, want } of cases)
    test(`askOf() lists ${name}, with its secrets`, () => {
      const text = `chat: console\nchecks:\n  gateway:\n    ${given}\n`;
      const parsed = parseConfig(new TextEncoder().encode(text), "f.yaml", { hostname: "h" });
      if (parsed.kind === "faults") throw new Error(parsed.faults.map(printFault).join("\n"));
      const place = { host: "127.0.0.1", port: 9000, methods: [...(want ?? [])], for: "check gateway" };
      expect(checkDestinations(parsed.config)).toEqual(want === undefined ? [] : [place]);
      expect(secretFiles(parsed.config)).toEqual(want === undefined ? [] : ["/etc/key"]);
    });
});
