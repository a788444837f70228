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

const chats: readonly { readonly chat: string; readonly secrets: readonly string[] }[] = [
  { chat: "telegram: { chat_id: 1, token: { file: /s/1 } }", secrets: ["/s/1"] },
  { chat: "slack: { webhook: { file: /s/1 } }", secrets: ["/s/1"] },
  { chat: 'slack: { token: { file: /s/1 }, channel: "#ops" }', secrets: ["/s/1"] },
  { chat: "discord: { webhook: { file: /s/1 } }", secrets: ["/s/1"] },
  { chat: "mattermost: { webhook: { file: /s/1 }, api: http://h }", secrets: ["/s/1"] },
  { chat: `mattermost: { token: { file: /s/1 }, channel: ${"a".repeat(26)}, api: http://h }`, secrets: ["/s/1"] },
  { chat: 'matrix: { room: "!a:h", token: { file: /s/1 }, api: http://h }', secrets: ["/s/1"] },
  { chat: "ntfy: { topic: { file: /s/1 }, token: { file: /s/2 } }", secrets: ["/s/1", "/s/2"] },
  { chat: "ntfy: { topic: file }", secrets: [] },
  { chat: "googlechat: { webhook: { file: /s/1 } }", secrets: ["/s/1"] },
  { chat: "teams: { webhook: { file: /s/1 }, api: http://h }", secrets: ["/s/1"] },
  { chat: "webhook: { url: http://h, headers: { X-Key: { file: /s/1 } } }", secrets: ["/s/1"] },
  {
    chat: "alertmanager: { url: http://h, headers: { X-Key: { file: /s/1 } }, labels: { file: x, token: y } }",
    secrets: ["/s/1"],
  },
  {
    chat: 'openclaw: { token: { file: /s/1 }, channel: telegram, target: "1", when_down: { discord: { webhook: { file: /s/2 } } } }',
    secrets: ["/s/1", "/s/2"],
  },
  {
    chat: 'hermes: { route: r, secret: { file: /s/1 }, when_down: { matrix: { room: "!a:h", token: { file: /s/2 }, api: http://h } } }',
    secrets: ["/s/1", "/s/2"],
  },
];

describe("secretFiles() of a chat", () => {
  for (const { chat, secrets } of chats)
    test(`secretFiles() finds ${secrets.length} in ${chat.split(":")[0]}, and secretFaults() puts each at its place`, () => {
      const given = `chat: { ${chat} }\nchecks:\n  a: { http: { url: "http://h/" } }\n`;
      const read = parseConfig(new TextEncoder().encode(given), "f.yaml", { hostname: "h" });
      if (read.kind === "faults") throw new Error(read.faults.map(printFault).join("\n"));
      expect(secretFiles(read.config)).toEqual(secrets);
      const faults = secretFaults(read.config, () => ({ kind: "failed", why: "gone" }), read.faultAt);
      expect(faults.map(printFault)).toEqual(
        secrets.map((each) => `f.yaml:1:${given.indexOf(`{ file: ${each} }`) + 1}: gone`),
      );
    });
});
