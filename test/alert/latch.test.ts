import { describe, expect, test } from "bun:test";
import { openLatch } from "../../src/alert/latch.ts";
import type { ChatConfig } from "../../src/config/config.ts";
import { readChatLatch, writeChatLatch } from "../../src/state/chat-latch.ts";
import { createFakeHost } from "../fake-host.ts";

const folder = "/var/lib/dogwatch";

describe("openLatch()", () => {
  const chat: ChatConfig = {
    ...{ kind: "hermes", api: "http://127.0.0.1:8644", route: "dogwatch", secret: { credential: "hermes-secret" } },
    whenDown: {
      kind: "discord",
      webhook: { credential: "discord-webhook" },
      threadId: null,
      api: "https://discord.com",
    },
  };
  /** As 0.3.0 had the same chat in its config. */
  const before = {
    ...{ kind: "hermes", api: "http://127.0.0.1:8644", route: "dogwatch", secret: { credential: "hermes-secret" } },
    whenDown: { kind: "discord", url: { credential: "discord-webhook" }, threadId: null, api: "https://discord.com" },
  };

  test("openLatch() finds a latch that 0.3.0 closed still closed: an upgrade mends no gateway", () => {
    const host = createFakeHost();
    writeChatLatch(host, folder, { chat: host.sha256(JSON.stringify(before)), why: "hermes answered 202", at: "" });
    const latch = openLatch({ host, folder, chat, by: "tick", onWritten: () => undefined });
    expect(latch.reason()).toBe("hermes answered 202");
    expect(readChatLatch(host, folder)).toBeDefined();
  });

  test("openLatch() forgets the latch of a chat whose way for when it is down is another", () => {
    const host = createFakeHost();
    const other = { ...before, whenDown: { ...before.whenDown, url: { credential: "another" } } };
    writeChatLatch(host, folder, { chat: host.sha256(JSON.stringify(other)), why: "hermes answered 202", at: "" });
    const latch = openLatch({ host, folder, chat, by: "tick", onWritten: () => undefined });
    expect([latch.reason(), readChatLatch(host, folder)]).toEqual([undefined, undefined]);
  });
});
