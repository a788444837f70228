import { createServer } from "node:net";

/** So many ports of loopback that nobody listens on. */
export const freePorts = async (count: number): Promise<readonly number[]> => {
  const servers = await Promise.all(
    Array.from(
      { length: count },
      () =>
        new Promise<ReturnType<typeof createServer>>((resolve) => {
          const server = createServer();
          server.listen(0, "127.0.0.1", () => resolve(server));
        }),
    ),
  );
  const ports = servers.map((server) => {
    const address = server.address();
    return typeof address === "object" && address !== null ? address.port : 0;
  });
  await Promise.all(servers.map((server) => new Promise((resolve) => server.close(resolve))));
  return ports;
};

/** A program that a test has started. */
export type Child = Bun.Subprocess<"ignore", "ignore", "ignore">;

/** Starts a program as the leader of a group of its own, with this environment and no other. */
export const start = (argv: readonly string[], env: Readonly<Record<string, string>>): Child =>
  Bun.spawn([...argv], { env: { ...env }, stdin: "ignore", stdout: "ignore", stderr: "ignore", detached: true });

/** True once an address answers well. */
export const isUp = async (url: string, headers: Readonly<Record<string, string>> = {}): Promise<true | undefined> => {
  const answer = await fetch(url, { headers }).catch(() => undefined);
  return answer?.ok === true ? true : undefined;
};

/** Ends a program and, being a leader, its group. */
export const end = async (child: Child): Promise<void> => {
  if (child.exitCode !== null || child.signalCode !== null) return;
  try {
    process.kill(-child.pid, "SIGTERM");
  } catch {
    // It is gone.
  }
  const late = setTimeout(() => child.kill("SIGKILL"), 20_000);
  await child.exited;
  clearTimeout(late);
};
