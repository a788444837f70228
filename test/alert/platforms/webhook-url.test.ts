import { describe, expect, test } from "bun:test";
import { webhookUrl } from "../../../src/alert/platforms/webhook-url.ts";

const api = "http://127.0.0.1:18789";
const origins = ["https://hooks.slack.com"];

describe("webhookUrl()", () => {
  for (const secret of [
    `${api}/hooks/agent`,
    `${api}/hooks/mine`,
    "/v1/chat/completions",
    "/x/..%2f/api/generate",
    "https://hooks.slack.com/hooks/wake",
  ])
    test(`webhookUrl() refuses ${secret}, and says nothing of it`, () => {
      const found = webhookUrl({ secret, api, origins });
      expect(found).toMatchObject({ kind: "refused", why: expect.stringContaining("may wake an agent") });
      expect(JSON.stringify(found)).not.toMatch(/hooks|completions|generate/u);
    });

  test("webhookUrl() takes a platform's own webhook, also one that has hooks in its path", () => {
    for (const secret of ["https://chat.example.org/hooks/abcdefgh", "/services/T1/B1/abcdefgh"])
      expect(webhookUrl({ secret, api: "https://chat.example.org", origins })).toMatchObject({ kind: "url" });
  });
});
