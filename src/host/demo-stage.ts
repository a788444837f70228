import { existsSync, mkdtempSync, openSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import type { IncomingMessage, Server } from "node:http";
import { tmpdir } from "node:os";
import { join } from "node:path";

/** The demo's stage: a temporary folder, a chat receiver in this process, a gateway in a process of its own. */
export interface Stage {
  readonly folder: string;
  /** Port of the chat receiver on loopback. */
  readonly chatPort: number;
  /** Texts that the chat has received since the last call, oldest first. */
  takeMessages(): readonly string[];
  put(name: string, text: string): void;
  /** Ends the gateway with SIGKILL, as the night does; false when none was running. */
  killGateway(): boolean;
  /** Ends all that it started and removes the folder. */
  close(): void;
}

// Every start of the program pays for a module that is imported at the top of any file; these two serve the demo alone.
const http = (): typeof import("node:http") => process.getBuiltinModule("node:http");
const childProcess = (): typeof import("node:child_process") => process.getBuiltinModule("node:child_process");

const portFile = "gateway.port";
const pidFile = "gateway.pid";
/** While this file is there the gateway dies at its start: what no restart can cure. */
export const brokenFile = "broken";

const readBody = async (request: IncomingMessage): Promise<string> => {
  const chunks: Uint8Array[] = [];
  for await (const chunk of request) chunks.push(Buffer.from(chunk));
  return Buffer.concat(chunks).toString("utf8");
};

const listen = (server: Server, port: number): Promise<number> =>
  new Promise((resolve, reject) => {
    server.once("error", reject);
    server.listen(port, "127.0.0.1", () => {
      const address = server.address();
      resolve(typeof address === "object" && address !== null ? address.port : port);
    });
  });

const textOf = (body: string): string => {
  const parsed: unknown = JSON.parse(body);
  return typeof parsed === "object" && parsed !== null && "text" in parsed ? String(parsed.text) : "";
};

/** A receiver that answers as Telegram's sendMessage does. Source: core.telegram.org/bots/api#sendmessage. */
const openReceiver = async (heard: string[]): Promise<{ readonly server: Server; readonly port: number }> => {
  const server = http().createServer((request, response) => {
    void readBody(request).then((body) => {
      heard.push(textOf(body));
      response.setHeader("content-type", "application/json");
      response.end(JSON.stringify({ ok: true, result: { message_id: heard.length } }));
    });
  });
  return { server, port: await listen(server, 0) };
};

const pidIn = (folder: string): number | undefined => {
  const path = join(folder, pidFile);
  const pid = existsSync(path) ? Number(readFileSync(path, "utf8")) : Number.NaN;
  return pid > 0 ? pid : undefined;
};

const kill = (folder: string): boolean => {
  const pid = pidIn(folder);
  if (pid === undefined) return false;
  try {
    process.kill(pid, "SIGKILL");
    return true;
  } catch {
    // Already gone: what was wanted.
    return false;
  }
};

/** Opens the stage in a new folder that only we can enter. Throws when there is no temporary folder or no loopback. */
export const openStage = async (): Promise<Stage> => {
  const folder = mkdtempSync(join(tmpdir(), "dogwatch-demo-"));
  const heard: string[] = [];
  const { server, port } = await openReceiver(heard);
  return {
    folder,
    chatPort: port,
    takeMessages: () => heard.splice(0),
    put: (name, text) => writeFileSync(join(folder, name), text, { mode: 0o600 }),
    killGateway: () => kill(folder),
    close: () => {
      kill(folder);
      server.closeAllConnections();
      server.close();
      rmSync(folder, { recursive: true, force: true });
    },
  };
};

/** Plays the gateway until it is killed: a process of its own with a health address. Ends at once with 1 while it is broken. */
export const playGateway = async (folder: string): Promise<number> => {
  if (existsSync(join(folder, brokenFile))) return 1;
  const server = http().createServer((_, response) => {
    response.setHeader("content-type", "application/json");
    response.end(JSON.stringify({ ok: true, status: "live" }));
  });
  const known = join(folder, portFile);
  const port = await listen(server, existsSync(known) ? Number(readFileSync(known, "utf8")) : 0);
  writeFileSync(known, String(port));
  writeFileSync(join(folder, pidFile), String(process.pid));
  return await new Promise<number>(() => {});
};

/** Starts the gateway anew, apart from this process, and returns; what the demo's recipe runs. */
export const restartGateway = (binary: string, folder: string): void => {
  kill(folder);
  const out = openSync("/dev/null", "r+");
  childProcess()
    .spawn(binary, ["demo", "gateway", folder], { detached: true, stdio: [out, out, out], env: {} })
    .unref();
};

/** Port of the gateway once it listens; undefined before. */
export const gatewayPort = (folder: string): number | undefined => {
  const path = join(folder, portFile);
  return existsSync(path) ? Number(readFileSync(path, "utf8")) : undefined;
};
