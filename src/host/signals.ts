/** The signals that a process of ours which stays may hear. Source: signal(7). */
export type Signal = "SIGTERM" | "SIGINT" | "SIGHUP";

const numbers: Readonly<Record<Signal, number>> = { SIGHUP: 1, SIGINT: 2, SIGTERM: 15 };

/**
 * Hears signals instead of dying of them; as process 1 of a container, where what is not heard has no effect at all, too. Gives what ends the hearing.
 * Source: pid_namespaces(7).
 */
export const hearSignals = (hear: (signal: Signal) => void): (() => void) => {
  const heard = (["SIGTERM", "SIGINT", "SIGHUP"] as const).map((signal) => {
    const listener = (): void => hear(signal);
    process.on(signal, listener);
    return () => void process.off(signal, listener);
  });
  return () => {
    for (const stop of heard) stop();
  };
};

/** Ends this process at once, as one that the signal killed. Source: bash(1), "EXIT STATUS" (128 + the signal's number). */
export const dieOf = (signal: Signal): never => process.exit(128 + numbers[signal]);
