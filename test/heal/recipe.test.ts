import { describe, expect, test } from "bun:test";
import { fileChangeOf, filesAs, fillRecipe, type Param, runAs, targetOf } from "../../src/heal/recipe.ts";
import { recipe } from "./bed.ts";

const param = (type: Param["type"], facts: Partial<Param> = {}): Param => ({
  type,
  isRequired: false,
  default: null,
  choices: type === "choice" ? ["soft", "hard"] : [],
  ...facts,
});

/** A recipe with one parameter `x` of this type, whose step shows what became of it. */
const with1 = (type: Param["type"], facts: Partial<Param> = {}) =>
  recipe({ params: { x: param(type, facts) }, steps: [["/usr/bin/true", "{x}", "end"]], backup: ["{x}"] });

const filled = (type: Param["type"], value: string | number): readonly string[] | string => {
  const done = fillRecipe(with1(type), { x: value });
  return done.kind === "filled" ? (done.steps[0] ?? []) : done.why;
};

describe("fillRecipe() on every type of parameter", () => {
  const good: readonly { readonly name: Param["type"]; readonly given: readonly (string | number)[] }[] = [
    {
      name: "unit",
      given: ["gateway.service", "gateway@main.service", "a\\x2db.timer", "dbus-org.x.socket"],
    },
    { name: "user", given: ["agents", "_apt", "Build.User-1", "machine$"] },
    { name: "path", given: ["/", "/etc/dogwatch.yaml", "/a b/ü", "/a..b/..c/d..", "/-x"] },
    { name: "name", given: ["gateway-1", "a", "Web_2.main", "4711"] },
    { name: "integer", given: [0, 5, "78", "000", 999_999_999_999_999] },
    { name: "choice", given: ["soft", "hard"] },
  ];
  for (const { name, given } of good)
    for (const value of given)
      test(`fillRecipe() takes ${JSON.stringify(value)} for a ${name} as one whole argument`, () => {
        expect(filled(name, value)).toEqual(["/usr/bin/true", String(value), "end"]);
      });

  test("fillRecipe() turns a scope into its option, which no other type can be", () => {
    expect(filled("scope", "system")).toEqual(["/usr/bin/true", "--system", "end"]);
    expect(filled("scope", "user")).toEqual(["/usr/bin/true", "--user", "end"]);
  });

  const hostile = [
    "",
    " ",
    "--force",
    "-9",
    "-",
    "a b",
    "a\nb",
    "a.service\n--now",
    "..",
    "../x",
    "$(id)",
    "`id`",
    ";id",
    "*",
    "\0",
    "\u202ea.service",
  ];
  const bad: readonly { readonly name: Param["type"]; readonly given: readonly (string | number)[] }[] = [
    {
      name: "unit",
      given: [
        ...hostile,
        "gateway",
        "a/b.service",
        "--now.service",
        "-.service",
        "a*.service",
        "gateway@.service",
        "a.SERVICE",
        `${"a".repeat(300)}.service`,
        "ａ.service",
      ],
    },
    { name: "scope", given: [...hostile, "global", "System", "user --now", "systemuser"] },
    { name: "owner", given: [...hostile, "0", "a/b"] },
    { name: "user", given: [...hostile, "0", "1000", "a:b", "a/b", "\u212a", "a".repeat(33), "root\n"] },
    {
      name: "path",
      given: [
        ...hostile,
        "etc/x",
        "/..",
        "/../etc/shadow",
        "/a/..",
        "/a/../b",
        "/a/b/..",
        "/a\u2028/../b",
        "/a\nb",
        "/a\u0000b",
        "~/x",
        "file:///x",
      ],
    },
    { name: "name", given: [...hostile, "_a", ".a", "a/b", "a:b", "ä", "a".repeat(129)] },
    {
      name: "integer",
      given: [...hostile, -1, 1.5, "1e3", "0x10", "+1", "١", Number.NaN, Number.POSITIVE_INFINITY, "1".repeat(16)],
    },
    { name: "choice", given: [...hostile, "Soft", "soft hard", "softhard"] },
  ];
  for (const { name, given } of bad)
    test(`fillRecipe() refuses every hostile value for a ${name}, and says it in one inert line`, () => {
      for (const value of given) {
        const why = filled(name, value);
        expect({ value, why }).toEqual({
          value,
          why: expect.stringMatching(/^the parameter "x" is [^\p{Cc}\p{Cf}\p{Zl}]*, want /u),
        });
      }
    });

  test("fillRecipe() refuses a choice that its own list holds but would be an option", () => {
    const done = fillRecipe(with1("choice", { choices: ["--force"] }), { x: "--force" });
    expect(done).toMatchObject({ kind: "fault" });
  });

  test("fillRecipe() refuses a recipe's own default that doesn't fit", () => {
    expect(fillRecipe(with1("unit", { default: "--force" }), {})).toMatchObject({ kind: "fault" });
    expect(fillRecipe(with1("choice", { default: "medium" }), {})).toMatchObject({
      why: 'the parameter "x" is "medium", want one of "soft", "hard"',
    });
  });
});

