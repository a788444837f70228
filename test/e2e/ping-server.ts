import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { createServer } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { array, nullable, number, object, parse, picklist, string } from "valibot";
import { type Bed, nodePath } from "./bed.ts";
import { portOpen } from "./receiver.ts";

const Ping = object({
  atMs: number(),
  method: string(),
  signal: picklist(["start", "success", "fail", "log"]),
  rid: nullable(string()),
  body: string(),
});

/** One ping that counted, in the order in which they came. */
export interface Ping {
  readonly atMs: number;
  readonly method: string;
  readonly signal: "start" | "success" | "fail" | "log";
  readonly rid: string | null;
  readonly body: string;
}

/** How it answers from now on, or an address to redirect to: see `ping-server.mjs`. */
export type PingMode = "ok" | "gone" | "rate" | "500" | "hang" | "drip" | "flood" | `http://${string}`;

/** The path of its one check. */
export const pingPath = "/ping/4f6a3a2e-1d0b-4c57-9f7e-1a2b3c4d5e6f";

const pingsIn = (text: string): readonly Ping[] =>
  parse(
    array(Ping),
    text
      .split("\n")
      .filter((line) => line !== "")
      .map((line): unknown => JSON.parse(line)),
  );

const program = `${import.meta.dir}/ping-server.mjs`;

const freePort = async (): Promise<number> => {
  const server = createServer();
  await new Promise<void>((done) => server.listen(0, "127.0.0.1", done));
  const address = server.address();
  await new Promise<void>((done) => server.close(() => done()));
  return typeof address === "object" && address !== null ? address.port : 0;
};

/** A real ping server on a loopback port of this machine. */
export interface PingServer extends AsyncDisposable {
  readonly url: string;
  readonly port: number;
  pings(): readonly Ping[];
  answer(mode: PingMode): void;
}

/** Starts one and waits until it answers. It ends with the scope that made it. */
export const startPingServer = async (graceMs = 900_000): Promise<PingServer> => {
  const port = await freePort();
  const folder = mkdtempSync(join(tmpdir(), "dogwatch-ping-"));
  const [log, mode] = [join(folder, "log"), join(folder, "mode")];
  writeFileSync(log, "");
  const child = Bun.spawn([nodePath(), program, String(port), log, mode], { env: { GRACE_MS: String(graceMs) } });
  const status = `http://127.0.0.1:${port}/status`;
  for (let left = 200; left > 0; left -= 1) {
    const isUp = await fetch(status).then(
      ({ ok }) => ok,
      () => false,
    );
    if (isUp) break;
    await Bun.sleep(50);
  }
  return {
    url: `http://127.0.0.1:${port}${pingPath}`,
    port,
    pings: () => pingsIn(readFileSync(log, "utf8")),
    answer: (how) => writeFileSync(mode, how),
    [Symbol.asyncDispose]: async () => {
      child.kill();
      await child.exited;
      rmSync(folder, { recursive: true });
    },
  };
};

/** The same inside a bed, on every address of it. */
export interface BedPings {
  pings(): Promise<readonly Ping[]>;
  answer(mode: PingMode): Promise<void>;
  clear(): Promise<void>;
}

const bedLog = "/run/e2e-pings.jsonl";
const bedMode = "/run/e2e-ping-mode";

/** Starts one as a unit of the bed and waits until its port is open. */
export const startBedPings = async (bed: Bed, port: number): Promise<BedPings> => {
  await bed.cp(program, "/opt/ping-server.mjs");
  await bed.write(bedLog, "");
  const argv = [nodePath(), "/opt/ping-server.mjs", String(port), bedLog, bedMode];
  await bed.run(["/usr/bin/systemd-run", "--quiet", "--unit=e2e-ping-server", ...argv]);
  await portOpen(bed, port);
  return {
    pings: async () => pingsIn(await bed.read(bedLog)),
    answer: (mode) => bed.write(bedMode, mode),
    clear: async () => void (await bed.sh(`: >${bedLog}; rm -f ${bedMode}`)),
  };
};
