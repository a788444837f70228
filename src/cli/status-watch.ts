import type { Screen } from "../host/pictures.ts";
import type { State } from "../state/state.ts";
import { readState } from "../state/store.ts";
import { type Cli, exits, isoNow } from "./cli.ts";
import { type Canvas, inLocale } from "./paint.ts";
import { statusLines } from "./status-text.ts";
import { lookAround, type Surroundings, stampOf, viewOf } from "./status-view.ts";
import { fitTo, linesTo } from "./width.ts";

/** The picture is drawn anew this often, in milliseconds: ages grow. */
const everyMs = 2000;
/** A tick that has finished is looked for this often. */
const lookMs = 250;
/** What only a program can tell is asked again after this many pictures, or after a tick. */
const picturesAround = 15;

/** What was read for the pictures so far. */
interface Seen {
  readonly stamp: string;
  readonly state: State;
  readonly note: string | undefined;
  readonly around: Surroundings;
  readonly pictures: number;
}

const seeAnew = async (cli: Cli, seen: Seen | undefined): Promise<Seen> => {
  const stamp = stampOf(cli);
  if (seen !== undefined && seen.stamp === stamp && seen.pictures < picturesAround)
    return { ...seen, pictures: seen.pictures + 1 };
  const { value: state, note } = readState(cli.host, cli.paths.state, true);
  return { stamp, state, note, around: await lookAround(cli, state), pictures: 1 };
};

/** The lines of one picture; what doesn't fit is counted, at the bottom, where the green checks are. */
const pictureOf = (cli: Cli, { state, note, around }: Seen, canvas: Canvas, rows: number): readonly string[] => {
  const { host, paths } = cli;
  const at = isoNow(host).slice(11, 19);
  const head = fitTo(`${host.hostname} · ${at} UTC · Ctrl-C ends`, canvas.columns);
  const none = note ?? `no tick has finished yet (no state in "${paths.state}"); run: dogwatch tick`;
  const lines =
    state.tick === 0
      ? linesTo(none, canvas.columns, 0).map((line) => inLocale(line, canvas))
      : statusLines(canvas, paths, viewOf(cli, state, around));
  const all = [inLocale(head, canvas), ...lines];
  if (all.length <= rows) return all;
  const more = fitTo(`… ${all.length - rows + 1} more lines: dogwatch status | less`, canvas.columns);
  return [...all.slice(0, rows - 1), inLocale(more, canvas)];
};

/** Waits until the next picture is due: in two seconds, or at once when a tick has finished or the terminal has another size. */
const waitFor = async (cli: Cli, screen: Screen, stamp: string): Promise<"draw" | "end"> => {
  for (let waitedMs = 0; waitedMs < everyMs; waitedMs += lookMs) {
    const why = await screen.wait(lookMs);
    if (why === "end") return "end";
    if (why === "redraw" || stampOf(cli) !== stamp) return "draw";
  }
  return "draw";
};

/** `dogwatch status --watch`: the status as a picture that is drawn over, until Ctrl-C or a signal ends it; then the terminal is as before. Exits 0. */
export const watchStatus = async (cli: Cli): Promise<number> => {
  const { terminal } = cli.host;
  const screen = await cli.host.openScreen();
  try {
    let seen: Seen | undefined;
    do {
      seen = await seeAnew(cli, seen);
      const { columns, rows } = screen.size();
      const { hasColour, isUtf8 } = terminal;
      screen.draw(pictureOf(cli, seen, { columns, hasColour, isUtf8 }, rows));
    } while ((await waitFor(cli, screen, seen.stamp)) === "draw");
    return exits.done;
  } finally {
    screen.close();
  }
};
