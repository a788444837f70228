import { describe, expect, test } from "bun:test";
import type { Decision } from "../../src/alert/decide.ts";
import { deliver } from "../../src/alert/deliver.ts";
import { type Mailbox, openMailbox } from "../../src/alert/mailbox.ts";
import type { Message } from "../../src/alert/platforms/platform.ts";
import { openPost } from "../../src/alert/post.ts";
import type { Telling } from "../../src/alert/tell.ts";
import type { Config } from "../../src/config/config.ts";
import { type Healed, noHeal } from "../../src/heal/healed.ts";
import { incident, judged, rule } from "../heal/bed.ts";

const config: Config = {
  host: "web-1",
  confirmMs: 0,
  chat: { kind: "console" },
  deadman: null,
  checks: [],
  heal: { mode: "apply", rules: [rule({ on: ["gateway", "other"] })] },
  remindEveryMs: 1,
  maintenance: [],
  silenceMaxMs: 86_400_000,
  log: { rotateBytes: 8_388_608, rotateEveryMs: 1, keepMs: 0 },
  report: null,
};

const telling: Telling = {
  host: "web-1",
  judged: [
    judged(),
    judged({ name: "child", because: "gateway" }),
    judged({ name: "other" }),
    judged({ name: "alone" }),
  ],
  head: { seq: 1, sha256: "ab".repeat(32) },
  now: "2026-11-23T02:10:00.000Z",
};

const later: Telling = { ...telling, head: { seq: 7, sha256: "cd".repeat(32) }, now: "2026-11-23T02:10:20.000Z" };

const red = (check = "gateway"): Decision => ({ kind: "red", check, incident: incident(check), reason: "first" });

const healed = (facts: Partial<Healed> = {}): Healed => ({
  ...noHeal("ok 2 times in a row: gateway: 200"),
  outcome: "healed",
  recipe: "restart-unit",
  unit: "gateway.service",
  check: "gateway",
  incident: incident().id,
  card: "unit-down",
  ...facts,
});

const bed = (...decisions: readonly Decision[]) => {
  const sent: Message[] = [];
  const mailbox: Mailbox = openMailbox({
    outbox: [],
    wait: null,
    tick: 1,
    now: () => ({ bootId: "boot-1", uptimeS: 0 }),
    deliver: (outbox, onTaken) =>
      deliver(outbox, {
        ...{ tick: 1, bootedAt: null, onTaken, sleep: async () => undefined },
        send: async (message) => {
          sent.push(message);
          return { kind: "delivered", answer: "" };
        },
      }),
    onSent: () => undefined,
  });
  return { mailbox, post: openPost(mailbox, config, telling, decisions), sent };
};

const texts = (messages: readonly Message[]): readonly string[] => messages.map(({ text }) => text);
const line = (messages: readonly Message[], message: number, at: number): string =>
  texts(messages)[message]?.split("\n")[at] ?? "";

