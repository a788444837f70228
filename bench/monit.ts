import { readFileSync } from "node:fs";
import { join } from "node:path";
import { type Bed, pattern, type Size } from "./bed.ts";
import { cpuMsOf, type Memory, memoryOf } from "./measure.ts";

/** Monit with the same checks, woken for one cycle at a time. */
export interface Monit {
  /** Its version and what it does here. */
  readonly name: string;
  /** Milliseconds of CPU of one whole cycle. */
  cycle(): Promise<number>;
  memory(): Memory;
  end(): Promise<void>;
}

const deadlineMs = 30_000;

const checks = ({ processes, addresses }: Size, port: number): string => {
  const process = (i: number): string => `check process process-${i} matching "${pattern(i)}"\n`;
  const host = (i: number): string => `check host http-${i} with address 127.0.0.1
  if failed port ${port} protocol http request "/monit/${i}" content = '"status":"live"' timeout 5 seconds then alert\n`;
  return [
    ...Array.from({ length: processes }, (_, i) => process(i)),
    ...Array.from({ length: addresses }, (_, i) => host(i)),
  ].join("");
};

const until = async (isThere: () => Promise<boolean> | boolean, what: string): Promise<void> => {
  const endMs = performance.now() + deadlineMs;
  while (!(await isThere())) {
    if (performance.now() > endMs) throw new Error(`Monit did not ${what} within ${deadlineMs / 1000} s`);
    await Bun.sleep(5);
  }
};

/** A cycle is over when the CPU that it has had stands still: the last answer's work comes after the last request. */
const settled = async (pid: number): Promise<number> => {
  for (let before = -1, cpuMs = cpuMsOf(pid); ; before = cpuMs, cpuMs = cpuMsOf(pid)) {
    if (cpuMs === before) return cpuMs;
    await Bun.sleep(20);
  }
};

const versionOf = (binary: string): string =>
  /Monit version ([\d.]+)/u.exec(Bun.spawnSync([binary, "--version"]).stdout.toString())?.[0].replace(" version", "") ??
  "Monit";

/** Starts Monit and lets its first cycle pass; undefined where it isn't installed. */
export const startMonit = async (bed: Bed, size: Size): Promise<Monit | undefined> => {
  const binary = Bun.which("monit", { PATH: "/usr/sbin:/usr/bin:/sbin:/bin" });
  if (binary === null) return undefined;
  const name = `monit-${size.processes + size.addresses}`;
  const head = readFileSync(join(import.meta.dir, "rivals", "monitrc"), "utf8").replaceAll(
    "FOLDER",
    join(bed.folder, name),
  );
  const config = bed.put(`${name}/monitrc`, `${head}${checks(size, bed.port)}`);
  const asked = async (): Promise<number> => Number(await bed.ask("/count"));
  const before = await asked();
  const child = Bun.spawn([binary, "-I", "-c", config], { stdin: "ignore", stdout: "ignore", stderr: "ignore" });
  await until(async () => (await asked()) >= before + size.addresses, "make its first cycle");
  return {
    name: `${versionOf(binary)}, one cycle of ${size.processes + size.addresses} checks`,
    cycle: async () => {
      const startMs = await settled(child.pid);
      const wanted = (await asked()) + size.addresses;
      child.kill("SIGUSR1");
      await until(async () => (await asked()) >= wanted, "make a cycle");
      return (await settled(child.pid)) - startMs;
    },
    memory: () => memoryOf(child.pid),
    end: async () => {
      child.kill();
      await child.exited;
    },
  };
};
