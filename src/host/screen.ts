import type { Screen, Woken } from "./pictures.ts";
import { writeAll } from "./terminal.ts";

/**
 * The alternate screen with the cursor hidden and lines that end at the edge, and back. A terminal that knows no alternate screen ignores that part.
 * Source: xterm ctlseqs, DECSET 1049, 25 and 7; console_codes(4).
 */
const enter = "\u001b[?1049h\u001b[?25l\u001b[?7l\u001b[2J";
const leave = "\u001b[0m\r\n\u001b[?7h\u001b[?25h\u001b[?1049l";
/** Source: ECMA-48 CUP, EL, ED. */
const home = "\u001b[H";
/** Before a line, not after it: after one that fills its row it would take the last letter. */
const eraseLine = "\u001b[K";
const eraseBelow = "\u001b[J";

const smallest = { columns: 20, rows: 4 };
const usual = { columns: 80, rows: 24 };

/** The stream follows the terminal's size once it has been asked for. Source: Node.js, tty.WriteStream. */
const readSize = (): { readonly columns: number; readonly rows: number } => {
  const { columns, rows } = process.stdout;
  return {
    columns: columns > 0 ? Math.max(columns, smallest.columns) : usual.columns,
    rows: rows > 0 ? Math.max(rows, smallest.rows) : usual.rows,
  };
};

const endings = ["SIGINT", "SIGTERM", "SIGHUP", "SIGQUIT"] as const;

/** One wait at a time; what happens while nobody waits wakes the next one at once. */
const createWaker = () => {
  let pending: Woken | undefined;
  let wake: ((why: Woken) => void) | undefined;
  return {
    tell: (why: Woken): void => {
      if (pending !== "end") pending = why;
      wake?.(pending);
    },
    wait: async (ms: number): Promise<Woken> => {
      const { promise, resolve } = Promise.withResolvers<Woken>();
      wake = resolve;
      const timer = setTimeout(() => resolve("time"), ms);
      if (pending !== undefined) resolve(pending);
      const why = await promise;
      clearTimeout(timer);
      wake = undefined;
      if (why !== "end") pending = undefined;
      return why;
    },
  };
};

/**
 * Takes the terminal on stdout for pictures. Ctrl-C, SIGTERM, SIGHUP and SIGQUIT end a wait instead of the program; Ctrl-Z gives the terminal back for as long as
 * the program is stopped. Each picture is one write, so that nothing flickers. Never throws.
 */
export const openScreen = (): Screen => {
  const waker = createWaker();
  let size = readSize();
  const put = (text: string): void => {
    if (!writeAll(1, text)) waker.tell("end");
  };
  const listeners: readonly (readonly [NodeJS.Signals, () => void])[] = [
    ...endings.map((signal) => [signal, () => waker.tell("end")] as const),
    [
      "SIGWINCH",
      () => {
        size = readSize();
        waker.tell("redraw");
      },
    ],
    [
      "SIGTSTP",
      () => {
        put(leave);
        process.kill(process.pid, "SIGSTOP");
      },
    ],
    [
      "SIGCONT",
      () => {
        size = readSize();
        put(enter);
        waker.tell("redraw");
      },
    ],
  ];
  for (const [signal, listener] of listeners) process.on(signal, listener);
  put(enter);
  return {
    size: () => size,
    draw: (lines) => put(`${home}${lines.map((line) => `${eraseLine}${line}`).join("\r\n")}${eraseBelow}`),
    wait: waker.wait,
    close: () => {
      put(leave);
      for (const [signal, listener] of listeners) process.off(signal, listener);
    },
  };
};
