import { describe, expect, test } from "bun:test";
import { emptyHealState } from "../../src/state/heal-state.ts";
import { reading } from "../checks.ts";
import { unitFacts } from "../fake-facts.ts";
import { attempt, moment } from "./bed.ts";
import { createServeBed, incidentOf, type Said, type ServeBed } from "./serve-bed.ts";

const refusal = (why: string) => ({ is: "healed", healed: { outcome: "refused", why } });
const ofOwnAttempt = {
  key: `${incidentOf("unit")}/restart-unit`,
  incident: incidentOf("unit"),
  check: "unit",
  sick: ["unit"],
};

describe("serve() heals only what it sees", () => {
  const stories: readonly {
    readonly name: string;
    readonly red?: readonly string[];
    readonly given: (bed: ServeBed) => void;
    readonly want: object;
    readonly runs?: number;
    readonly looks?: number;
  }[] = [
    {
      name: "refuses a claimed red that is well",
      given: () => undefined,
      want: refusal("not confirmed: at the helper's own look it reads ok: it reads ok"),
      looks: 1,
    },
    {
      name: "refuses a red that is well at the second look",
      given: (bed) => {
        bed.world["unit"] = "bad";
        bed.onLook = (count) => count === 2 && delete bed.world["unit"];
      },
      want: refusal("not confirmed: 10 s later it reads ok: it reads ok"),
      looks: 2,
    },
    {
      name: "heals what is bad twice",
      given: (bed) => {
        bed.world["unit"] = "bad";
      },
      want: { is: "healed", healed: { outcome: "healed", check: "unit", recipe: "restart-unit" } },
      runs: 1,
      looks: 4,
    },
    {
      name: "refuses what it sees in its start grace, by its own readings",
      red: ["gateway"],
      given: (bed) => {
        bed.world["unit"] = reading("ok", { startedUptimeS: 86_400 - 60 });
        bed.world["gateway"] = "bad";
      },
      want: refusal(
        "not confirmed: at the helper's own look it reads bad in its start grace: it reads bad (in its start grace)",
      ),
      looks: 1,
    },
    {
      name: "refuses a child whose parent it sees bad and nobody called red",
      red: ["gateway"],
      given: (bed) => {
        bed.world["unit"] = "bad";
        bed.world["gateway"] = "bad";
      },
      want: refusal(
        `not confirmed: at the helper's own look its need "unit" is bad too, and was not called red: it reads bad`,
      ),
      looks: 1,
    },
    {
      name: "heals the parent for all that is folded under it",
      red: ["unit"],
      given: (bed) => {
        for (const name of ["unit", "gateway", "board"]) bed.world[name] = "bad";
      },
      want: { healed: { outcome: "healed", check: "unit", sick: ["unit", "gateway", "board"] } },
      runs: 1,
    },
    {
      name: "never heals for a check that nobody asked about",
      red: ["gateway"],
      given: (bed) => {
        bed.world["unit"] = "bad";
      },
      want: refusal("not confirmed: at the helper's own look it reads ok: it reads ok"),
      looks: 1,
    },
    {
      name: "heals nothing for a check without a rule",
      red: ["other"],
      given: (bed) => {
        bed.world["other"] = "bad";
      },
      want: { healed: { outcome: "none", why: 'no rule covers "other"' } },
      looks: 1,
    },
    {
      name: "heals nothing for a check that isn't in the config",
      red: ["ghost"],
      given: (bed) => {
        bed.world["unit"] = "bad";
      },
      want: { healed: { outcome: "none", why: "no rule covers it" } },
    },
    {
      name: "heals nothing when nothing is asked",
      red: [],
      given: () => undefined,
      want: { healed: { outcome: "none", why: "nothing is red" } },
      looks: 0,
    },
    {
      name: "never heals on unknown",
      given: (bed) => {
        bed.world["unit"] = reading("unknown", { evidence: "no /proc" });
      },
      want: refusal("not confirmed: at the helper's own look it reads unknown: no /proc"),
      looks: 1,
    },
    {
      name: "never heals when the second look is unknown",
      given: (bed) => {
        bed.world["unit"] = "bad";
        bed.onLook = (count) => {
          if (count === 2) bed.world["unit"] = "unknown";
        };
      },
      want: refusal("not confirmed: 10 s later it reads unknown: it reads unknown"),
      looks: 2,
    },
    {
      name: "refuses in cooldown at once, without the wait for a second look",
      given: (bed) => {
        bed.world["unit"] = "bad";
        bed.save({ ...emptyHealState, attempts: [attempt({ key: "other/restart-unit", ended: moment(-300) })] });
      },
      want: refusal("in cooldown for 10 min more"),
      looks: 1,
    },
    {
      name: "refuses a spent budget at once",
      given: (bed) => {
        bed.world["unit"] = "bad";
        const of = (at: number) => attempt({ key: `o${at}/restart-unit`, started: moment(at), ended: moment(at) });
        bed.save({ ...emptyHealState, attempts: [of(-3000), of(-2000), of(-1000)] });
      },
      want: refusal(
        'the budget of 3 per 1 h is spent: only alerts until "dogwatch heal unlatch 1:restart-unit" or a green day',
      ),
      looks: 1,
    },
    {
      name: "refuses what is latched at once",
      given: (bed) => {
        bed.world["unit"] = "bad";
        bed.save({ ...emptyHealState, latched: { "1:restart-unit": { at: "", moment: moment(), why: "spent" } } });
      },
      want: refusal("spent"),
      looks: 1,
    },
    {
      name: "refuses for the words of a folded check that nobody called red",
      given: (bed) => {
        bed.world["unit"] = "bad";
        bed.world["gateway"] = reading("bad", { evidence: "status 409 Conflict, want 200" });
      },
      want: refusal('"restart-unit" is no cure where the evidence says "conflict"'),
      looks: 1,
    },
    {
      name: "looks twice where what refused it at the first look is over at once",
      given: (bed) => {
        bed.world["unit"] = "bad";
        bed.host.systemd.units.set("gateway.service", unitFacts({ activeState: "activating", subState: "start" }));
        bed.onShow = (count) => {
          if (count === 2) bed.host.systemd.units.set("gateway.service", unitFacts({}));
        };
        bed.onLook = (count) => count === 2 && delete bed.world["unit"];
      },
      want: refusal("not confirmed: 10 s later it reads ok: it reads ok"),
      looks: 2,
    },
    {
      name: "goes on with an attempt that is watched before anything else",
      red: [],
      given: (bed) => {
        bed.save({
          ...emptyHealState,
          attempts: [attempt({ ...ofOwnAttempt, outcome: "watching", started: moment(-10), ended: null })],
        });
      },
      want: { healed: { outcome: "healed", check: "unit" } },
      looks: 2,
    },
    {
      name: "tells an attempt that a crash cut off, and never repeats it",
      red: ["unit"],
      given: (bed) => {
        bed.world["unit"] = "bad";
        bed.save({ ...emptyHealState, attempts: [attempt({ ...ofOwnAttempt, outcome: "running", ended: null })] });
      },
      want: { healed: { outcome: "indeterminate", check: "unit" } },
      looks: 0,
    },
  ];
  for (const { name, red = ["unit"], given, want, runs = 0, looks } of stories)
    test(`serve() ${name}`, async () => {
      const bed = createServeBed();
      given(bed);
      expect(await bed.heal(red)).toMatchObject(want);
      expect(bed.runs()).toBe(runs);
      if (looks !== undefined) expect(bed.looks).toHaveLength(looks);
      expect(bed.isWhole()).toBeTrue();
      expect(bed.warned).toEqual([]);
    });

  test("serve() only plans in observe mode, and says so in the log once", async () => {
    const bed = createServeBed();
    const observing = createServeBed({ heal: { mode: "observe", rules: bed.config.heal.rules } });
    observing.world["unit"] = "bad";
    for (const _ of "123")
      expect(await observing.heal(["unit"])).toMatchObject(refusal("observe mode: planned and told only"));
    expect([observing.runs(), observing.looks.length]).toEqual([0, 3]);
    expect(observing.events()).toEqual(["incident.opened", "heal.refused"]);
  });

  test("serve() says that it applies before it does, and the looks that made it are `confirm` apart", async () => {
    const bed = createServeBed();
    bed.world["unit"] = "bad";
    const answers = await bed.say({ do: "heal", red: ["unit"], incidents: [], dryRun: false });
    expect(answers).toMatchObject([{ is: "healed", healed: { outcome: "none" } }]);
    expect(
      await bed.say(
        {
          do: "enter",
          events: [{ event: "incident.opened", incident: incidentOf("unit"), check: "unit", evidence: "" }],
        },
        { do: "heal", red: ["unit"], incidents: [{ check: "unit", incident: incidentOf("unit") }], dryRun: false },
      ),
    ).toMatchObject([
      { is: "entered" },
      { is: "applying", healed: { outcome: "watching", recipe: "restart-unit" } },
      { is: "healed", healed: { outcome: "healed" } },
    ]);
    expect((bed.looks.at(-3)?.atMs ?? 0) - (bed.looks.at(-4)?.atMs ?? 0)).toBe(10_000);
    expect(bed.events()).toEqual([
      "incident.opened",
      "heal.archived",
      "heal.created",
      "heal.planned",
      "heal.dispatched",
      "heal.proved",
      "incident.resolved",
    ]);
  });

  test("serve() logs a red that it doesn't find once, and counts the rest", async () => {
    const bed = createServeBed();
    for (const _ of "12345") expect(await bed.heal(["unit"])).toMatchObject({ healed: { outcome: "refused" } });
    expect(bed.events()).toEqual(["incident.opened", "heal.refused"]);
    expect(Object.values(bed.saved().refusals)).toMatchObject([{ count: 5 }]);
  });
});

