import { describe, expect, test } from "bun:test";
import type { Condition, DriftCheck } from "../../src/config/config.ts";
import { answer, processFacts } from "../fake-facts.ts";
import { createFakeHost, type FakeHost } from "../fake-host.ts";
import { driftCheck, see } from "./signs-bed.ts";

type Format = "yaml" | "json" | "toml" | "env";
const path = "/srv/config";
const is = (value: Condition["value"], op: Condition["op"] = "=="): Condition => ({ op, value });
const inFile = (format: Format) => ({ kind: "file", file: path, format }) as const;
const hostWith = (content: string | Uint8Array): FakeHost => {
  const host = createFakeHost({ uid: 990 });
  host.files.put(path, content);
  return host;
};
const seeFile = async (format: Format, content: string | Uint8Array, at = "/model", want = is("local-7b")) =>
  await see(hostWith(content), driftCheck({ source: inFile(format), at, want }));

describe("driftProbe.look() holds a file against what is documented", () => {
  const ok = { kind: "ok", evidence: '/model is "local-7b", as documented' };
  const drifted = { kind: "bad", evidence: '/model is "gpt-4o", documented is "local-7b"' };
  const cases: readonly { readonly format: Format; readonly content: string; readonly want: object }[] = [
    { format: "yaml", content: "model: local-7b # as agreed\n", want: ok },
    { format: "yaml", content: "other: 1\nmodel: gpt-4o\n", want: drifted },
    { format: "yaml", content: "model: gpt-4o\nmodel: local-7b\n", want: ok },
    { format: "yaml", content: "base: &b { model: local-7b }\n<<: *b\n", want: ok },
    { format: "json", content: '{"model":"local-7b"}', want: ok },
    { format: "json", content: "{\n  // JSON5, as gateways write it\n  model: 'gpt-4o',\n}\n", want: drifted },
    { format: "toml", content: 'model = "local-7b"\n[other]\nmodel = "x"\n', want: ok },
    { format: "toml", content: "model = 'gpt-4o'\n", want: drifted },
    {
      format: "env",
      content: '# set here\nexport model="local-7b"\n',
      want: { kind: "ok", evidence: 'model is "local-7b", as documented' },
    },
    {
      format: "env",
      content: "model=gpt-4o\n",
      want: { kind: "bad", evidence: 'model is "gpt-4o", documented is "local-7b"' },
    },
  ];
  for (const { format, content, want } of cases)
    test(`driftProbe.look() reads ${format}: ${JSON.stringify(content)}`, async () =>
      expect(await seeFile(format, content)).toMatchObject(want));

  const values: readonly { readonly content: string; readonly want: Condition; readonly evidence: string }[] = [
    { content: "model: 3", want: is(3), evidence: "/model is 3, as documented" },
    { content: "model: 3", want: is("3"), evidence: '/model is 3, documented is "3"' },
    { content: "model: 3", want: is(5, ">="), evidence: "/model is 3, documented is >= 5" },
    { content: "model: x1", want: is("^y", "~"), evidence: '/model is "x1", documented is ~ ^y' },
    { content: "model: true", want: is(false), evidence: "/model is true, documented is false" },
    { content: "model:", want: is("a"), evidence: '/model is null, documented is "a"' },
    { content: "model: [1, 2]", want: is("a"), evidence: '/model is a list of 2, documented is "a"' },
    { content: "model: { token: hunter2 }", want: is("a"), evidence: '/model is a map of 1, documented is "a"' },
    { content: "mode: a", want: is("a"), evidence: '/model is not set, documented is "a"' },
    { content: "", want: is("a"), evidence: '/model is not set, documented is "a"' },
  ];
  for (const { content, want, evidence } of values)
    test(`driftProbe.look() says "${evidence}"`, async () =>
      expect(await seeFile("yaml", content, "/model", want)).toMatchObject({ evidence }));

  const texts: readonly { readonly content: string; readonly want: Condition; readonly kind: "ok" | "bad" }[] = [
    { content: "model=3\n", want: is(3), kind: "ok" },
    { content: "model=3\n", want: is("3"), kind: "ok" },
    { content: "model=07\n", want: is(10, "<"), kind: "ok" },
    { content: "model=true\n", want: is(true), kind: "ok" },
    { content: "model=three\n", want: is(3), kind: "bad" },
    { content: "model=\n", want: is(0), kind: "bad" },
  ];
  for (const { content, want, kind } of texts)
    test(`driftProbe.look() compares ${JSON.stringify(content)} with ${JSON.stringify(want)} as text can be`, async () =>
      expect(await seeFile("env", content, "/model", want)).toMatchObject({ kind }));
});

