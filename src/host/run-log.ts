import type { Terminal } from "./host.ts";

/** Least urgent first. Numbers are syslog priorities. Source: syslog(3), sd-daemon(3). */
export const levels = { debug: 7, info: 6, warn: 4, error: 3 } as const;

/** How urgent a line is; pino knows the same names. */
export type Level = keyof typeof levels;

/** The run log: what this program did, for journald or a terminal. One line an event; never holds a secret or raw evidence. */
export interface RunLog {
  /** Whether lines of this level are shown: what makes them may be spared. */
  shows(level: Level): boolean;
  log(level: Level, text: string, facts?: Readonly<Record<string, string | number | boolean>>): void;
}

/** Which lines are shown, and how. `level`: the least urgent that is. */
export interface RunLogOptions {
  readonly level: Level;
  readonly format: "text" | "json";
}

/** One event is one line, whatever stands in its text: journald takes each line for a message, and `<0>` at its beginning for a priority. */
const oneLine = (text: string): string => text.replace(/[\p{Cc}\p{Cf}\p{Zl}\p{Zp}]+/gu, " ");

const plain = (terminal: Terminal, least: Level): RunLog => ({
  shows: (level) => levels[level] <= levels[least],
  log: (level, text) => {
    if (levels[level] > levels[least]) return;
    const prefix = terminal.isErrJournal ? `<${levels[level]}>` : level === "info" ? "" : `${level}: `;
    terminal.err(`${prefix}${oneLine(text)}\n`);
  },
});

/**
 * Opens the run log on stderr: plain lines with a `<N>` priority under journald, or JSON by pino, which is loaded only then: its
 * start costs more than a green tick's one line is worth.
 */
export const openRunLog = async (terminal: Terminal, { level, format }: RunLogOptions): Promise<RunLog> => {
  if (format === "text") return plain(terminal, level);
  const { pino } = await import("pino");
  const logger = pino({ name: "dogwatch", level }, { write: (line: string) => terminal.err(line) });
  return {
    shows: (at) => levels[at] <= levels[level],
    log: (at, text, facts) => logger[at](facts ?? {}, oneLine(text)),
  };
};