describe("serve() serves one connection", () => {
  const healUnit = {
    do: "heal",
    red: ["unit"],
    incidents: [{ check: "unit", incident: incidentOf("unit") }],
    dryRun: false,
  };
  const open = {
    do: "enter",
    events: [{ event: "incident.opened", incident: incidentOf("unit"), check: "unit", evidence: "" }],
  };

  test("serve() answers in the order of the requests, each with the log's head", async () => {
    const bed = createServeBed();
    const answers = await bed.say(
      { do: "incidents" },
      { do: "look", checks: ["unit", "ghost"] },
      open,
      { do: "suspect", checks: ["unit"] },
      { do: "incidents" },
      { do: "tidy", notGreen: [] },
    );
    expect(answers).toMatchObject([
      { is: "incidents", incidents: {}, head: { seq: 0 } },
      { is: "readings", readings: { unit: { kind: "ok" } } },
      { is: "entered", head: { seq: 1 } },
      { is: "noted" },
      { is: "incidents", incidents: { unit: { id: incidentOf("unit") } } },
      { is: "noted", trouble: null },
    ]);
  });

  test("serve() takes the look at suspects for its first: the second follows `confirm` after it", async () => {
    const bed = createServeBed();
    bed.world["unit"] = "bad";
    bed.onLook = (count) => count === 1 && bed.host.clock.advance(0);
    await bed.say(open, { do: "suspect", checks: ["unit"] }, healUnit);
    expect(bed.looks.slice(0, 2).map(({ atMs }) => atMs)).toEqual([0, 10_000]);
    expect(bed.runs()).toBe(1);
  });

  test("serve() keeps no answer waiting for its look at suspects", async () => {
    const slow = createServeBed();
    slow.lookMs = 60_000;
    await slow.say({ do: "suspect", checks: ["unit"] }, { do: "incidents" });
    expect(slow.trace).toEqual(["hello", "look", "noted", "incidents"]);
    expect(slow.host.clock.monotonicMs()).toBe(0);
  });

  test("serve() takes no look at others for a first", async () => {
    const bed = createServeBed();
    bed.world["unit"] = "bad";
    await bed.say(open, { do: "suspect", checks: ["other"] }, healUnit);
    expect(bed.looks.map(({ atMs }) => atMs).slice(0, 3)).toEqual([0, 0, 10_000]);
  });

  test("serve() finishes what it began when the watcher is gone", async () => {
    const bed = createServeBed();
    bed.world["unit"] = "bad";
    bed.onLook = () => {
      bed.isGone = true;
    };
    await bed.say(open, healUnit);
    expect(bed.events().at(-1)).toBe("incident.resolved");
    expect(bed.saved().attempts).toMatchObject([{ outcome: "healed" }]);
  });

  const refused: readonly {
    readonly name: string;
    readonly said: readonly Said[];
    readonly want: string;
  }[] = [
    {
      name: "another config",
      said: [{ do: "hello", version: 1, config: "d1".repeat(32) }],
      want: "it is about another config than the one that root reads",
    },
    {
      name: "another version",
      said: [{ do: "hello", version: 2, config: "c0".repeat(32) }],
      want: "it comes from another version of dogwatch",
    },
    { name: "what is no JSON", said: ["GET / HTTP/1.1"], want: "it is no request" },
    { name: "a request with a word too many", said: [{ ...healUnit, argv: ["/bin/sh"] }], want: "it is no request" },
    {
      name: "a request with a recipe in it",
      said: [{ ...healUnit, recipe: "restart-unit" }],
      want: "it is no request",
    },
    { name: "an unknown request", said: [{ do: "exec" }], want: "it is no request" },
    {
      name: "an event that isn't the watcher's",
      said: [{ do: "enter", events: [{ event: "heal.proved", incident: "x", check: "unit", why: "" }] }],
      want: "it is no request",
    },
    {
      name: "the 201st request",
      said: Array.from({ length: 201 }, () => ({ do: "incidents" })),
      want: "it is one of more than 200 requests",
    },
  ];
  for (const { name, said, want } of refused)
    test(`serve() refuses ${name}, says so in the journal, and hears nothing more`, async () => {
      const bed = createServeBed();
      bed.world["unit"] = "bad";
      const answers = await bed.sayOnly(...said, open, healUnit);
      expect(answers.at(-1)).toMatchObject({ is: "refused", code: "REFUSED", why: want });
      expect(answers).toHaveLength(said.length);
      expect(bed.warned).toEqual([`refused a request: ${want}`]);
      expect([bed.runs(), bed.events()]).toEqual([0, []]);
    });

  for (const { kind, want } of [
    { kind: "late", want: "refused a request: no whole line came in time" },
    { kind: "too-long", want: "refused a request: the line is too long" },
  ] as const)
    test(`serve() ends a connection whose line is ${kind}`, async () => {
      const bed = createServeBed();
      expect(await bed.sayOnly({ kind }, open)).toEqual([expect.objectContaining({ is: "refused" })]);
      expect(bed.warned).toEqual([want]);
    });

  test("serve() changes nothing at all for a dry run, and shows what it would do", async () => {
    const bed = createServeBed();
    await bed.say(open);
    bed.world["unit"] = reading("bad", { memory: { restarts: 3 } });
    const before = bed.files();
    const hello = { do: "hello", version: 1, config: "c0".repeat(32), dryRun: true };
    const said = [
      { do: "look", checks: ["unit"] },
      { do: "suspect", checks: ["unit"] },
      healUnit,
      { ...healUnit, dryRun: true },
    ];
    expect((await bed.sayOnly(hello, ...said)).slice(-2)).toMatchObject([
      {
        healed: {
          outcome: "planned",
          recipe: "restart-unit",
          steps: [["/usr/bin/systemctl", "restart", "--no-block", "gateway.service"]],
        },
      },
      { healed: { outcome: "planned" } },
    ]);
    expect(
      await bed.sayOnly(hello, { do: "enter", events: [{ event: "config.changed" }] }, { do: "tidy", notGreen: [] }),
    ).toMatchObject([
      { is: "hello" },
      { is: "failed", why: "a dry run changes nothing" },
      { is: "failed", why: "a dry run changes nothing" },
    ]);
    expect(bed.files()).toEqual(before);
    expect(bed.runs()).toBe(0);
    expect(bed.host.clock.monotonicMs()).toBe(0);
  });

  test("serve() heals under the incident that the log holds open, whatever is claimed", async () => {
    const bed = createServeBed();
    bed.world["unit"] = "bad";
    const claimed = { ...healUnit, incidents: [{ check: "unit", incident: "unit-20991231T000000Z" }] };
    expect(await bed.say(claimed)).toMatchObject([
      { healed: { outcome: "none", why: 'no incident of "unit" is open in the heal log' } },
    ]);
    expect((await bed.say(open, claimed)).at(-1)).toMatchObject({
      healed: { outcome: "healed", incident: incidentOf("unit") },
    });
    expect(bed.saved().attempts).toMatchObject([{ key: `${incidentOf("unit")}/restart-unit` }]);
  });

  test("serve() takes no check's incident for another's", async () => {
    const bed = createServeBed();
    bed.world["gateway"] = "bad";
    const another = { ...healUnit, red: ["gateway"], incidents: [{ check: "gateway", incident: incidentOf("unit") }] };
    expect((await bed.say(open, another)).at(-1)).toMatchObject({ healed: { outcome: "none" } });
    expect(bed.runs()).toBe(0);
  });

  test("serve() plans for a dry run though no incident was written for it", async () => {
    const bed = createServeBed();
    bed.world["unit"] = "bad";
    expect(await bed.say({ ...healUnit, dryRun: true })).toMatchObject([{ healed: { outcome: "planned" } }]);
    expect([bed.runs(), bed.events()]).toEqual([0, []]);
  });
});

