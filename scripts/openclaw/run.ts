import { mkdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { createServer } from "node:net";
import type { Installed } from "./install.ts";

/** The gateway's own password in these runs: nothing but loopback ever hears it. */
export const gatewayToken = "a-token-for-loopback-only-0123456789";

/** A folder of its own for one gateway: nothing of the user's OpenClaw is read or written. */
export interface Place {
  readonly folder: string;
  readonly port: number;
}

/** A gateway that was started in the foreground, as `openclaw gateway run` does. */
export interface Running {
  readonly pid: number;
  readonly startedMs: number;
  readonly exited: Promise<number>;
}

/** A port of loopback that nobody listens on just now. */
const freePort = (): Promise<number> =>
  new Promise((resolve, reject) => {
    const server = createServer();
    server.once("error", reject);
    server.listen(0, "127.0.0.1", () => {
      const address = server.address();
      server.close(() => resolve(typeof address === "object" && address !== null ? address.port : 0));
    });
  });

/** An empty folder with the smallest config that a gateway starts from: no channel, no credentials of a model. */
export const makePlace = async (folder: string): Promise<Place> => {
  rmSync(folder, { recursive: true, force: true });
  mkdirSync(`${folder}/tmp`, { recursive: true });
  const port = await freePort();
  const gateway = { mode: "local", port, bind: "loopback", auth: { mode: "token", token: gatewayToken } };
  writeFileSync(`${folder}/openclaw.json`, JSON.stringify({ gateway }), { mode: 0o600 });
  return { folder, port };
};

/** Starts a gateway in the foreground with an environment of nothing but its folder. `port`: another than its config's. */
export const startGateway = (installed: Installed, { folder, port }: Place): Running => {
  const node = `${installed.folder}/${installed.node}`;
  const cli = `${installed.folder}/${installed.cli}`;
  const startedMs = performance.now();
  const child = Bun.spawn([node, cli, "gateway", "run", "--port", String(port)], {
    cwd: folder,
    env: {
      PATH: "/usr/bin:/bin",
      HOME: folder,
      TMPDIR: `${folder}/tmp`,
      OPENCLAW_STATE_DIR: `${folder}/state`,
      OPENCLAW_CONFIG_PATH: `${folder}/openclaw.json`,
    },
    stdio: ["ignore", Bun.file(`${folder}/log`), Bun.file(`${folder}/log`)],
  });
  return { pid: child.pid, startedMs, exited: child.exited };
};

/** Milliseconds from the gateway's start until `path` answers 200. Rejects when it ends before, or takes more than 5 minutes. */
export const msUntilOk = async ({ folder, port }: Place, running: Running, path: string): Promise<number> => {
  let ended: number | undefined;
  void running.exited.then((status) => {
    ended = status;
  });
  while (performance.now() - running.startedMs < 300_000) {
    const status = await fetch(`http://127.0.0.1:${port}${path}`, { signal: AbortSignal.timeout(2000) }).then(
      (response) => response.status,
      () => 0,
    );
    if (status === 200) return performance.now() - running.startedMs;
    if (ended !== undefined)
      throw new Error(`the gateway ended with ${ended}:\n${readFileSync(`${folder}/log`, "utf8")}`);
    await Bun.sleep(20);
  }
  throw new Error(`the gateway did not answer 200 on ${path} in 5 minutes`);
};

/** Ends a gateway; gives its status and how long that took. */
export const endGateway = async (running: Running, signal: NodeJS.Signals): Promise<{ status: number; ms: number }> => {
  const sentMs = performance.now();
  process.kill(running.pid, signal);
  const status = await running.exited;
  return { status, ms: performance.now() - sentMs };
};