describe("openPost()", () => {
  test("openPost() puts the red down before a word of its heal is known, with what is folded under it", () => {
    const { mailbox } = bed(red());
    expect(mailbox.outbox()).toMatchObject([{ kind: "red", incident: "gateway-20261123T020500Z" }]);
    expect(texts(mailbox.outbox())[0]).not.toContain("ealed");
    expect(line(mailbox.outbox(), 0, 1)).toEndWith(": child");
  });

  test("tellEnd() makes one message of red and healed, with the log's newest head", () => {
    const { mailbox, post } = bed(red());
    post.retell(later, healed());
    post.tellEnd(later, healed(), [incident()]);
    expect(mailbox.outbox()).toMatchObject([{ kind: "healed" }]);
    expect(line(mailbox.outbox(), 0, 0)).toBe(
      "HEALED web-1 · gateway: well again by restart-unit; was red since 02:05 UTC: no answer in 5 s",
    );
    expect(texts(mailbox.outbox())[0]).toEndWith("\nlog 7:cdcdcdcdcdcdcdcd");
  });

  test("tellEnd() says once that a window was over when the heal came", async () => {
    const window = {
      check: "gateway",
      from: "",
      until: "2026-11-23T02:06:00.000Z",
      reason: "weekly update",
      by: "config",
    };
    const said = "\nMaintenance ended 02:06 UTC: weekly update\n";
    const { mailbox, post } = bed({ ...red(), after: window });
    post.tellEnd(later, healed(), [incident()]);
    expect(texts(mailbox.outbox())).toEqual([expect.stringContaining(said)]);
    const late = bed({ ...red(), after: window });
    await late.mailbox.flush();
    late.post.tellEnd(later, healed(), [incident()]);
    await late.mailbox.flush();
    expect(texts(late.sent).map((text) => text.includes(said))).toEqual([true, false]);
  });

  test("tellEnd() tells the end by itself once the red has gone out", async () => {
    const { mailbox, post, sent } = bed(red());
    await mailbox.flush();
    post.retell(later, healed());
    post.tellEnd(later, healed(), [incident()]);
    await mailbox.flush();
    expect(sent.map(({ kind }) => kind)).toEqual(["red", "healed"]);
  });

  test("tellEnd() leaves a word on flapping as it is, and tells the heal's end beside it", () => {
    const { mailbox, post } = bed({
      kind: "flapping",
      check: "gateway",
      incident: incident(),
      reason: "flapping-begins",
    });
    const failed = healed({ outcome: "failed", why: "not well within 5 min" });
    post.retell(later, failed);
    post.tellEnd(later, failed, [incident()]);
    expect(mailbox.outbox().map(({ kind }) => kind)).toEqual(["flapping", "heal-failed"]);
    expect(texts(mailbox.outbox())[0]).not.toContain("Heal failed");
  });

  test("openPost() says at once that no rule covers a check: its message may leave while another's heal runs", () => {
    const { mailbox } = bed(red("alone"), red());
    const [alone, gateway] = texts(mailbox.outbox());
    expect(alone).toContain('\nNot healed: no rule covers "alone"\n');
    expect(gateway).not.toContain("Not healed");
  });

  test("tellEnd() of a heal that failed says RED in the first message of an incident, STILL RED in a later one", async () => {
    const failed = healed({ outcome: "failed", why: "not well within 5 min" });
    const first = bed(red());
    first.post.tellEnd(later, failed, [incident()]);
    expect(line(first.mailbox.outbox(), 0, 0)).toStartWith("RED web-1");
    const second = bed();
    second.post.tellEnd(later, failed, [incident()]);
    expect(line(second.mailbox.outbox(), 0, 0)).toStartWith("STILL RED web-1");
    expect(line(second.mailbox.outbox(), 0, 2)).toBe(
      "Heal failed: restart-unit on gateway.service: not well within 5 min",
    );
    expect(texts(second.mailbox.outbox())[0]).toContain("\nNext: dogwatch card unit-down\n");
  });

  for (const [kind, card] of [
    ["queue", "queue-stuck"],
    ["heartbeat", "heartbeat-missed"],
  ] as const)
    test(`tellEnd() leads to ${card} after a restart that cured no ${kind}`, () => {
      const { mailbox, post } = bed();
      const sick = { ...later, judged: [judged({ kind, evidence: "stuck: 1 ready, 0 running" })] };
      post.tellEnd(sick, healed({ outcome: "failed", why: "not well within 5 min" }), [incident()]);
      expect(texts(mailbox.outbox())[0]).toContain(`\nNext: dogwatch card ${card}\n`);
    });

  test("tellEnd() shows no evidence of a check that is well by now", () => {
    const { mailbox, post } = bed();
    post.tellEnd({ ...later, judged: [judged({ verdict: "green", evidence: "200 in 3 ms" })] }, healed(), [incident()]);
    expect(line(mailbox.outbox(), 0, 0)).toBe(
      "HEALED web-1 · gateway: well again by restart-unit; was red since 02:05 UTC",
    );
  });

  test("tellEnd() gives each incident that the proof ended a message of its own", () => {
    const { mailbox, post } = bed(red(), red("other"));
    post.retell(later, healed());
    post.tellEnd(later, healed(), [incident(), incident("other")]);
    expect(mailbox.outbox().map(({ kind, check }) => `${kind} ${check}`)).toEqual(["healed gateway", "healed other"]);
  });
});

describe("retell()", () => {
  const cases = [
    {
      name: "the heal of its own check",
      given: healed({ outcome: "watching" }),
      decision: red(),
      want: "Healing: restart-unit on gateway.service was applied, its proof is being watched",
    },
    {
      name: "its own refusal",
      given: healed({ outcome: "refused", unit: null, why: "in its start grace" }),
      decision: red(),
      want: "Not healed (restart-unit): in its start grace",
    },
    {
      name: "that another check has this tick's one change",
      given: healed({ check: "other" }),
      decision: red(),
      want: 'Not healed: one change at a time: this tick is for "other"',
    },
    {
      name: "its refusal when another check is healed",
      given: healed({
        check: "other",
        reasons: { gateway: { recipe: "restart-unit", why: "in cooldown for 5 min more" } },
      }),
      decision: red(),
      want: "Not healed (restart-unit): in cooldown for 5 min more",
    },
    {
      name: "that no rule covers it",
      given: healed(),
      decision: red("alone"),
      want: 'Not healed: no rule covers "alone"',
    },
    {
      name: "that nothing is changed without a record, whichever check it is",
      given: healed({
        outcome: "refused",
        recipe: null,
        unit: null,
        check: "gateway",
        why: "cannot write the heal log",
      }),
      decision: red("other"),
      want: "Not healed: cannot write the heal log",
    },
  ] as const;
  for (const { name, given, decision, want } of cases)
    test(`retell() tells a red ${name}`, () => {
      const { mailbox, post } = bed(decision);
      post.retell(later, given);
      expect(texts(mailbox.outbox())[0]?.split("\n")).toContain(want);
    });

  test("retell() keeps the id, so that the end can still find its red", () => {
    const { mailbox, post } = bed(red());
    const before = mailbox.outbox().map(({ id }) => id);
    post.retell(later, healed({ outcome: "watching" }));
    expect(mailbox.outbox().map(({ id }) => id)).toEqual(before);
  });

  test("retell() says nothing of heals in what is no red: recovered and unknown", () => {
    const { mailbox, post } = bed(
      { kind: "recovered", check: "gateway", incident: incident(), reason: "recovered" },
      { kind: "unknown", check: "other", incident: null, reason: "unknown" },
    );
    post.retell(later, healed());
    for (const text of texts(mailbox.outbox())) expect(text).not.toMatch(/heal|Done/u);
  });
});
