import { expect, test } from "bun:test";
import { readdirSync } from "node:fs";
import { tmpdir } from "node:os";
import { resolve } from "node:path";

const binary = resolve("dist/dogwatch");

const left = (): readonly string[] => readdirSync(tmpdir()).filter((name) => name.startsWith("dogwatch-demo-"));

test("dogwatch demo plays the whole story, ends with a whole log, and leaves nothing behind", async () => {
  const before = left();
  const child = Bun.spawn([binary, "demo"], { stdout: "pipe", stderr: "pipe" });
  const [out, err] = await Promise.all([new Response(child.stdout).text(), new Response(child.stderr).text()]);
  expect({ status: await child.exited, err }).toEqual({ status: 0, err: "" });
  const words = [...out.matchAll(/│ ([A-Z]+) demo-box · gateway-process: /g)].map(([, word]) => word);
  expect(words).toEqual(["HEALED", "RED", "RECOVERED"]);
  expect(out).toContain("Heal failed: restart-demo-gateway");
  expect(out.match(/phone stays silent/g)).toHaveLength(3);
  expect(out).toMatch(/ok: \d+ lines, the chain is whole/);
  const gateways = Bun.spawnSync(["pgrep", "-f", "demo gateway .*dogwatch-demo-"]).stdout.toString();
  expect(gateways).toBe("");
  expect(left()).toEqual(before);
});
