import { describe, expect, test } from "bun:test";
import { parseConfig } from "../../src/config/load.ts";
import type { Box } from "../../src/presets/box.ts";
import { addedTo, closedPorts, type Known, mentionsIn } from "../../src/presets/compare.ts";
import { find } from "../../src/presets/find.ts";
import { plan } from "../../src/presets/plan.ts";
import { render } from "../../src/presets/render.ts";
import { answered, box, doorAnswers, listens, service } from "./box-bed.ts";

const known = (text: string): Known => {
  const read = parseConfig(new TextEncoder().encode(text), "f", { hostname: "web-1" });
  if (read.kind === "faults") throw new Error(JSON.stringify(read.faults));
  return { config: read.config, mentions: mentionsIn(text) };
};

const config = (checks: string): Known =>
  known(`chat: { console: {} }\nchecks:\n  journal: { unit: { name: j.service } }\n${checks}`);

const written = (given: Box): Known => {
  const found = find(given);
  return known(render(given, found, plan(given, found.findings), new Map()));
};

const added = (config: Known, given: Box): readonly string[] =>
  addedTo(config, given, find(given)).map(({ kind, what }) => `${kind} ${what}`);

const door = (port: number) => doorAnswers(port, [answered("/healthz", '{"status":"ok"}')]);
const gateway = service({ listeners: listens(8080) });
const one = box([gateway], [door(8080)]);

describe("addedTo()", () => {
  test("addedTo() finds nothing new beside the file that init wrote, what it left out included", () => {
    expect(added(written(one), one)).toEqual([]);
    const leaky = box([service({ unit: "a-worker.service", environKeys: ["X_BOT_TOKEN"] })]);
    expect(added(written(leaky), leaky)).toEqual([]);
  });

  test("addedTo() finds a new unit, a new port of a known unit, a new board", () => {
    const two = box([gateway, service({ unit: "a-worker.service" })], [door(8080)]);
    expect(added(written(one), two)).toEqual(["unit unit a-worker.service (a worker, by its name)"]);
    const more = box([{ ...gateway, listeners: listens(8080, 8090) }], [door(8080), door(8090)]);
    expect(added(written(one), more)).toEqual(["port 127.0.0.1:8090 of unit my-gateway.service"]);
    const files: Box["files"] = [{ kind: "hermes", part: "board", path: "/home/a/.hermes/kanban.db", user: "a" }];
    expect(added(written(one), { ...one, files })).toEqual(["file /home/a/.hermes/kanban.db"]);
  });

  const cases = [
    {
      name: "a check of the unit",
      given: "  g: { unit: { name: my-gateway } }\n  h: { tcp: { port: 8080 } }",
      want: 0,
    },
    {
      name: "a comment that names it",
      given: "  # not this one: unit my-gateway.service,\n  # on 127.0.0.1:8080",
      want: 0,
    },
    { name: "a wrapped comment", given: "  # the unit\n  # my-gateway.service and 127.0.0.1:8080.", want: 0 },
    { name: "a longer name", given: "  # unit my-gateway.service.d and unit my-gateway.service-old", want: 1 },
    { name: "a unit of that name of a user's", given: "  # unit my-gateway.service of user bob", want: 1 },
    { name: "a user's check", given: "  g: { unit: { name: my-gateway, scope: user }, as: bob }", want: 1 },
  ] as const;
  for (const { name, given, want } of cases)
    test(`addedTo() takes ${name} for ${want === 0 ? "known" : "another"}`, () => {
      expect(added(config(`${given}\n`), one).length).toBe(want);
    });

  test("addedTo() tells one user's unit from another's", () => {
    const bobs = { ...gateway, scope: "user", manager: "bob", user: "bob" } as const;
    const given = box([bobs], [door(8080)]);
    expect(added(config("  g: { unit: { name: my-gateway, scope: user }, as: ann }\n"), given)).toHaveLength(1);
    expect(
      added(config("  g: { unit: { name: my-gateway, scope: user }, as: bob }\n  h: { tcp: { port: 8080 } }\n"), given),
    ).toEqual([]);
  });
});

test("closedPorts() names the checks of this host's ports on which nobody listens", () => {
  const given = config(
    '  a: { tcp: { port: 8080 } }\n  b: { http: { url: "http://localhost:9/x" } }\n  c: { tcp: { host: db.example, port: 1 } }\n',
  );
  expect(closedPorts(given, one)).toEqual([{ check: "b", why: "nothing listens on localhost:9" }]);
});
