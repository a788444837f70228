import { describe, expect, test } from "bun:test";
import { Chat, Den, type How } from "./hostile-bed.ts";

/** A program that is shown another time. Durations are the true ones, as when a clock is set. */
const at = (offset: string): How => ({ through: ["faketime", "-f", offset] });

const why = ((): string | undefined => {
  const faked = Bun.which("faketime") === null ? undefined : Bun.spawnSync(["faketime", "-f", "-400d", "date", "+%Y"]);
  return faked?.exitCode === 0 ? undefined : 'no other time can be shown to a program: install "faketime"';
})();
if (why !== undefined) console.error(`SKIPPED e2e "a clock that is set": ${why}`);

const config = (chat: Chat, count = ">= 1"): string =>
  `confirm: 1s\nhost: web-1\n${chat.yaml}remind_every: 4h\nchecks: { gone: { process: { name: no-such-gw }, count: "${count}" } }\n` +
  "heal: { mode: apply, rules: [{ on: [gone], recipe: mine }] }\n";

const times = ["-400d", "+400d", "-1s", "+5h", "@1970-01-01 00:00:10", "@2038-01-19 03:14:07", "@2399-12-31 23:59:59"];

describe.skipIf(why !== undefined)("a clock that is set", () => {
  for (const time of times)
    test(`tick under a clock set to ${time} keeps the incident, the cooldown and the peace`, async () => {
      using chat = new Chat();
      using den = new Den();
      den.recipe("mine", "exit 1");
      den.write("dogwatch.yaml", config(chat));
      expect((await den.tick()).json).toMatchObject({ heal: { outcome: "failed" }, alerts: [{ delivered: true }] });
      for (const how of [at(time), {}, at(time)]) {
        const { status, err, json } = await den.tick(how);
        expect({ status, err, alerts: json.alerts, troubles: json.troubles }).toEqual({
          status: 0,
          err: "",
          alerts: [],
          troubles: [],
        });
        expect(json.heal).toMatchObject({ outcome: "refused", why: expect.stringContaining("cooldown") });
      }
      expect([den.runs(), chat.taken.length]).toEqual([1, 1]);
      for (const words of [["status"], ["status", "--exit-code"], ["log", "show"], ["heal", "plan"]]) {
        const { status, out } = await den.dogwatch(words, at(time));
        expect({ words, status }).toEqual({ words, status: words.includes("--exit-code") ? 2 : 0 });
        expect(out).not.toMatch(/NaN|Invalid|-\d+ (ms|s|min|h|days?)\b/u);
      }
      den.write("dogwatch.yaml", config(chat, "0"));
      expect((await den.tick(at(time))).json).toMatchObject({
        verdict: "green",
        alerts: [{ kind: "recovered", delivered: true }],
      });
      expect(chat.heads().at(-1)).toMatch(
        /^RECOVERED web-1 · gone: well again after (a moment|[\dd hmins]+) \(was red since /u,
      );
      expect(await den.verify(at(time))).toBe("0 ok");
      expect(await den.verify()).toBe("0 ok");
    });

  test("tick whose clock jumps between its ticks never tells one incident twice or heals under two names", async () => {
    using chat = new Chat();
    using den = new Den();
    den.recipe("mine", "exit 1");
    den.write("dogwatch.yaml", config(chat).replace("confirm: 1s", "confirm: 0s"));
    for (const time of [...times, ...times.toReversed()]) await den.tick(at(time));
    expect([den.runs(), chat.taken.length]).toEqual([1, 1]);
    // A clock that leaps ahead makes the log old enough for a new file: all of them are read.
    const all = Bun.spawnSync(["sh", "-c", `zcat -f ${den.logs}/heal*.jsonl*`]).stdout.toString();
    expect(new Set(all.match(/"incident":"[^"]*"/gu)).size).toBe(1);
    expect(await den.verify()).toBe("0 ok");
  });

  test("tick in a chat's wait is not held up by a clock that was set back", async () => {
    using chat = new Chat();
    using den = new Den();
    den.recipe("mine", "exit 1");
    chat.answer = () => new Response("", { status: 429, headers: { "retry-after": "1" } });
    den.write("dogwatch.yaml", config(chat).replace("confirm: 1s", "confirm: 0s"));
    await den.tick(at("+400d"));
    chat.answer = () => Response.json({});
    await Bun.sleep(1100);
    expect((await den.tick(at("-400d"))).json).toMatchObject({ outbox: 0, alerts: [{ delivered: true }] });
  });
});
