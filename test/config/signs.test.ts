import { describe, expect, test } from "bun:test";
import { parseConfig } from "../../src/config/load.ts";

const checkOf = (text: string): unknown => {
  const bytes = new TextEncoder().encode(`chat: console\nchecks:\n  a: ${text}\n`);
  const parsed = parseConfig(bytes, "f.yaml", { hostname: "host-1" });
  return parsed.kind === "config" ? parsed.config.checks[0] : parsed;
};
const file = (path: string, format: string) => ({ source: { kind: "file", file: path, format } });

describe("parseConfig() takes signs of life, drift and plugins", () => {
  const cases: readonly { readonly given: string; readonly want: object }[] = [
    {
      given: "{ heartbeat: { beat: nightly, by: backup, max_age: 26h } }",
      want: {
        kind: "heartbeat",
        redAfter: 2,
        heartbeat: { beat: "nightly", by: "backup", file: null, content: "modified", at: null, maxAgeMs: 93_600_000 },
      },
    },
    { given: "{ heartbeat: { file: /x, max_age: 1s } }", want: { heartbeat: { file: "/x", content: "modified" } } },
    { given: "{ heartbeat: { file: /x, max_age: 1s, at: /t } }", want: { heartbeat: { content: "epoch", at: "/t" } } },
    {
      given: "{ heartbeat: { file: /x, max_age: 1s, content: epoch } }",
      want: { heartbeat: { content: "epoch", at: null } },
    },
    {
      given: "{ drift: { file: /x/config.yaml, at: /model, want: a } }",
      want: {
        kind: "drift",
        severity: "amber",
        redAfter: 1,
        drift: { ...file("/x/config.yaml", "yaml"), at: "/model", want: { op: "==", value: "a" } },
      },
    },
    {
      given: "{ drift: { file: /x.yml, at: /a, want: 1 }, severity: red }",
      want: { severity: "red", drift: file("/x.yml", "yaml") },
    },
    { given: "{ drift: { file: /x.json, at: /a, want: 1 } }", want: { drift: file("/x.json", "json") } },
    { given: "{ drift: { file: /x.toml, at: /a, want: 1 } }", want: { drift: file("/x.toml", "toml") } },
    { given: "{ drift: { file: /etc/default/x, at: /A, want: 1 } }", want: { drift: file("/etc/default/x", "env") } },
    {
      given: "{ drift: { file: /x, format: toml, at: /a/b, want: '> 3' } }",
      want: { drift: { ...file("/x", "toml"), want: { op: ">", value: 3 } } },
    },
    {
      given: "{ drift: { process: '--m (?:a|(b))', want: b } }",
      want: { drift: { source: { kind: "process", command: "--m (?:a|(b))" }, at: null } },
    },
    {
      given: '{ drift: { http: { url: "http://127.0.0.1/c" }, at: "", want: 1 } }',
      want: {
        drift: {
          source: { kind: "http", ask: { url: "http://127.0.0.1/c", socket: null, timeoutMs: 5000, headers: {} } },
          at: "",
        },
      },
    },
    {
      given: '{ plugin: { command: [/opt/check, -w, 5, "10%", ""] }, as: agents }',
      want: {
        kind: "plugin",
        as: "agents",
        redAfter: 1,
        plugin: { command: ["/opt/check", "-w", "5", "10%", ""], timeoutMs: 10_000 },
      },
    },
  ];
  for (const { given, want } of cases)
    test(`parseConfig() takes ${given}`, () => expect(checkOf(given)).toMatchObject(want));
});
