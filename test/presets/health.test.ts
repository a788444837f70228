import { describe, expect, test } from "bun:test";
import type { Answered } from "../../src/presets/box.ts";
import { healthOf, nonsensePath } from "../../src/presets/health.ts";
import { answered, doorAnswers, openclawDoor } from "./box-bed.ts";

const page = "<!doctype html><h1>hello</h1>";
const html = (path: string, body = page): Answered => answered(path, body);

interface Case {
  readonly name: string;
  readonly given: readonly Answered[];
  readonly nonsense?: Answered;
  readonly want: object | undefined;
}

const cases: readonly Case[] = [
  {
    name: "takes a status word of JSON",
    given: [answered("/healthz", '{"status":"ok","version":"1.2"}')],
    want: { path: "/healthz", json: [{ pointer: "/status", value: "ok" }] },
  },
  {
    name: "takes two well words at most",
    given: [answered("/health", '{"ok":true,"status":"UP","ready":true}')],
    want: {
      json: [
        { pointer: "/status", value: "UP" },
        { pointer: "/ok", value: true },
      ],
    },
  },
  {
    name: "takes the first path that is one",
    given: [answered("/healthz", "no", { status: 404 }), answered("/health", "ok\n"), answered("/ping", "pong")],
    want: { path: "/health", word: "ok", json: [] },
  },
  {
    name: "takes an empty success, by its status",
    given: [answered("/livez", "", { status: 204 })],
    want: { word: undefined },
  },
  {
    name: "asks for the status alone where no word sounds well",
    given: [answered("/health", '{"status":"degraded"}')],
    want: { json: [], isSick: true },
  },
  {
    name: "never takes a word of the program's own",
    given: [answered("/health", '{"status":"ok\\nheal: {}","state":"fine # x"}')],
    want: { json: [], isSick: true },
  },
  { name: "never takes metrics", given: [answered("/metrics", "up")], want: undefined },
  { name: "never takes a page", given: [html("/health")], want: undefined },
  { name: "never takes an error", given: [answered("/health", '{"status":"ok"}', { status: 503 })], want: undefined },
  { name: "never takes a long text", given: [answered("/health", `ok ${"x".repeat(100)}`)], want: undefined },
  { name: "never takes a text that isn't a well word", given: [answered("/health", "hello")], want: undefined },
  {
    name: "never takes what a wrong path is answered too",
    given: [answered("/health", "ok")],
    nonsense: answered(nonsensePath, "ok"),
    want: undefined,
  },
  {
    name: "never takes an echo of the path",
    given: [answered("/health", '{"path":"/health","n":1}')],
    nonsense: answered(nonsensePath, '{"path":"/dogwatch","n":2}'),
    want: undefined,
  },
];

describe("healthOf()", () => {
  for (const { name, given, nonsense, want } of cases)
    test(`healthOf() ${name}`, () => {
      const health = healthOf(doorAnswers(80, given, nonsense === undefined ? {} : { nonsense }));
      if (want === undefined) expect(health).toBeUndefined();
      else expect(health).toMatchObject(want);
    });

  test("healthOf() sees OpenClaw's health behind its page for everything", () => {
    expect(healthOf(openclawDoor(18789))).toMatchObject({
      path: "/healthz",
      json: [{ value: "live" }, { value: true }],
    });
  });

  test("healthOf() never throws on nested nonsense", () => {
    expect(healthOf(doorAnswers(80, [answered("/health", "[".repeat(500_000))]))).toBeUndefined();
  });
});
