import { describe, expect, test } from "bun:test";
import { isSecretText } from "../../src/config/secret-words.ts";

describe("isSecretText()", () => {
  const secrets = [
    "xoxb-123456789012-abcdefgh",
    "Bearer sk-proj-abcdefgh",
    "ghp_abcdefghijkl",
    "AKIAIOSFODNN7EXAMPLE",
    "123456789:AAHdqTcvCH1vGWJxfSeofSAs0K5PALDsaw",
    "eyJhbGciOiJIUzI1NiJ9.eyJzdWIiOiIxMjM0In0.abc",
    "redis://:hunter2@127.0.0.1:6379",
    "9f86d081884c7d659a2feaa0c55ad015",
    "x".repeat(5000),
  ];
  for (const text of secrets)
    test(`isSecretText() hides ${text.slice(0, 50)}`, () => expect(isSecretText(text)).toBe(true));

  const plain = [
    "local-7b",
    "claude-sonnet-4-5-20250929",
    "anthropic/claude-3.5-sonnet",
    "http://127.0.0.1:8080/v1",
    "/home/agents/.hermes/kanban.db",
    "2026-11-26T12:00:00.000Z",
    "12:30",
    "task-based",
    "risk-free-rate-of-return",
    "qwen2.5-coder-32b-instruct-q4_k_m.gguf",
    "",
  ];
  for (const text of plain)
    test(`isSecretText() shows ${JSON.stringify(text)}`, () => expect(isSecretText(text)).toBe(false));
});