describe("driftProbe.look() never shows a secret", () => {
  const token = "123456789:AAHdqTcvCH1vGWJxfSeofSAs0K5PALDsaw";
  const cases: readonly { readonly at: string; readonly value: string; readonly want: string }[] = [
    { at: "/api_key", value: "hunter2", want: "hunter3" },
    { at: "/bot/token", value: "hunter2", want: "hunter3" },
    { at: "/passwords/0", value: "hunter2", want: "hunter3" },
    { at: "/model", value: token, want: "hunter3" },
    { at: "/model", value: "hunter2", want: token },
    { at: "/model", value: "postgres://app:hunter2@db/x", want: "hunter3" },
    { at: "/model", value: "sk-hunter2hunter2", want: "hunter3" },
    { at: "/model", value: "a1b2c3d4e5f6a7b8c9d0e1f2a3b4c5d6", want: "hunter3" },
    { at: "/model", value: "-----BEGIN RSA PRIVATE KEY-----", want: "hunter3" },
  ];
  for (const { at, value, want } of cases)
    test(`driftProbe.look() masks ${at} when it is ${value} and not ${want}`, async () => {
      const [first = "", second] = at.split("/").slice(1);
      const inner = second === "0" ? [value] : second === undefined ? value : { [second]: value };
      const content = JSON.stringify({ [first]: inner });
      const differing = await seeFile("json", content, at, is(want));
      expect(differing).toMatchObject({ kind: "bad", evidence: `${at} is ***, not the documented ***` });
      const same = await seeFile("json", content, at, is(value));
      expect(same.kind).toBe("ok");
      if (at !== "/model") expect(same.evidence).toBe(`${at} is ***, as documented`);
      const missing = await seeFile("json", "{}", at, is(want));
      if (at !== "/model") expect(missing.evidence).toBe(`${at} is not set, documented is ***`);
    });
});

describe("driftProbe.look() knows when there is nothing to compare", () => {
  const cases: readonly {
    readonly name: string;
    readonly format: Format;
    readonly content: string | Uint8Array;
    readonly want: string;
  }[] = [
    { name: "broken YAML, by its line", format: "yaml", content: "a: 1\nb: [1,\n", want: "not valid YAML at line" },
    {
      name: "broken JSON, by its line",
      format: "json",
      content: '{\n"a": 1,\n"b" 2}\n',
      want: "not valid JSON at line 3",
    },
    { name: "broken TOML, by its line", format: "toml", content: "a = 1\nb = \n", want: "not valid TOML at line 2" },
    {
      name: "an open quote in an env file, by its line",
      format: "env",
      content: "A=1\nB='x\n",
      want: "line 2: a quote is opened and never closed",
    },
    { name: "YAML without end", format: "yaml", content: "[".repeat(500_000), want: "nested too deeply" },
    { name: "JSON without end", format: "json", content: "[".repeat(500_000), want: "nested too deeply" },
    {
      name: "TOML without end",
      format: "toml",
      content: `a = ${"[".repeat(500_000)}`,
      want: "not valid TOML at line 1",
    },
    {
      name: "bytes that are no text",
      format: "yaml",
      content: new Uint8Array([0x61, 0xff, 0x0a]),
      want: "it is not UTF-8",
    },
    { name: "NUL bytes", format: "env", content: "A=1\0\n", want: "it holds a NUL byte" },
    { name: "10 MB", format: "yaml", content: new Uint8Array(10 * 1024 * 1024), want: "EFBIG" },
    {
      name: "an alias bomb",
      format: "yaml",
      content: `a: &a [x,x,x,x,x,x,x,x,x]\n${[..."bcdefghij"].map((name, at) => `${name}: &${name} [${"*".concat("abcdefghij"[at] ?? "", ",").repeat(9)}]`).join("\n")}\n`,
      want: "not valid YAML",
    },
  ];
  for (const { name, format, content, want } of cases)
    test(`driftProbe.look() reads ${name} as unknown, and soon`, async () => {
      const startedMs = performance.now();
      const seen = await seeFile(format, content);
      expect(seen).toMatchObject({ kind: "unknown", evidence: expect.stringContaining(want) });
      expect(performance.now() - startedMs).toBeLessThan(5000);
    });

  test("driftProbe.look() survives an alias inside its own anchor", async () =>
    expect(await seeFile("yaml", "model: &a [*a]\n")).toMatchObject({ kind: "bad" }));

  test("driftProbe.look() finds no key that every object has", async () =>
    expect(await seeFile("yaml", "a: 1\n", "/constructor")).toMatchObject({
      kind: "bad",
      evidence: expect.stringContaining("is not set"),
    }));

  test("driftProbe.look() never shows what else stands in a broken file", async () => {
    for (const format of ["yaml", "json", "toml", "env"] as const) {
      const { evidence } = await seeFile(format, '{ "hunter2: [ = "hunter2\n');
      expect(evidence).not.toContain("hunter2");
    }
  });

  test("driftProbe.look() calls a missing file bad, and one that it may not read unknown", async () => {
    const check = driftCheck({ source: inFile("yaml") });
    expect(await see(createFakeHost(), check)).toMatchObject({ kind: "bad", evidence: `there is no file "${path}"` });
    const host = hostWith("model: x");
    host.files.fail("read", /config/u, "EACCES");
    expect(await see(host, check)).toMatchObject({ kind: "unknown", evidence: expect.stringContaining("(as: USER)") });
    host.files.putPipe("/srv/pipe");
    const pipe = driftCheck({ source: { kind: "file", file: "/srv/pipe", format: "yaml" } });
    expect(await see(host, pipe)).toMatchObject({ kind: "unknown" });
  });
});

