import type { Done, Failure, Host } from "../src/host/host.ts";
import type { FakeHost } from "./fake-host.ts";

/** `before`: the step is not done; `torn`: an append is half done; `after`: it is done, and nobody learns of it. */
export type Death = "before" | "torn" | "after";

/** A machine as one process sees it that is killed at a step of its own: a change on disk, a command, a message sent. */
export interface Mortal {
  readonly host: Host;
  /** What it did, in order. */
  readonly steps: readonly string[];
  /** Resolves when it was killed. From then on nothing that it does has an effect. */
  readonly killed: Promise<"killed">;
}

const lost: Failure = { kind: "failed", code: "EIO", why: "killed" };
const never = <Value>(): Promise<Value> => new Promise<Value>(() => undefined);

/** Lets one process live on `host` until its step number `dieAt`, from 1; 0: for good. */
export const mortal = (host: FakeHost, dieAt: number, how: Death): Mortal => {
  const steps: string[] = [];
  const { promise: killed, resolve } = Promise.withResolvers<"killed">();
  let isDead = false;
  const die = (): void => {
    isDead = true;
    host.files.dropLocks();
    resolve("killed");
  };
  const isLast = (name: string): boolean => {
    steps.push(name);
    return steps.length === dieAt;
  };
  const change = (name: string, work: () => Done, tear: () => void): Done => {
    if (isDead) return lost;
    if (!isLast(name)) return work();
    if (how === "after") work();
    if (how === "torn") tear();
    die();
    return lost;
  };
  const act = async <Value>(name: string, work: () => Promise<Value>): Promise<Value> => {
    if (isDead) return await never();
    if (!isLast(name)) return await work();
    if (how === "after") await work();
    die();
    return await never();
  };
  const nothing = (): void => undefined;
  const { files, ownFiles, clock, exec, http } = host;
  return {
    steps,
    killed,
    host: {
      ...host,
      clock: { ...clock, sleep: async (ms, signal) => (isDead ? await never<void>() : await clock.sleep(ms, signal)) },
      exec: { run: (command) => act(`run ${command.argv.join(" ")}`, () => exec.run(command)) },
      http: {
        allow: http.allow,
        request: (request) =>
          request.method === "POST" ? act(`send ${request.for}`, () => http.request(request)) : http.request(request),
      },
      ownFiles: {
        ...ownFiles,
        write: (path, bytes, how) => change(`write ${path}`, () => ownFiles.write(path, bytes, how), nothing),
        remove: (path, expect) => change(`remove own ${path}`, () => ownFiles.remove(path, expect), nothing),
      },
      files: {
        ...files,
        append: (path, text, mode) =>
          change(
            `append ${path}`,
            () => files.append(path, text, mode),
            () => files.append(path, text.slice(0, Math.floor(text.length / 2)), mode),
          ),
        replace: (path, text, mode) => change(`replace ${path}`, () => files.replace(path, text, mode), nothing),
        wipe: (path) => change(`wipe ${path}`, () => files.wipe(path), nothing),
        remove: (path) => change(`remove ${path}`, () => files.remove(path), nothing),
        rename: (from, to) => change(`rename ${from}`, () => files.rename(from, to), nothing),
        lock: (path) => {
          if (isDead) return lost;
          const lock = files.lock(path);
          return lock.kind === "held" ? { kind: "held", release: () => (isDead ? undefined : lock.release()) } : lock;
        },
      },
    },
  };
};