describe("serve() tidies up", () => {
  const latched = {
    ...emptyHealState,
    latched: { "1:restart-unit": { at: "", moment: moment(-86_400), why: "spent" } },
  };

  test("serve() ends a latch after a green day that it sees itself", async () => {
    const bed = createServeBed();
    bed.save(latched);
    await bed.say({ do: "tidy", notGreen: [] });
    expect(bed.saved().latched).toEqual({});
  });

  for (const kind of ["bad", "unknown"] as const)
    test(`serve() keeps the latch of a check that reads ${kind}, whatever the watcher says`, async () => {
      const bed = createServeBed();
      bed.save(latched);
      bed.world["gateway"] = kind;
      await bed.say({ do: "tidy", notGreen: [] });
      expect(bed.saved().latched).toMatchObject({ "1:restart-unit": { why: "spent", moment: moment() } });
    });

  test("serve() keeps a latch while it goes on with another's attempt: nobody has looked at its checks", async () => {
    const bed = createServeBed();
    bed.save({
      ...latched,
      attempts: [
        attempt({
          ...ofOwnAttempt,
          rule: "2:x",
          sick: ["other"],
          outcome: "watching",
          started: moment(-10),
          ended: null,
        }),
      ],
    });
    expect(await bed.heal([])).toMatchObject({ healed: { outcome: "healed" } });
    expect(Object.keys(bed.saved().latched)).toEqual(["1:restart-unit"]);
  });

  test("serve() answers before it looks at what is said to be well: a red that waits for the answer waits for no look", async () => {
    const bed = createServeBed();
    const ended = {
      do: "enter",
      events: [{ event: "incident.resolved", incident: incidentOf("unit"), check: "unit", why: "green" }],
    };
    await bed.say(ended, { do: "incidents" });
    expect(bed.trace).toEqual(["hello", "entered", "look", "incidents"]);
  });

  test("serve() looks again at checks that are said to be well, so that flapping shows", async () => {
    const bed = createServeBed();
    bed.recipe = { ...bed.recipe, cooldownMs: 0, budget: { count: 99, perMs: 3_600_000 } };
    const ended = {
      do: "enter",
      events: [{ event: "incident.resolved", incident: incidentOf("unit"), check: "unit", why: "green" }],
    };
    for (let round = 0; round < 7; round += 1) {
      bed.world["unit"] = "bad";
      bed.host.clock.advance(150_000);
      await bed.heal(["unit"], { red: ["unit"] });
      delete bed.world["unit"];
      bed.host.clock.advance(150_000);
      await bed.say(ended);
    }
    bed.world["unit"] = "bad";
    expect(await bed.heal(["unit"])).toMatchObject(
      refusal('"unit" is flapping: it comes and goes, and a restart would join in'),
    );
  });
});
