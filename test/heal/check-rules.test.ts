import { describe, expect, test } from "bun:test";
import { printFault } from "../../src/config/fault.ts";
import { parseConfig } from "../../src/config/load.ts";
import { checkRules } from "../../src/heal/check-rules.ts";
import { createFakeHost, type FakeHost } from "../fake-host.ts";

const folder = "/etc/dogwatch/heal-recipes";
const file = "dogwatch.yaml";
const text = (rule: string, check = ""): string =>
  `chat: console\nchecks:\n  web: { tcp: { port: 80 }${check} }\nheal:\n  rules:\n    - ${rule}\n`;
const mine = "recipe: mine\ntreats: x\nsteps:\n  - [/usr/bin/true]\nproof: { within: 5m }\ncard: nowhere\n";

const checked = async (config: string, host: FakeHost = createFakeHost()) => {
  const parsed = parseConfig(new TextEncoder().encode(config), file, { hostname: "web-1" });
  if (parsed.kind === "faults") throw new Error(parsed.faults.map(printFault).join("\n"));
  const { faults, warnings } = await checkRules(host, folder, parsed.config, parsed.faultAt);
  return { faults: faults.map(printFault), warnings: warnings.map(printFault) };
};

const withMine = (content = mine): FakeHost => {
  const host = createFakeHost();
  host.files.put(`${folder}/mine.yaml`, content);
  return host;
};

describe("checkRules()", () => {
  const cases = [
    {
      name: "passes a rule that fits its recipe",
      given: text("{ on: [web], recipe: restart-unit, with: { unit: a.service } }"),
      faults: [],
      warnings: [],
    },
    {
      name: "names a recipe that was probably meant",
      given: text("{ on: [web], recipe: restart-unti, with: { unit: a.service } }"),
      faults: ['dogwatch.yaml:6:28: there is no recipe "restart-unti": did you mean "restart-unit"?'],
      warnings: [],
    },
    {
      name: "lists the recipes when none is near",
      given: text("{ on: [web], recipe: reboot }"),
      faults: [
        'dogwatch.yaml:6:28: there is no recipe "reboot": there are remove-stale-lock, restart-container, restart-unit, restore-last-green-config, start-unit',
      ],
      warnings: [],
    },
    {
      name: "warns of a config that could never be kept",
      given: text(
        "{ on: [web], recipe: restore-last-green-config, with: { unit: a.service, file: /etc/a } }",
        " }\n  unit: { unit: { name: a.service }",
      ),
      faults: [],
      warnings: [
        "dogwatch.yaml:7:28: no check in its on is a unit check, or a process check with count: 1: no copy that ran green can ever be kept",
      ],
    },
    {
      name: "passes one whose start is told",
      given: text(
        "{ on: [web, unit], recipe: restore-last-green-config, with: { unit: a.service, file: /etc/a } }",
        " }\n  unit: { unit: { name: a.service }",
      ),
      faults: [],
      warnings: [],
    },
    {
      name: "warns of a heal that a job for a person would keep from being proved",
      given: text(
        "{ on: [web, board], recipe: restart-unit, with: { unit: a.service } }",
        " }\n  board: { queue: { hermes: /srv/kanban.db }, findings: [stuck, gave-up]",
      ),
      faults: [],
      warnings: [
        'dogwatch.yaml:7:13: "board" finds gave-up too, which no recipe mends: such a job would keep this heal from being proved; give it findings: [stuck, stale-claim], and the others a check of their own',
      ],
    },
    {
      name: "passes a queue that finds what a recipe may mend",
      given: text(
        "{ on: [web, board], recipe: restart-unit, with: { unit: a.service } }",
        " }\n  board: { queue: { hermes: /srv/kanban.db }, findings: [stuck, stale-claim]",
      ),
      faults: [],
      warnings: [],
    },
    {
      name: "refuses a missing parameter",
      given: text("{ on: [web], recipe: restart-unit }"),
      faults: ['dogwatch.yaml:6:7: recipe "restart-unit": the parameter "unit" is missing'],
      warnings: [],
    },
    {
      name: "refuses a parameter that the recipe doesn't have",
      given: text("{ on: [web], recipe: restart-unit, with: { unit: a.service, forse: 1 } }"),
      faults: [
        'dogwatch.yaml:6:42: recipe "restart-unit": there is no parameter "forse" (it takes: unit, scope, user)',
      ],
      warnings: [],
    },
    {
      name: "refuses an option in a parameter's place",
      given: text('{ on: [web], recipe: restart-unit, with: { unit: "--force.service" } }'),
      faults: [
        'dogwatch.yaml:6:42: recipe "restart-unit": the parameter "unit" is "--force.service", want a unit name such as "gateway.service"',
      ],
      warnings: [],
    },
    {
      name: "warns of a check's card that isn't there",
      given: text("{ on: [web], recipe: restart-unit, with: { unit: a.service } }", ", card: nowhere"),
      faults: [],
      warnings: ['dogwatch.yaml:3:35: there is no card "nowhere"; "dogwatch card" lists them'],
    },
  ] as const;
  for (const { name, given, faults, warnings } of cases)
    test(`checkRules() ${name}`, async () => {
      expect(await checked(given)).toEqual({ faults: [...faults], warnings: [...warnings] });
    });

  test("checkRules() warns of a recipe's card that isn't there", async () => {
    expect(await checked(text("{ on: [web], recipe: mine }"), withMine())).toEqual({
      faults: [],
      warnings: ['dogwatch.yaml:6:28: the recipe\'s card "nowhere" does not exist; run: dogwatch card'],
    });
  });

  test("checkRules() takes the admin's own card", async () => {
    const host = withMine();
    host.files.put(`${folder}/cards/nowhere.md`, "# nowhere\n");
    expect(await checked(text("{ on: [web], recipe: mine }"), host)).toEqual({ faults: [], warnings: [] });
  });

  test("checkRules() says that an own recipe hides a shipped one", async () => {
    const host = createFakeHost();
    host.files.put(`${folder}/restart-unit.yaml`, mine.replace("mine", "restart-unit").replace("card: nowhere\n", ""));
    expect((await checked(text("{ on: [web], recipe: restart-unit }"), host)).warnings).toEqual([
      `dogwatch.yaml:6:28: the recipe "restart-unit" is your own, "${folder}/restart-unit.yaml"; it hides the shipped one`,
    ]);
  });

  test("checkRules() tells a recipe's own faults at their place in its file", async () => {
    const { faults } = await checked(
      text("{ on: [web], recipe: mine }"),
      withMine(mine.replace("/usr/bin/true", "systemctl")),
    );
    expect(faults).toEqual([
      `${folder}/mine.yaml:4:5: step is not an absolute path: expected the program's whole path, such as /usr/bin/systemctl`,
    ]);
  });

  test("checkRules() refuses a recipe that was changed since it was pinned, and gives the hash it has now", async () => {
    const host = withMine();
    const now = host.sha256(mine);
    expect((await checked(text(`{ on: [web], recipe: mine, sha256: ${now} }`), host)).faults).toEqual([]);
    expect((await checked(text(`{ on: [web], recipe: mine, sha256: ${"a".repeat(64)} }`), host)).faults).toEqual([
      `dogwatch.yaml:6:42: the recipe "mine" was changed: its SHA-256 is ${now}`,
    ]);
  });
});
