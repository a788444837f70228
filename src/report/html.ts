import { healsOf } from "./heals.ts";
import { checksPart } from "./html-checks.ts";
import { healsPart, incidentsPart, othersPart } from "./html-incidents.ts";
import { egressPart, knowPart, logPart, logWord } from "./html-log.ts";
import { leadOf, nowPart, titleOf } from "./html-now.ts";
import { latencyPart, queuePart } from "./html-plots.ts";
import { type Html, html, nothing, styleOf, textOf } from "./markup.ts";
import type { Page } from "./page.ts";
import { icon, signSheet } from "./signs.ts";
import { css, cssHash } from "./style.ts";
import { when } from "./words.ts";

/** A part of the page with its heading; `brief` stands beside its name in the overview. */
interface Part {
  readonly id: string;
  readonly title: string;
  readonly brief: string;
  readonly body: Html;
}

const partsOf = (page: Page): readonly Part[] => {
  const heals = page.incidents.flatMap(healsOf).length;
  const all: readonly Part[] = [
    { id: "checks", title: "Checks", brief: String(page.checks.length), body: checksPart(page.checks, page.at) },
    {
      id: "incidents",
      title: "Incidents",
      brief: String(page.incidents.length + page.olderIncidents),
      body: incidentsPart(page),
    },
    { id: "heals", title: "Heals", brief: String(heals), body: healsPart(page) },
    { id: "latency", title: "Latency", brief: "", body: latencyPart(page.checks) },
    { id: "queues", title: "Queues", brief: "", body: queuePart(page.checks) },
    { id: "log", title: "Heal log", brief: logWord(page.log), body: logPart(page.log) },
    {
      id: "know",
      title: "Silences and notes",
      brief: String(page.silences.length + page.notes.length),
      body: knowPart(page),
    },
    { id: "others", title: "Other lines", brief: String(page.others.length), body: othersPart(page.others) },
    {
      id: "egress",
      title: "Egress",
      brief: String(page.egress.destinations.length + page.egress.programs.length + page.egress.sockets.length),
      body: egressPart(page.egress),
    },
  ];
  return all.filter(({ body }) => textOf(body) !== "");
};

const section = ({ id, title, body }: Part): Html =>
  html`<section id="${id}" aria-labelledby="h-${id}"><div class="wrap"><h2 id="h-${id}">${title}</h2><div class="body">${body}</div></div></section>`;

const overview = (parts: readonly Part[]): Html =>
  html`<nav aria-label="On this page"><ul class="wrap">${parts.map(({ id, title, brief }) => html`<li><a href="#${id}">${title}</a>${brief === "" ? nothing : html` ${brief}`}</li>`)}</ul></nav>`;

/** Nothing may be loaded or run; only this one style sheet holds. Source: CSP Level 3, 6.7 and 8.4. */
const policy: Html = html`<meta http-equiv="Content-Security-Policy" content="default-src 'none'; style-src '${cssHash}'; img-src data:; base-uri 'none'; form-action 'none'">`;

/**
 * Draws the page: one HTML file that needs nothing else. No script, no request; text from outside is escaped by `html` alone. Pure: the same
 * page gives the same text. Never throws.
 */
export const renderPage = (page: Page): string => {
  const lead = leadOf(page);
  const parts = partsOf(page);
  const document = html`<!doctype html>
<html lang="en"><head><meta charset="utf-8">${policy}<meta name="viewport" content="width=device-width, initial-scale=1"><meta name="color-scheme" content="light dark"><meta name="referrer" content="no-referrer"><meta name="robots" content="noindex"><title>${titleOf(page, lead)}</title>${icon(page.tick?.isStale === true ? "unknown" : page.verdict)}<style>${styleOf(css)}</style></head>
<body><a class="skip" href="#main">Skip to the checks</a>${signSheet}
${nowPart(page, lead)}
${overview(parts)}
<main id="main">${parts.map(section)}</main>
<footer><div class="wrap"><p>Made ${when(page.at)} UTC by dogwatch <bdi>${page.version}</bdi> on <bdi>${page.host}</bdi>. All times are UTC. This page runs no script and asks nobody for anything; it shows what was known when it was made. If that is long ago, ask the host: <code>dogwatch status</code></p></div></footer>
</body></html>
`;
  return textOf(document);
};
