import { renderPage } from "../src/report/html.ts";
import { pages } from "../test/report/pages.ts";
import { figure, spread, spreadText, table } from "./figures.ts";

// What the report page costs and weighs: bun bench/page.ts

const rounds = 20;

/** CPU milliseconds of one drawing. */
const cost = (draw: () => string): number => {
  const before = process.cpuUsage();
  draw();
  const { user, system } = process.cpuUsage(before);
  return (user + system) / 1000;
};

const rows = Object.entries(pages).map(([name, page]) => {
  const draw = (): string => renderPage(page);
  const first = cost(draw);
  const later = spread(Array.from({ length: rounds }, () => cost(draw)));
  return [name, figure(Buffer.byteLength(draw()) / 1000), figure(first), spreadText(later)];
});

process.stdout.write(table(["page", "kB", "first, CPU ms", "later, CPU ms: median (min to max)"], rows));
