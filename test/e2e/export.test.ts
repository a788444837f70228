import { afterAll, expect, test } from "bun:test";
import { readFileSync, writeFileSync } from "node:fs";
import { resolve } from "node:path";
import { neutralised } from "../../src/export/csv.ts";
import { everyEvent, hostileEntries } from "../export/samples.ts";
import { createLogBed } from "../log/log-bed.ts";

const binary = resolve("dist/dogwatch");

const bed = createLogBed();
afterAll(() => bed.remove());

const run = async (argv: readonly string[]): Promise<{ status: number; out: string; err: string }> => {
  const child = Bun.spawn([...argv], { stdout: "pipe", stderr: "pipe" });
  const [out, err] = await Promise.all([new Response(child.stdout).text(), new Response(child.stderr).text()]);
  return { status: await child.exited, out, err };
};

/** The most memory that a program ever held, in KiB, looked at until it ends; what `wait` tells has the parent's in it. Source: proc_pid_status(5). */
const peakKiB = async (argv: readonly string[]): Promise<number> => {
  const child = Bun.spawn([...argv], { stdout: "ignore", stderr: "pipe" });
  let peak = 0;
  const watch = setInterval(() => {
    try {
      const status = readFileSync(`/proc/${child.pid}/status`, "utf8");
      peak = Math.max(peak, Number(/^VmHWM:\s+(\d+) kB$/mu.exec(status)?.[1] ?? 0));
    } catch {
      // It is gone.
    }
  }, 5);
  expect(await child.exited).toBe(0);
  clearInterval(watch);
  return peak;
};

const places = ["--state-dir", `${bed.folder}/state`, "--logs-dir", bed.folder];

/** The cells of a CSV file as Gnumeric reads them; a cell that it would compute has no type of a value. Source: Gnumeric's XML format. */
const cellsOf = async (csv: string): Promise<readonly { readonly text: string; readonly isFormula: boolean }[]> => {
  writeFileSync(`${bed.folder}/x.csv`, csv);
  const made = await run(["ssconvert", "-T", "Gnumeric_XmlIO:sax:0", `${bed.folder}/x.csv`, `${bed.folder}/x.xml`]);
  expect(made.status).toBe(0);
  const cells = readFileSync(`${bed.folder}/x.xml`, "utf8").matchAll(/<gnm:Cell ([^>]*)>([^<]*)<\/gnm:Cell>/gu);
  return [...cells].map(([, attributes = "", text = ""]) => ({ text, isFormula: !attributes.includes("ValueType=") }));
};

test("dogwatch log export --format csv opens in Gnumeric with every cell, and none of them is a formula", async () => {
  bed.append(...everyEvent, ...hostileEntries);
  const { status, out, err } = await run([binary, "log", "export", "--format", "csv", ...places]);
  expect({ status, err }).toEqual({ status: 0, err: "" });
  const cells = await cellsOf(out);
  expect(cells.filter(({ isFormula }) => isFormula)).toEqual([]);
  expect(cells.filter(({ text }) => text === "heal.planned").length).toBe(2 + hostileEntries.length / 4);
  expect(cells.map(({ text }) => text)).toContain(
    "/usr/bin/systemctl --system restart --no-block openclaw-gateway.service",
  );
});

test("cellsOf() of this test sees the formula that a table with plain texts has", async () => {
  expect(neutralised("=1+1")).not.toBe("=1+1");
  expect((await cellsOf("seq,evidence\r\n1,=1+1\r\n")).filter(({ isFormula }) => isFormula)).toEqual([
    { text: "=1+1", isFormula: true },
  ]);
});

for (const format of ["json", "ocsf"])
  test(`dogwatch log export --format ${format} holds no more of a log that is ten times as long`, async () => {
    const text = bed.read().toString();
    const peaks: number[] = [];
    // The longer one has 60 MiB, about as much as the program takes for itself.
    for (const times of [60, 600]) {
      const folder = `${bed.folder}/${format}-${times}`;
      await Bun.write(`${folder}/heal.jsonl`, text.repeat(times));
      const dirs = ["--state-dir", folder, "--logs-dir", folder];
      peaks.push(await peakKiB([binary, "log", "export", "--format", format, ...dirs]));
    }
    expect(peaks[0]).toBeGreaterThan(10_000);
    expect(peaks[1] ?? Number.NaN).toBeLessThan((peaks[0] ?? 0) * 1.6);
  });
