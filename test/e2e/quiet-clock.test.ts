import { describe, expect, test } from "bun:test";
import { Chat, Den, type How } from "./hostile-bed.ts";

/** A program that is shown this time, on a host in this zone. */
const at = (time: string, zone = "UTC"): How => ({ through: ["env", `TZ=${zone}`, "faketime", "-f", `@${time}`] });

const why = ((): string | undefined => {
  const faked = Bun.which("faketime") === null ? undefined : Bun.spawnSync(["faketime", "-f", "-400d", "date", "+%Y"]);
  return faked?.exitCode === 0 ? undefined : 'no other time can be shown to a program: install "faketime"';
})();
if (why !== undefined) console.error(`SKIPPED e2e "windows by the clock of a zone": ${why}`);

const config = (chat: Chat, windows: string): string =>
  `confirm: 0s\nhost: web-1\n${chat.yaml}checks: { gone: { process: { name: no-such-gw } } }\n` +
  `maintenance:\n${windows}`;

describe.skipIf(why !== undefined)("windows by the clock of a zone", () => {
  const nights = [
    { name: "before summer", zone: "Europe/Berlin", quiet: "2026-03-28 02:45:00", loud: "2026-03-28 03:31:00" },
    {
      name: "in the hour that is skipped",
      zone: "Europe/Berlin",
      quiet: "2026-03-29 03:15:00",
      loud: "2026-03-29 04:01:00",
    },
    { name: "in summer", zone: "America/New_York", quiet: "2026-07-01 02:45:00", loud: "2026-07-01 03:31:00" },
    { name: "on a leap day", zone: "Asia/Kolkata", quiet: "2028-02-29 02:45:00", loud: "2028-02-29 03:31:00" },
  ];
  for (const { name, zone, quiet, loud } of nights)
    test(`tick keeps still in a window by the host's own zone ${name} (${zone}), and speaks after it`, async () => {
      using chat = new Chat();
      using den = new Den();
      den.write("dogwatch.yaml", config(chat, '  - { cron: "30 2 * * *", for: 1h, reason: nightly }\n'));
      for (let count = 0; count < 2; count += 1) expect((await den.tick(at(quiet, zone))).json.alerts).toEqual([]);
      expect((await den.dogwatch(["status"], at(quiet, zone))).out).toContain(`(cron "30 2 * * *", ${zone})`);
      const { json } = await den.tick(at(loud, zone));
      expect(json.alerts).toMatchObject([{ kind: "red", delivered: true }]);
      expect(chat.taken[0]?.text).toMatch(/\nMaintenance ended (?:\d+ \w+ )?\d\d:\d\d UTC: nightly\n/u);
    });

  test("tick goes by the zone that a window names, wherever the host is", async () => {
    using chat = new Chat();
    using den = new Den();
    den.write("dogwatch.yaml", config(chat, '  - { cron: "0 3 * * *", for: 1h, timezone: America/New_York }\n'));
    expect((await den.tick(at("2026-11-26 08:30:00"))).json.alerts).toEqual([]);
    expect((await den.tick(at("2026-11-26 09:01:00", "Europe/Berlin"))).json.alerts).toEqual([]);
    expect((await den.tick(at("2026-11-26 10:01:00", "Europe/Berlin"))).json.alerts).toMatchObject([{ kind: "red" }]);
  });

  test("tick whose clock jumps out of a window and back into it tells it once", async () => {
    using chat = new Chat();
    using den = new Den();
    den.write("dogwatch.yaml", config(chat, '  - { cron: "0 3 * * *", for: 1h }\n'));
    for (const time of [
      "2026-11-26 03:30:00",
      "1970-01-01 03:30:00",
      "2026-11-26 03:31:00",
      "2026-11-26 05:00:00",
      "2026-11-26 03:32:00",
    ])
      await den.tick(at(time));
    expect(chat.heads()).toHaveLength(1);
  });
});
