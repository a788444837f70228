import { expect, test } from "bun:test";
import { inertLines, paint } from "../../src/cli/paint.ts";
import { createFakeHost } from "../fake-host.ts";

const colour = createFakeHost({ terminal: { hasColour: true } }).terminal;
const plain = createFakeHost().terminal;
const hostile = "a\u001B]0;title\u0007b\u001B[2Jc\rd\u202Ee\u009Bf\u0000g\nh\ti";

test("inertLines() lets nothing through that moves a terminal, and keeps line ends", () => {
  for (const terminal of [colour, plain]) expect(inertLines(hostile, terminal)).toBe("a ]0;title b [2Jc d e f g\nh i");
});

test("inertLines() lets our own colours through where there is colour, and nowhere else", () => {
  const own = paint(colour, "red", "RED");
  expect(inertLines(own, colour)).toBe(own);
  expect(inertLines(own, plain)).not.toContain("\u001B");
});
