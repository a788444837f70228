import { describe, expect, test } from "bun:test";
import { appendFileSync, copyFileSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { sha256 } from "../../src/host/digest.ts";
import { Den, type How } from "./hostile-bed.ts";

/** A program that is shown a moment of one of three days. */
const on = (moment: string): How => ({ through: ["faketime", "-f", `@${moment}`] });

const why = ((): string | undefined => {
  const faked = Bun.which("faketime") === null ? undefined : Bun.spawnSync(["faketime", "-f", "-400d", "date", "+%Y"]);
  return faked?.exitCode === 0 ? undefined : 'no other time can be shown to a program: install "faketime"';
})();
if (why !== undefined) console.error(`SKIPPED e2e "seals over three days": ${why}`);

const config = (count: string): string =>
  `confirm: 0s\nhost: web-1\nchat: console\nchecks: { gone: { process: { name: no-such-gw }, count: "${count}" } }\n`;

/** The real program on three days: each has lines of its own, the first tick of a day seals those before. */
const threeDays = async (
  den: Den,
): Promise<{ readonly first: string; readonly seals: string; readonly key: string }> => {
  for (const [moment, count] of [
    ["2026-11-23 10:00:00", "0"],
    ["2026-11-23 12:00:00", "1"],
    ["2026-11-24 09:00:00", "0"],
    ["2026-11-24 23:00:00", "1"],
    ["2026-11-25 08:00:00", "0"],
    ["2026-11-25 09:00:00", "1"],
  ] as const) {
    den.write("dogwatch.yaml", config(count));
    const { status, err } = await den.tick(on(moment));
    expect(`${status} ${err}`).toStartWith("0 ");
  }
  const { out } = await den.dogwatch(["log", "key"]);
  return { first: out.trim(), seals: join(den.logs, "heal.seals"), key: join(den.state, "seal.key") };
};

const verify = async (den: Den, first: string, ...words: readonly string[]) =>
  await den.dogwatch(["log", "verify", "--key", first, ...words], on("2026-11-25 12:00:00"));

/** Root on the third day changes one line, and makes the chain behind it anew. */
const rewrite = (den: Den, line: number): void => {
  let prev = "0".repeat(64);
  const text = readFileSync(den.log, "utf8").trimEnd().split("\n");
  const made = text.map((each, at) => {
    const said: Record<string, unknown> = JSON.parse(each);
    const next = JSON.stringify({ ...said, ...(at + 1 === line ? { host: "web-9" } : {}), prev });
    prev = sha256(next);
    return `${next}\n`;
  });
  writeFileSync(den.log, made.join(""));
};

describe.skipIf(why !== undefined)("seals over three days", () => {
  test("log verify --key names whoever was root on the third day, for every line of the days before", async () => {
    using den = new Den();
    const { first, seals, key } = await threeDays(den);
    const good = await verify(den, first, "--through", "2026-11-24");
    expect(good.out).toMatch(/^sealed through 2026-11-24 \(line (\d+)\): seals 0 to 2 are by your key/mu);
    expect(good.status).toBe(0);
    const sealed = Number(/\(line (\d+)\)/u.exec(good.out)?.[1]);
    expect(sealed).toBeGreaterThanOrEqual(3);
    copyFileSync(den.log, den.at("true.jsonl"));
    for (let line = 1; line <= sealed; line += 1) {
      copyFileSync(den.at("true.jsonl"), den.log);
      rewrite(den, line);
      expect((await den.dogwatch(["log", "verify"])).status).toBe(0);
      const { status, out } = await verify(den, first);
      const [, from, to] = /TAMPERED: lines? (\d+)(?: to (\d+))? (?:is|are) not what seal/u.exec(out) ?? [];
      expect({ line, status, isNamed: Number(from) <= line && line <= Number(to ?? from) }).toEqual({
        ...{ line, status: 1, isNamed: true },
      });
    }
    copyFileSync(den.at("true.jsonl"), den.log);
    // He has the present key, and the program: he lets it begin the keys anew over a log of his own.
    const kept = readFileSync(seals, "utf8");
    rewrite(den, 1);
    writeFileSync(key, "");
    den.write("dogwatch.yaml", config("0"));
    await den.tick(on("2026-11-26 01:00:00"));
    expect((await verify(den, first)).out).toContain("not what seal 1 has sealed");
    writeFileSync(seals, readFileSync(seals, "utf8").slice(kept.length));
    expect((await verify(den, first)).out).toContain("no seal here is by your key");
    appendFileSync(seals, kept);
    expect((await verify(den, first)).status).toBe(1);
  });
});
