import { describe, expect, test } from "bun:test";
import { existsSync, mkdirSync, readdirSync, readFileSync, renameSync, writeFileSync } from "node:fs";
import { gunzipSync } from "node:zlib";
import { Chat, Den, nextSecond, readEntry } from "./hostile-bed.ts";

const logrotate = "/usr/sbin/logrotate";
const isHere = existsSync(logrotate);
if (!isHere) console.error(`SKIPPED e2e "a logrotate at the heal log": there is no ${logrotate}`);

const config = (chat: Chat, count: string): string =>
  `confirm: 0s\n${chat.yaml}checks: { gone: { process: { name: no-such-gw }, count: "${count}" } }\n`;

/** Turns the one check red or green, and ticks. */
const tick = async (den: Den, chat: Chat, count: ">= 1" | "0") => {
  if (count !== "0") await nextSecond();
  den.write("dogwatch.yaml", config(chat, count));
  const ticked = await den.tick();
  expect(ticked.status).toBe(0);
  return ticked.json;
};

/** Runs the real logrotate by a rule of these lines, whatever the time. */
const rotateBy = (den: Den, lines: string, files = den.log): void => {
  const rule = den.write("logrotate.conf", `${files} {\nrotate 9\nmissingok\n${lines}\n}\n`, 0o644);
  const ran = Bun.spawnSync([logrotate, "--force", "--state", den.at("logrotate.state"), rule], { stderr: "pipe" });
  expect(ran.stderr.toString()).toBe("");
  expect(ran.exitCode).toBe(0);
};

const textOf = (path: string): string =>
  path.endsWith(".gz") ? gunzipSync(readFileSync(path)).toString() : readFileSync(path, "utf8");

/** All lines of all files, in one file, as an auditor would lay them out. */
const joined = (den: Den): string => {
  const texts = readdirSync(den.logs)
    .filter((name) => name.includes("jsonl"))
    .map((name) => textOf(`${den.logs}/${name}`))
    .filter((text) => text !== "");
  const seqOf = (text: string): number => readEntry(text.split("\n", 1)[0] ?? "").seq;
  return den.write("joined.jsonl", texts.toSorted((a, b) => seqOf(a) - seqOf(b)).join(""));
};

const modes: readonly { readonly name: string; readonly lines: string; readonly left: RegExp }[] = [
  { name: "nocreate", lines: "nocreate", left: /^heal\.jsonl\.1$/u },
  { name: "create", lines: "create 0640 root root", left: /^heal\.jsonl\.1$/u },
  { name: "copytruncate", lines: "copytruncate", left: /^heal\.jsonl\.1$/u },
  { name: "compress and dateext", lines: "compress\ndateext\nnocreate", left: /^heal\.jsonl-\d{8}\.gz$/u },
  { name: "extension", lines: "extension .jsonl\ncreate", left: /^heal\.1\.jsonl$/u },
];

describe.skipIf(!isHere)("a logrotate at the heal log", () => {
  for (const { name, lines, left } of modes)
    test(`tick goes on after logrotate with ${name}: the chain is whole, the operator is told once what to do`, async () => {
      using chat = new Chat();
      using den = new Den();
      await tick(den, chat, ">= 1");
      mkdirSync(den.logs, { recursive: true });
      rotateBy(den, lines);
      expect(readdirSync(den.logs).some((each) => left.test(each))).toBeTrue();
      const noticed = await tick(den, chat, "0");
      expect(noticed.troubles).toEqual([
        expect.stringMatching(
          /^heal log: it was moved .*by somebody else.*\/etc\/logrotate\.d.*dogwatch rotates by itself$/u,
        ),
      ]);
      expect(den.entries()[0]).toMatchObject({ event: "log.rotated" });
      expect((await tick(den, chat, ">= 1")).troubles).toEqual([]);
      const verified = await den.dogwatch(["log", "verify", joined(den), "--json"]);
      expect(JSON.parse(verified.out)).toMatchObject({ result: "ok" });
      expect(readFileSync(den.at("joined.jsonl"), "utf8")).toStartWith('{"seq":1,');
      const opened = readFileSync(den.at("joined.jsonl"), "utf8").match(/"event":"incident\.(?:opened|resolved)"/gu);
      expect(opened).toHaveLength(3);
    });

  for (const lines of ["compress", "compress\ndateext", "copytruncate", "extension .jsonl"])
    test(`log verify finds our own rotated files too that a logrotate of *.jsonl took, with ${lines.replace("\n", " and ")}`, async () => {
      using chat = new Chat();
      using den = new Den();
      await tick(den, chat, ">= 1");
      renameSync(den.log, `${den.logs}/heal-0000000001.jsonl`);
      await tick(den, chat, "0");
      rotateBy(den, lines, `${den.logs}/*.jsonl`);
      await tick(den, chat, ">= 1");
      expect(await den.verify()).toBe("0 ok");
      const { out } = await den.dogwatch(["log", "show", "--json"]);
      expect(out).toStartWith('{"seq":1,');
    });

  test("tick after logrotate's copy has nothing to say, and the copy is no file of the log", async () => {
    using chat = new Chat();
    using den = new Den();
    await tick(den, chat, ">= 1");
    rotateBy(den, "copy");
    expect((await tick(den, chat, "0")).troubles).toEqual([]);
    expect(await den.verify()).toBe("0 ok");
  });

  test("tick after a log that was cut in half says which lines are gone", async () => {
    using chat = new Chat();
    using den = new Den();
    await tick(den, chat, ">= 1");
    await tick(den, chat, "0");
    writeFileSync(den.log, `${readFileSync(den.log, "utf8").split("\n")[0]}\n`);
    expect((await tick(den, chat, ">= 1")).troubles).toEqual([
      expect.stringMatching(/^heal log: .*gone: somebody cut/u),
    ]);
    expect(den.entries()[1]).toMatchObject({ event: "log.torn" });
    expect(await den.verify()).toBe("0 ok");
  });
});
