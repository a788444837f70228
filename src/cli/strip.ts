import { type Sign, worstSign } from "../state/day.ts";
import type { Verdict } from "../verdict/verdict.ts";
import { type Canvas, paint } from "./paint.ts";

/**
 * One sign an hour, each of another form and height, so that none needs its colour. All are in the font that every PC's console has from the start.
 * Source: the Linux kernel's drivers/tty/vt/cp437.uni.
 */
const drawn: Readonly<Record<Sign, string>> = { g: "_", a: "▄", u: "?", r: "█", "-": "·" };
const ascii: Readonly<Record<Sign, string>> = { g: "_", a: "=", u: "?", r: "#", "-": "." };

const verdictOf: Readonly<Record<Exclude<Sign, "-">, Verdict>> = { g: "green", a: "amber", u: "unknown", r: "red" };

const glyph = (canvas: Canvas, sign: Sign): string => {
  const text = (canvas.isUtf8 ? drawn : ascii)[sign];
  return sign === "-" ? text : paint(canvas, verdictOf[sign], text);
};

/** The signs of several hours made one, the worst of each, so that a day fits into `cells`; what isn't known outweighs green. Pure. */
export const coarse = (day: readonly Sign[], cells: number): readonly Sign[] => {
  const each = Math.max(1, Math.ceil(day.length / cells));
  return Array.from({ length: Math.ceil(day.length / each) }, (_, i) => worstSign(day.slice(i * each, (i + 1) * each)));
};

/** A spark line: a sign each, neighbours of one colour painted together. Never throws. */
export const stripText = (canvas: Canvas, day: readonly Sign[]): string =>
  (day.join("").match(/(.)\1*/gu) ?? [])
    .map((run) => {
      const sign = day.find((each) => each === run[0]) ?? "-";
      const one = (canvas.isUtf8 ? drawn : ascii)[sign].repeat(run.length);
      return sign === "-" ? one : paint(canvas, verdictOf[sign], one);
    })
    .join("");

/** What the signs mean, in one line; `hours`: how many hours one stands for. Never throws. */
export const legend = (canvas: Canvas, hours: number): string => {
  const words = (["g", "a", "u", "r"] as const).map((sign) => `${glyph(canvas, sign)} ${verdictOf[sign]}`);
  const signs = [...words, `${glyph(canvas, "-")} no tick`];
  const each = hours === 1 ? "one sign an hour" : `one sign for ${hours} hours`;
  return canvas.columns < 80 ? `${hours} h each: ${signs.join(" ")}` : `last 24 h, ${each}: ${signs.join("  ")}`;
};