describe("driftProbe.look() asks over HTTP", () => {
  const url = "http://127.0.0.1:8080/config";
  const ask = {
    url,
    socket: null,
    timeoutMs: 5000,
    headers: { Authorization: { credential: "t", prefix: "Bearer " } },
  };
  const check = driftCheck({ source: { kind: "http", ask } });
  const cases = [
    { said: answer(200, '{"model":"local-7b"}'), want: { kind: "ok" } },
    {
      said: answer(200, '{"model":"gpt-4o"}'),
      want: { kind: "bad", evidence: '/model is "gpt-4o", documented is "local-7b"' },
    },
    {
      said: answer(503, '{"model":"gpt-4o"}'),
      want: { kind: "unknown", evidence: "nothing to compare: status 503, want 200" },
    },
    { said: answer(204), want: { kind: "unknown" } },
    { said: answer(200, "<html>"), want: { kind: "unknown" } },
    { said: answer(200, "[".repeat(100_000)), want: { kind: "unknown" } },
    { said: answer(200, '{"model":"local-7b"', { isBodyCut: true }), want: { kind: "unknown" } },
    {
      said: { kind: "failed", code: "ECONNREFUSED", why: "connection refused", elapsedMs: 1 },
      want: { kind: "unknown", evidence: "nothing to compare: connection refused" },
    },
  ] as const;
  for (const { said, want } of cases)
    test(`driftProbe.look() takes ${JSON.stringify(said).slice(0, 60)}`, async () => {
      const host = createFakeHost();
      host.http.script = () => said;
      expect(await see(host, check)).toMatchObject(want);
      expect(host.http.sent).toMatchObject([
        { method: "GET", url, headers: { Authorization: "Bearer s3cret" }, secrets: ["s3cret"] },
      ]);
    });
});

describe("driftProbe.look() reads command lines", () => {
  const source = { kind: "process", command: "server .*--model (\\S+)" } as const;
  const check = driftCheck({ source, at: null });
  const hostOf = (...lines: readonly string[]): FakeHost => {
    const host = createFakeHost();
    const processes = lines.map((line, at) => processFacts({ pid: 100 + at, argv: line.split(" ") }));
    host.processes.listed = { kind: "listed", processes, isComplete: true };
    return host;
  };
  const good = "/opt/server --model local-7b";
  const cases: readonly {
    readonly name: string;
    readonly given: readonly string[];
    readonly check?: DriftCheck;
    readonly want: object;
  }[] = [
    {
      name: "one as documented",
      given: [good],
      want: { kind: "ok", evidence: 'the command line of pid 100 is "local-7b", as documented' },
    },
    {
      name: "all as documented",
      given: [good, "x", good],
      want: { kind: "ok", evidence: 'the command line of pid 100 and 1 more is "local-7b", as documented' },
    },
    {
      name: "one that differs",
      given: [good, "/opt/server --model gpt-4o"],
      want: { kind: "bad", evidence: 'the command line of pid 101 is "gpt-4o", documented is "local-7b"' },
    },
    {
      name: "none",
      given: ["x"],
      want: { kind: "unknown", evidence: "nothing to compare: no live process has such a command line" },
    },
    {
      name: "a group that took no part",
      given: ["/opt/server"],
      check: driftCheck({ source: { kind: "process", command: "server(?: --model (\\S+))?" }, at: null }),
      want: { kind: "bad", evidence: 'the command line of pid 100 is not set, documented is "local-7b"' },
    },
    {
      name: "a secret",
      given: ["/opt/server --token hunter2"],
      check: driftCheck({ source: { kind: "process", command: "--token (\\S+)" }, at: null }),
      want: { kind: "bad", evidence: "the command line of pid 100 is ***, not the documented ***" },
    },
    {
      name: "a number",
      given: ["/opt/server --ctx 4096"],
      check: driftCheck({ source: { kind: "process", command: "--ctx (\\d+)" }, at: null, want: is(4096) }),
      want: { kind: "ok" },
    },
  ];
  for (const each of cases)
    test(`driftProbe.look(): ${each.name}`, async () =>
      expect(await see(hostOf(...each.given), each.check ?? check)).toMatchObject(each.want));

  test("driftProbe.look() doesn't count the dead, nor itself", async () => {
    const host = createFakeHost({ pid: 7 });
    const argv = ["/opt/server", "--model", "x"];
    const processes = [processFacts({ pid: 7, argv }), processFacts({ pid: 8, argv, state: "Z" })];
    host.processes.listed = { kind: "listed", processes, isComplete: true };
    expect(await see(host, check)).toMatchObject({ kind: "unknown" });
    expect(host.processes.asked).toEqual([{ argv: true, uid: false }]);
  });
});
