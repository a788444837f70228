import { expect, test } from "bun:test";
import { array, boolean, looseObject, parse, string } from "valibot";
import { describeOnBed, until } from "./bed.ts";
import { asking, bringClient, capture } from "./capture-bed.ts";
import { useWatched } from "./watched.ts";

const minute = 60;
/** What is done in the open window takes so long at most; where less of this minute is left, the window is two minutes long. */
const roomS = 20;

/** The bed has the machine's clock. */
const nowS = (): number => Math.floor(Date.now() / 1000);

/** A window that is open now, and closes at the end of this minute or of the next. */
const windowNow = () => {
  const at = nowS();
  const start = new Date((at - (at % minute)) * 1000);
  const minutes = minute - (at % minute) > roomS ? 1 : 2;
  return {
    cron: `${start.getUTCMinutes()} ${start.getUTCHours()} * * *`,
    minutes,
    endS: start.getTime() / 1000 + minutes * minute,
  };
};

const configOf = (cron: string, minutes: number): string => `
checks:
  third: { unit: { name: gw-third.service } }
  main: { unit: { name: gw-main.service } }
  other: { unit: { name: gw-other.service } }
heal:
  mode: apply
  rules:
    - { on: [third], recipe: restart-unit, with: { unit: gw-third.service } }
maintenance:
  - { cron: "${cron}", for: ${minutes}m, checks: [main, third], timezone: UTC, reason: moving the racks }
`;

const Status = looseObject({
  silences: array(looseObject({ check: string(), name: string() })),
  maintenance: array(looseObject({ checks: array(string()), open: boolean() })),
});

describeOnBed("silence and maintenance across the wall", () => {
  const get = useWatched("quiet");

  test("a window that is open now and a silence keep chat and helper still, and what is red afterwards is told with that", async () => {
    const host = get();
    const { bed, chat } = host;
    await bringClient(host);
    for (const [at, name] of ["gw-main", "gw-third", "gw-other"].entries()) await host.gateway(name, 18080 + at);
    const window = windowNow();
    await host.configure(configOf(window.cron, window.minutes));
    await bed.sh(`systemctl kill -s KILL gw-main gw-third gw-other
      dogwatch silence add other --for 20s --reason "new disk"`);
    expect(await host.tick()).toBe(0);

    const status = parse(Status, JSON.parse(await bed.sh("dogwatch status --json")));
    expect(status.silences).toMatchObject([{ check: "other", name: "root" }]);
    expect(status.maintenance).toMatchObject([{ checks: ["main", "third"], open: true }]);
    expect((await host.journal("-t", "dogwatch")).join("\n")).toContain('; "third" is in maintenance until ');
    expect(await bed.sh("dogwatch heal plan")).toMatch(
      /would be refused: "third" is in maintenance until .*: moving the racks/u,
    );

    // The watcher is captured: it says that there is no window, and that the incident is open. The helper computes its own.
    await bed.sh(`runuser -u dogwatch -- sh -c 'echo "{}" >/var/lib/dogwatch/maintenance.json'`);
    const incident = "third-20200101T000000Z";
    const opened = { event: "incident.opened", incident, check: "third", evidence: "dead" };
    const heal = { do: "heal", red: ["third"], incidents: [{ check: "third", incident }], dryRun: false };
    const { answers } = await capture(host, asking({ do: "enter", events: [opened] }, heal));
    expect(answers.at(-1)?.healed).toMatchObject({
      outcome: "refused",
      why: expect.stringMatching(/^"third" is in maintenance until .*: moving the racks$/u),
    });
    expect(await bed.sh("stat -c '%U %a' /var/lib/dogwatch-heal/maintenance.json")).toBe("root 640\n");
    expect(nowS()).toBeLessThan(window.endS);
    expect([await chat.taken(), await host.count("heal.dispatched")]).toEqual([[], 0]);

    await until("the window to close", async () => (nowS() >= window.endS ? true : undefined), 100_000);
    expect(await host.tick()).toBe(0);
    const texts = (await chat.taken()).map(({ text }) => text);
    const about = (name: string): string => texts.find((text) => text.includes(` web-1 · ${name}: `)) ?? "nothing";
    expect(about("main")).toMatch(
      /^RED web-1 .*\nMaintenance ended [^\n]* UTC: moving the racks\nNot healed: no rule covers/u,
    );
    expect(about("other")).toMatch(/^RED web-1 .*\nWas silenced until [^\n]* UTC by root: new disk\n/u);
    expect(about("third")).toMatch(/^HEALED web-1 /u);
    expect(texts).toHaveLength(3);
    expect(await bed.sh("dogwatch silence list")).toBe("nothing is silenced\n");
    expect(await bed.sh("dogwatch log verify")).toStartWith("ok");
  }, 180_000);
});
