import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { Program } from "./measure.ts";

/** A folder, a loopback server and target processes; all gone when it is closed. */
export interface Bed {
  readonly folder: string;
  readonly port: number;
  /** Asks the server for a path and gives what it answers. */
  ask(path: string): Promise<string>;
  /** Writes a file into the folder, closed to others; gives its whole path. */
  put(name: string, text: string, mode?: number): string;
  close(): void;
}

/** Half of the checks look at processes, half at addresses. */
export interface Size {
  readonly processes: number;
  readonly addresses: number;
}

const startServer = async (): Promise<{ readonly port: number; readonly end: () => void }> => {
  const child = Bun.spawn(["node", join(import.meta.dir, "server.mjs")], {
    stdin: "pipe",
    stdout: "pipe",
    stderr: "inherit",
  });
  for await (const chunk of child.stdout)
    return { port: Number(new TextDecoder().decode(chunk)), end: () => child.kill() };
  throw new Error("cannot start the benchmark's server");
};

/** The argument of a target's sleep: an odd number of seconds, so that nothing else on the host looks the same. */
const seconds = (i: number): number => 7_700_001 + i;
/** Matches exactly one target's command line. */
export const pattern = (i: number): string => `^sleep ${seconds(i)}$`;

/** Opens the bed with so many target processes. */
export const openBed = async (targets: number): Promise<Bed> => {
  const folder = mkdtempSync(join(tmpdir(), "dogwatch-bench-"));
  const server = await startServer();
  const sleeping = Array.from({ length: targets }, (_, i) =>
    Bun.spawn(["sleep", String(seconds(i))], { stdio: ["ignore", "ignore", "ignore"] }),
  );
  return {
    folder,
    port: server.port,
    ask: async (path) => await (await fetch(`http://127.0.0.1:${server.port}${path}`)).text(),
    put: (name, text, mode = 0o600) => {
      const path = join(folder, name);
      mkdirSync(join(path, ".."), { recursive: true, mode: 0o700 });
      writeFileSync(path, text, { mode });
      return path;
    },
    close: () => {
      for (const each of sleeping) each.kill("SIGKILL");
      server.end();
      rmSync(folder, { recursive: true, force: true });
    },
  };
};

const checks = ({ processes, addresses }: Size, port: number): string => {
  const process = (i: number): string => `  process-${i}: { process: { command: '${pattern(i)}' } }\n`;
  const http = (i: number): string =>
    `  http-${i}: { http: { url: "http://127.0.0.1:${port}/dogwatch/${i}", timeout: 5s }, expect: { json: { /status: live } } }\n`;
  return [
    ...Array.from({ length: processes }, (_, i) => process(i)),
    ...Array.from({ length: addresses }, (_, i) => http(i)),
  ].join("");
};

/** The tick of the config in one folder of the bed, with its state and log beside it. */
const tickIn = (bed: Bed, binary: string, name: string): Program => {
  const folder = join(bed.folder, name);
  const [state, log] = [join(folder, "state"), join(folder, "log")];
  for (const each of [state, log]) mkdirSync(each, { mode: 0o700 });
  return {
    argv: [binary, "tick", "--config", join(folder, "dogwatch.yaml"), "--state-dir", state, "--logs-dir", log],
  };
};

/** A tick of this binary over so many checks, with its state in a folder of its own. */
export const tickOf = (bed: Bed, binary: string, size: Size): Program => {
  const name = `tick-${size.processes + size.addresses}`;
  bed.put(`${name}/dogwatch.yaml`, `host: bench\nchat: console\nchecks:\n${checks(size, bed.port)}`);
  return tickIn(bed, binary, name);
};

/** A tick over one broken service that is healed by one request, proved by two looks, and told to a webhook. Break it first. */
export const redTickOf = (bed: Bed, binary: string): Program => {
  const address = `http://127.0.0.1:${bed.port}`;
  bed.put(
    "red/dogwatch.yaml",
    `host: bench
confirm: 0s
chat: { webhook: { url: "${address}/chat" } }
checks:
  service: { http: { url: "${address}/service" }, red_after: 1 }
heal:
  mode: apply
  rules: [{ on: [service], recipe: mend, with: { url: /mend } }]
`,
  );
  bed.put(
    "red/heal-recipes/mend.yaml",
    `recipe: mend
treats: the benchmark's service
params: { url: { type: path } }
steps: [[/usr/bin/curl, --silent, --output, /dev/null, "${address}/mend"]]
proof: { within: 5s, every: 100ms }
cooldown: 0s
budget: 999 per 1s
`,
  );
  return tickIn(bed, binary, "red");
};

/** The script with the same checks. `how`: `each`, one curl an address; `once`, one for all. */
export const scriptOf = (bed: Bed, size: Size, how: "each" | "once"): Program => {
  const name = `script-${size.processes + size.addresses}-${how}`;
  const lines = (count: number, line: (i: number) => string): string =>
    Array.from({ length: count }, (_, i) => `${line(i)}\n`).join("");
  bed.put(
    `${name}/urls`,
    lines(size.addresses, (i) => `http://127.0.0.1:${bed.port}/script/${i}`),
  );
  bed.put(
    `${name}/processes`,
    lines(size.processes, (i) => pattern(i).slice(1, -1)),
  );
  return { argv: ["/bin/bash", join(import.meta.dir, "rivals", "watchdog.sh"), join(bed.folder, name), how] };
};

/** A program that does nothing, compiled like dogwatch: what no program of this kind can go below. */
export const emptyOf = (bed: Bed): Program => {
  const source = bed.put("empty.ts", "export {};\n");
  const outfile = join(bed.folder, "empty");
  const bun = join(import.meta.dir, "..", "node_modules", ".bin", "bun");
  const flags = [
    "--compile",
    "--minify",
    "--bytecode",
    "--format=esm",
    "--no-compile-autoload-dotenv",
    "--no-compile-autoload-bunfig",
  ];
  const built = Bun.spawnSync([bun, "build", source, ...flags, "--outfile", outfile]);
  if (built.exitCode !== 0) throw new Error(`cannot build the empty program: ${built.stderr.toString()}`);
  return { argv: [outfile] };
};