describe("fillRecipe() on what is given", () => {
  test("fillRecipe() leaves a parameter out that is neither given nor defaulted, in steps and backup", () => {
    expect(fillRecipe(with1("path"), {})).toEqual({ kind: "filled", steps: [["/usr/bin/true", "end"]], backup: [] });
  });

  test("fillRecipe() fills steps and backup alike", () => {
    expect(fillRecipe(with1("path"), { x: "/etc/a" })).toEqual({
      kind: "filled",
      steps: [["/usr/bin/true", "/etc/a", "end"]],
      backup: ["/etc/a"],
    });
  });

  test("fillRecipe() takes a default, and a given value before it", () => {
    const made = with1("unit", { default: "a.service" });
    expect(fillRecipe(made, {})).toMatchObject({ steps: [["/usr/bin/true", "a.service", "end"]] });
    expect(fillRecipe(made, { x: "b.service" })).toMatchObject({ steps: [["/usr/bin/true", "b.service", "end"]] });
  });

  test("fillRecipe() names every missing, surplus and wrong value at once", () => {
    const made = recipe({ params: { unit: param("unit", { isRequired: true }), count: param("integer") } });
    expect(fillRecipe(made, { unti: "a.service", count: "many" })).toEqual({
      kind: "fault",
      why: 'there is no parameter "unti" (it takes: unit, count); the parameter "unit" is missing; the parameter "count" is "many", want a whole number from 0',
    });
  });

  test("fillRecipe() takes no name that every object has", () => {
    for (const name of ["constructor", "toString", "valueOf", "hasOwnProperty"]) {
      expect(fillRecipe(recipe({ params: {} }), { [name]: "x" })).toMatchObject({ kind: "fault" });
      const made = recipe({ params: { [name]: param("path") }, steps: [["/usr/bin/true", `{${name}}`]] });
      expect(fillRecipe(made, {})).toMatchObject({ steps: [["/usr/bin/true"]] });
    }
  });

  test("fillRecipe() never puts a value into another value's text", () => {
    const made = recipe({
      params: { x: param("path"), y: param("path") },
      steps: [["/usr/bin/true", "{x}", "{y}", "x{x}"]],
    });
    expect(fillRecipe(made, { x: "/{y}", y: "/b" })).toMatchObject({
      steps: [["/usr/bin/true", "/{y}", "/b", "x{x}"]],
    });
  });
});

describe("fillRecipe() on a file change", () => {
  const made = recipe({
    params: { file: param("path", { isRequired: true }), also: param("path") },
    backup: ["{file}", "{also}", "/etc/fixed"],
    fileChange: { kind: "restore-kept", path: "{file}" },
    steps: [["/usr/bin/true"]],
  });

  test("fillRecipe() puts the change before the steps, by a word that is no program's path", () => {
    expect(fillRecipe(made, { file: "/etc/a" })).toEqual({
      kind: "filled",
      steps: [["restore-kept", "/etc/a"], ["/usr/bin/true"]],
      backup: ["/etc/a", "/etc/fixed"],
    });
  });

  test("fillRecipe() backs a file up once, by whatever parameters it is named", () => {
    expect(fillRecipe(made, { file: "/etc/a", also: "/etc/a" })).toMatchObject({ backup: ["/etc/a", "/etc/fixed"] });
  });

  test("fileChangeOf() knows the change again, and takes no command for one", () => {
    expect(fileChangeOf(["restore-kept", "/etc/a"])).toEqual({ kind: "restore-kept", path: "/etc/a" });
    expect(fileChangeOf(["remove-stale-lock", "/run/a"])).toEqual({ kind: "remove-stale-lock", path: "/run/a" });
    for (const step of [["/usr/bin/true"], ["/restore-kept", "/a"], [], ["constructor"]])
      expect(fileChangeOf(step)).toBeUndefined();
  });
});

describe("targetOf() and runAs()", () => {
  const made = recipe({
    params: { unit: param("unit"), scope: param("scope", { default: "system" }), user: param("user") },
  });
  const unit = "a.service";
  const cases = [
    { name: "the system's manager by default", given: { unit }, want: { unit, scope: "system" } },
    { name: "our own user's manager", given: { unit, scope: "user" }, want: { unit, scope: "user" } },
    {
      name: "another user's manager",
      given: { unit, scope: "user", user: "agents" },
      want: { unit, scope: "user", user: "agents" },
    },
    {
      name: "the system's manager, whoever runs the step",
      given: { unit, user: "agents" },
      want: { unit, scope: "system" },
    },
    { name: "no unit", given: { user: "agents" }, want: undefined },
  ] as const;
  for (const { name, given, want } of cases)
    test(`targetOf() finds ${name}`, () => {
      expect(targetOf(made, given)).toEqual(want);
    });

  test("filesAs() is the owner's value, else the user's, else nobody", () => {
    const owning = recipe({ params: { user: param("user"), owner: param("owner") } });
    expect(filesAs(owning, { user: "agents", owner: "configs" })).toBe("configs");
    expect(filesAs(owning, { user: "agents" })).toBe("agents");
    expect(filesAs(owning, {})).toBeUndefined();
    expect(runAs(owning, { owner: "configs" })).toBeUndefined();
  });

  test("runAs() is the user's value, or nobody else", () => {
    expect(runAs(made, { unit, user: "agents" })).toBe("agents");
    expect(runAs(made, { unit })).toBeUndefined();
  });
});
