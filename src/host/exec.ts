import type { ChildProcess } from "node:child_process";
import { kill } from "node:process";
import type { Readable } from "node:stream";
import { planStart, type Start, withoutSetpriv } from "./exec-user.ts";
import { attempt, failed, failureOf, isFailure } from "./failure.ts";
import type { Command, Ran } from "./host.ts";

/**
 * How long the pipes may stay open after the command has ended: by then only a child that it left behind holds them.
 */
const pipeGraceMs = 100;
/** How long a killed command may take to go; one in an uninterruptible sleep stays, and we don't wait for it. */
const killGraceMs = 1000;

/** Pause after each piece that isn't kept: one that talks without end is read on, and never faster than its pieces are freed. */
const dropPauseMs = 1;

/**
 * Keeps the first `maxBytes` of a stream and reads on, since a full pipe would stop the command. Bytes that aren't
 * UTF-8 become U+FFFD.
 */
const keep = (stream: Readable | null, maxBytes: number): { text(): string } => {
  const chunks: Uint8Array[] = [];
  let keptBytes = 0;
  stream?.on("data", (chunk: Uint8Array) => {
    if (keptBytes < maxBytes) {
      // A copy, since a part would keep all of its piece.
      const part = Uint8Array.from(chunk.subarray(0, maxBytes - keptBytes));
      chunks.push(part);
      keptBytes += part.length;
      return;
    }
    stream.pause();
    setTimeout(() => stream.resume(), dropPauseMs);
  });
  stream?.on("error", () => undefined);
  return { text: () => new TextDecoder().decode(Buffer.concat(chunks)) };
};

const outcome = (child: ChildProcess, isTimedOut: boolean, stdout: string, stderr: string): Ran => {
  if (isTimedOut) return { kind: "timed-out", stdout, stderr };
  return child.signalCode === null
    ? { kind: "exited", status: child.exitCode ?? -1, stdout, stderr }
    : { kind: "signalled", signal: child.signalCode, stdout, stderr };
};

/** Resolves once, with whichever comes first: the end of the command, or the deadline. */
const watch = (child: ChildProcess, command: Command, killAll: () => void): Promise<Ran> => {
  const stdout = keep(child.stdout, command.maxOutputBytes);
  const stderr = keep(child.stderr, command.maxOutputBytes);
  const { promise, resolve } = Promise.withResolvers<Ran>();
  let isTimedOut = false;
  let afterwards: ReturnType<typeof setTimeout> | undefined;
  const finish = () => resolve(outcome(child, isTimedOut, stdout.text(), stderr.text()));
  const giveUp = () => {
    if (child.exitCode === null && child.signalCode === null) {
      isTimedOut = true;
      killAll();
      afterwards ??= setTimeout(finish, killGraceMs);
    }
  };
  const deadline = setTimeout(giveUp, command.timeoutMs);
  command.signal?.addEventListener("abort", giveUp, { once: true });
  child.on("error", (error) => resolve(failureOf(error)));
  child.on("close", finish);
  child.on("exit", () => {
    clearTimeout(deadline);
    clearTimeout(afterwards);
    afterwards = setTimeout(finish, pipeGraceMs);
  });
  return promise.finally(() => {
    clearTimeout(deadline);
    clearTimeout(afterwards);
    command.signal?.removeEventListener("abort", giveUp);
    child.stdin?.destroy();
    child.stdout?.destroy();
    child.stderr?.destroy();
    child.unref();
  });
};

/**
 * Kills the command's process group. A root helper without CAP_KILL may not signal another user's processes; then the
 * same setpriv words that started the command start a `kill` as that user. Source: kill(2).
 */
const killGroup = (child: ChildProcess, start: Start, spawn: typeof import("node:child_process").spawn): void => {
  const group = child.pid;
  if (group === undefined) return;
  const killed = attempt(() => kill(-group, "SIGKILL"));
  const end = start.argv.indexOf("--");
  const [setpriv, ...words] = start.argv.slice(0, end + 1);
  if (isFailure(killed) && killed.code === "EPERM" && setpriv?.endsWith("/setpriv") === true) {
    const killer = spawn(setpriv, [...words, "/bin/kill", "-KILL", "--", `-${group}`], { cwd: "/", stdio: "ignore" });
    killer.on("error", () => undefined);
  }
};

const run = async (command: Command, ownUid: number): Promise<Ran> => {
  const program = command.argv[0];
  if (program?.startsWith("/") !== true) return failed("EINVAL", `"${program ?? ""}" is not an absolute path`);
  if (command.signal?.aborted === true) return failed("ECANCELED", "it was called off before it started");
  const start = planStart(command, ownUid);
  if (isFailure(start)) return start;
  const { spawn } = await import("node:child_process");
  const child = attempt(() => {
    const [file = "", ...args] = start.argv;
    const input = command.stdin === undefined ? "ignore" : "pipe";
    return spawn(file, args, { cwd: "/", detached: true, env: start.env, stdio: [input, "pipe", "pipe"] });
  });
  if (isFailure(child)) return child;
  // A command that ends without reading all of it is no trouble of ours.
  child.stdin?.on("error", () => undefined);
  child.stdin?.end(command.stdin);
  const ran = await watch(child, command, () => killGroup(child, start, spawn));
  return start.argv === command.argv ? ran : withoutSetpriv(ran);
};

/**
 * Runs commands: argv arrays without a shell, an environment of their own, a deadline, capped output. A command is the
 * head of a process group of its own, and at the deadline, or when it is called off, all of the group is killed
 * (`timed-out`). Children that it leaves behind when it ends well are left alone, but their output goes nowhere
 * (SIGPIPE). Output pipes are socket pairs: a script can't open /dev/stderr anew.
 */
export const createExec = (options: { readonly uid: number }): { run(command: Command): Promise<Ran> } => ({
  run: (command) => run(command, options.uid),
});
