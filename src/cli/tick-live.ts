import type { Host, Terminal } from "../host/host.ts";
import type { Reading } from "../probes/probe.ts";
import type { Progress } from "../progress.ts";
import type { Verdict } from "../verdict/verdict.ts";
import { inert, inLocale, paint, plural } from "./paint.ts";
import { fitTo, padTo, widthOf } from "./width.ts";

/** Nothing is drawn more often than this, in milliseconds, and nothing at all of a tick that ends sooner. */
const everyMs = 150;
const widestName = 24;

/** A tick at work, as a terminal shows it. */
export interface Live {
  /** The same machine; what is written to its terminal stands above the list. */
  readonly host: Host;
  readonly progress: Progress;
  /** Takes the list away, for the table that comes in its place. */
  close(): void;
}

/** How far a check has come: `looking`, then its reading, then its verdict; the colour is that of the word. */
interface Row {
  readonly name: string;
  readonly word: string;
  readonly colour: Verdict | undefined;
  readonly evidence: string;
}

const colourOf: Readonly<Record<Reading["kind"], Verdict>> = { ok: "green", bad: "amber", unknown: "unknown" };

const rowText = (terminal: Terminal, { name, word, colour, evidence }: Row, width: number): string => {
  const room = terminal.columns - 1 - 10 - width - 2;
  const shown = colour === undefined ? padTo(word, 7) : paint(terminal, colour, padTo(word, 7));
  const cell = padTo(fitTo(name, width), width);
  return `  ${shown} ${cell}  ${room > 0 ? fitTo(evidence, room) : ""}`.trimEnd();
};

/** What is still to come and what isn't well first, where not all fits: the rest is counted. */
const inSight = (rows: readonly Row[], room: number): readonly Row[] => {
  if (rows.length <= room) return rows;
  const weight = ({ colour }: Row): number => (colour === undefined ? 1 : colour === "green" ? 2 : 0);
  const kept = new Set(rows.toSorted((a, b) => weight(a) - weight(b)).slice(0, Math.max(0, room - 1)));
  return rows.filter((row) => kept.has(row));
};

const block = (terminal: Terminal, rows: readonly Row[], stage: string | undefined): readonly string[] => {
  const done = rows.filter(({ word }) => word !== "looking").length;
  const shown = inSight(rows, terminal.rows - 3);
  const width = Math.min(widestName, Math.max(0, ...shown.map(({ name }) => widthOf(name))));
  const hidden = rows.length - shown.length;
  return [
    `looking at ${plural(rows.length, "check")}: ${done} done`,
    ...shown.map((row) => rowText(terminal, row, width)),
    ...(hidden === 0 ? [] : [`  and ${hidden} more`]),
    ...(stage === undefined ? [] : [fitTo(stage, terminal.columns - 1)]),
  ].map((line) => inLocale(line, terminal));
};

/** The list as it stands on the terminal: drawn over, taken away. Source: ECMA-48 CUU, EL, ED. */
const createCanvas = (terminal: Terminal) => {
  let height = 0;
  const up = (): string => (height === 0 ? "" : `\r\u001b[${height}A`);
  return {
    draw: (lines: readonly string[]): void => {
      terminal.out(`${up()}${lines.map((line) => `${line}\u001b[K\n`).join("")}\u001b[J`);
      height = lines.length;
    },
    erase: (): void => {
      if (height > 0) terminal.out(`${up()}\u001b[J`);
      height = 0;
    },
  };
};

const progressOf = (rows: Map<string, Row>, onChange: (stage?: string) => void): Progress => {
  const set = (name: string, word: string, colour: Verdict | undefined, evidence: string): void => {
    rows.set(name, { name: inert(name), word, colour, evidence: inert(evidence) });
  };
  return {
    looking: (names) => {
      for (const name of names) set(name, "looking", undefined, rows.get(name)?.evidence ?? "");
      onChange();
    },
    reading: (name, { kind, evidence }) => {
      set(name, kind, colourOf[kind], evidence);
      onChange();
    },
    judged: (judged) => {
      for (const { name, verdict, evidence } of judged) set(name, verdict, verdict, evidence);
      onChange();
    },
    again: (names, apart) => {
      for (const name of names) set(name, "red?", "red", rows.get(name)?.evidence ?? "");
      onChange(`looking again in ${apart} at ${names.map(inert).join(", ")}`);
    },
    stage: (text) => onChange(inert(text)),
  };
};

/** Shows a tick at work on the terminal of this host; for one that `canRedraw`. Never throws. */
export const openLive = (host: Host): Live => {
  const { terminal, clock } = host;
  const rows = new Map<string, Row>();
  const canvas = createCanvas(terminal);
  const done = new AbortController();
  let stage: string | undefined;
  let isNew = false;
  const draw = (): void => {
    canvas.draw(block(terminal, [...rows.values()], stage));
    isNew = false;
  };
  const run = async (): Promise<void> => {
    while (!done.signal.aborted) {
      await clock.sleep(everyMs, done.signal);
      if (isNew && !done.signal.aborted) draw();
    }
  };
  void run();
  const above =
    <T>(write: (text: string) => T) =>
    (text: string): T => {
      canvas.erase();
      isNew = true;
      return write(text);
    };
  return {
    host: { ...host, terminal: { ...terminal, out: above(terminal.out), err: above(terminal.err) } },
    progress: progressOf(rows, (text) => {
      stage = text;
      isNew = true;
    }),
    close: () => {
      done.abort();
      canvas.erase();
    },
  };
};
