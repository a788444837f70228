import { describe, expect, test } from "bun:test";
import type { ProcessFacts, ProcessList } from "../../src/host/host.ts";
import { judgeLock, type LockClaim, type LockVerdict, parseLock } from "../../src/probes/lock-file.ts";

const parse = (text: string) => parseLock(new TextEncoder().encode(text));

describe("parseLock()", () => {
  const forms: readonly { readonly name: string; readonly given: string; readonly want: LockClaim | undefined }[] = [
    {
      name: "Hermes' JSON",
      given: '{"pid": 4711, "kind": "hermes-gateway", "argv": ["x"], "start_time": 8640123}',
      want: { pid: 4711, start: 8_640_123 },
    },
    { name: "JSON without a start", given: '{"pid":4711}', want: { pid: 4711, start: null } },
    { name: "JSON with a start of null", given: '{"pid":4711,"start_time":null}', want: { pid: 4711, start: null } },
    { name: "a pid", given: "4711\n", want: { pid: 4711, start: null } },
    { name: "a pid padded as in UUCP locks", given: "      4711\n", want: { pid: 4711, start: null } },
    { name: "a pid and a start", given: "4711 8640123\n", want: { pid: 4711, start: 8_640_123 } },
    {
      name: "a pid and a start in seconds, on two lines",
      given: "4711\n86401.23\n",
      want: { pid: 4711, start: 86_401.23 },
    },
    { name: "nothing", given: "", want: undefined },
    { name: "words", given: "locked by me", want: undefined },
    { name: "a host and a pid", given: "web-1:4711", want: undefined },
    { name: "pid 0, which is no process", given: "0", want: undefined },
    { name: "a negative pid, which is a group", given: "-4711", want: undefined },
    { name: "a pid that no kernel gives", given: "4194305", want: undefined },
    { name: "a pid as JSON text", given: '{"pid":"4711"}', want: undefined },
    { name: "half a pid", given: '{"pid":47.5}', want: undefined },
    { name: "JSON that is cut", given: '{"pid":4711', want: undefined },
    { name: "JSON nested without end", given: `{"pid":${"[".repeat(2000)}`, want: undefined },
    { name: "three numbers", given: "4711 1 2", want: undefined },
    { name: "more than any lock", given: `4711${" ".repeat(5000)}`, want: undefined },
  ];
  for (const { name, given, want } of forms) test(`parseLock() on ${name}`, () => expect(parse(given)).toEqual(want));
});

const alive = (facts: Partial<ProcessFacts> = {}): ProcessFacts => ({
  pid: 4711,
  ppid: 1,
  state: "S",
  comm: "hermes",
  argv: [],
  uid: -1,
  startedUptimeS: 86_401.23,
  ...facts,
});
const listed = (processes: readonly ProcessFacts[], isComplete = true): ProcessList => ({
  kind: "listed",
  processes,
  isComplete,
});

describe("judgeLock()", () => {
  const rows: readonly {
    readonly name: string;
    readonly text: string;
    readonly list: ProcessList;
    readonly want: LockVerdict["kind"];
  }[] = [
    { name: "its process is gone", text: "4711 8640123", list: listed([]), want: "stale" },
    { name: "its process is gone and it tells no start", text: "4711", list: listed([]), want: "stale" },
    { name: "its process is a zombie", text: "4711", list: listed([alive({ state: "Z" })]), want: "stale" },
    { name: "its process is gone, but some may be hidden", text: "4711", list: listed([], false), want: "unclear" },
    {
      name: "a zombie has its pid, and others may be hidden",
      text: "4711",
      list: listed([alive({ state: "Z" })], false),
      want: "stale",
    },
    { name: "its process is alive, by ticks", text: "4711 8640123", list: listed([alive()]), want: "held" },
    {
      name: "its process is alive, by seconds of uptime",
      text: "4711 86401.23",
      list: listed([alive()]),
      want: "held",
    },
    { name: "its process is alive, by whole seconds", text: "4711 86401", list: listed([alive()]), want: "held" },
    {
      name: "its process is alive and stopped",
      text: "4711 8640123",
      list: listed([alive({ state: "T" })]),
      want: "held",
    },
    { name: "its pid is alive and it tells no start", text: "4711", list: listed([alive()]), want: "unclear" },
    {
      name: "its pid went to a process that started later",
      text: "4711 8000000",
      list: listed([alive()]),
      want: "stale",
    },
    { name: "its start is of an earlier, longer boot", text: "4711 99000000", list: listed([alive()]), want: "stale" },
    {
      name: "its pid is alive and the start may be since 1970",
      text: "4711 1795000000",
      list: listed([alive()]),
      want: "unclear",
    },
    {
      name: "its pid is alive and its own start isn't told",
      text: "4711 8640123",
      list: listed([alive({ startedUptimeS: Number.NaN })]),
      want: "unclear",
    },
    { name: "it can't be read", text: "?", list: listed([]), want: "unclear" },
    {
      name: "the processes can't be listed",
      text: "4711",
      list: { kind: "failed", code: "EIO", why: "no /proc" },
      want: "unclear",
    },
  ];
  for (const { name, text, list, want } of rows)
    test(`judgeLock() says ${want} when ${name}`, () => expect(judgeLock(parse(text), list).kind).toBe(want));
});
