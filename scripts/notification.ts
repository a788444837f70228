/**
 * What a phone's lock screen shows of each kind of message: `bun scripts/notification.ts` writes dist/notification.html, and
 * dist/notification.png where there is a Chromium (Debian: chromium). The first lines are the real ones, cut after 110 characters.
 */
import { spawnSync } from "node:child_process";
import { mkdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { compose } from "../src/alert/compose.ts";
import { stories, story } from "../test/alert/stories.ts";

const seenCharacters = 110;
/** Of one phone, and how many messages stand on its screen. */
const widthPx = 390;
const perPhone = 8;

const long =
  "no answer in 5 s from http://127.0.0.1:18789/healthz while 3 other addresses of the same gateway answered well";
const shown = {
  ...Object.fromEntries(Object.entries(stories).filter(([name]) => !/^(log-|no-log)/u.test(name))),
  "red, long evidence": story({ evidence: long }),
  "red, long names": story({ host: "gpu-17.example.org", check: "openclaw-gateway", evidence: long }),
};

const escaped = (text: string): string => text.replaceAll("&", "&amp;").replaceAll("<", "&lt;").replaceAll(">", "&gt;");

const seen = (text: string): string => {
  const points = [...(text.split("\n", 1)[0] ?? "")];
  return points.length <= seenCharacters ? points.join("") : `${points.slice(0, seenCharacters).join("")}…`;
};

const note = ([name, given]: readonly [string, Parameters<typeof compose>[0]]): string => `
<p class="kind">${escaped(name)}</p>
<section><b>ops alerts<time>${given.now.slice(11, 16)}</time></b><div>${escaped(seen(compose(given).text))}</div></section>`;

/** Many stories differ only further down. */
const firstLines = new Map(Object.entries(shown).map(([name, given]) => [seen(compose(given).text), name]));
const distinct = Object.entries(shown).filter(([name]) => [...firstLines.values()].includes(name));
const notes = distinct.map(note);
const phones = Array.from({ length: Math.ceil(notes.length / perPhone) }, (_, at) =>
  notes.slice(at * perPhone, (at + 1) * perPhone),
);

const page = `<!doctype html><html lang="en"><meta charset="utf-8"><title>dogwatch on a lock screen</title><style>
body { margin: 0; display: flex; background: #24344d; color: #fff; font: 15px/1.3 "DejaVu Sans Condensed", sans-serif }
main { width: ${widthPx - 24}px; padding: 0 12px }
.kind { margin: 9px 4px 3px; font-size: 11px; opacity: .7 }
section { background: rgb(255 255 255 / 92%); color: #111; border-radius: 14px; padding: 8px 12px }
time { float: right; font-weight: normal; opacity: .6 }
section div { overflow: hidden; display: -webkit-box; -webkit-box-orient: vertical; -webkit-line-clamp: 4; overflow-wrap: anywhere }
</style><body>${phones.map((each) => `<main>${each.join("")}</main>`).join("")}</body></html>`;

const folder = join(import.meta.dirname, "..", "dist");
const html = join(folder, "notification.html");
const png = join(folder, "notification.png");
mkdirSync(folder, { recursive: true });
writeFileSync(html, page);

const heightPx = 30 + perPhone * 118;
const drawn = spawnSync("chromium", [
  "--headless",
  "--no-sandbox",
  "--hide-scrollbars",
  `--window-size=${widthPx * phones.length},${heightPx}`,
  `--screenshot=${png}`,
  `file://${html}`,
]);
process.stdout.write(`${html}\n${drawn.status === 0 ? png : "no picture: there is no chromium here"}\n`);
