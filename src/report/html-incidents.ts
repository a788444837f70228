import { endOf, type Heal, healsOf, isHealed } from "./heals.ts";
import { lasting } from "./html-now.ts";
import { backups, command, story } from "./html-step.ts";
import { clip } from "./inert.ts";
import { type Html, html, nothing, textOf } from "./markup.ts";
import type { Page, PageIncident, PageStep } from "./page.ts";
import { counted, nameOf, when } from "./words.ts";

const shownAtOnce = 10;
/** Characters of stories that a page carries: what is older has its one line, and the log the rest. */
const maxStories = 250_000;
const maxHeals = 60;
const maxIncidents = 400;

const head = (incident: PageIncident, now: string): Html => {
  const { openedAt, resolvedAt, check } = incident;
  const long = lasting(openedAt, resolvedAt ?? now);
  return html`<span class="at">${when(openedAt)}</span> <span class="who">${nameOf(check)}</span> <span class="long">${long === "" ? "–" : long}</span> <span class="end ${resolvedAt === null ? "open" : isHealed(incident) ? "healed" : "over"}"><bdi>${clip(endOf(incident), 120)}</bdi></span>`;
};

const unread = ({ id }: PageIncident): Html =>
  html`<p class="more">Its story is in the log: <code>dogwatch log show --incident <bdi>${clip(id, 200)}</bdi></code></p>`;

const item = (incident: PageIncident, now: string, body: Html): Html =>
  html`<li><details class="incident"${incident.resolvedAt === null ? html` open` : nothing}><summary>${head(incident, now)}</summary>${body}<p class="id"><small>incident <bdi>${clip(incident.id, 200)}</bdi></small></p></details></li>`;

const items = (incidents: readonly PageIncident[], now: string): readonly Html[] => {
  let room = maxStories;
  return incidents.map((incident) => {
    const body = room <= 0 || incident.steps.length === 0 ? unread(incident) : story(incident.steps);
    room -= textOf(body).length;
    return item(incident, now, body);
  });
};

/** Every incident with its story, from detection to recovery, newest first. Never throws. */
export const incidentsPart = ({ incidents, olderIncidents: older, at: now, log }: Page): Html => {
  const all = items(incidents.slice(0, maxIncidents), now);
  const untold = older + incidents.length - all.length;
  const [shown, rest] = [all.slice(0, shownAtOnce), all.slice(shownAtOnce)];
  const more =
    untold === 0
      ? nothing
      : html`<p class="more">${counted(untold, "older incident")} in the log: <code>dogwatch log show</code></p>`;
  if (all.length === 0) return html`<p>${log.kind === "whole" ? "Nothing turned red." : "None is known."}</p>${more}`;
  const fold = html`<details class="fold"><summary>${counted(rest.length, "earlier incident")}</summary><ol class="incidents">${rest}</ol></details>`;
  return html`<ol class="incidents">${shown}</ol>${rest.length === 0 ? nothing : fold}${more}`;
};

const outcomeWords: Readonly<Record<Heal["outcome"], string>> = {
  proved: "proved well",
  failed: "failed",
  restored: "failed, backup put back",
  "not restored": "failed, backup not all put back",
  indeterminate: "cut off by a crash",
  "under way": "under way",
};

const fact = (title: string, list: readonly Html[]): Html =>
  list.length === 0 ? nothing : html`<dt>${title}</dt>${list.map((each) => html`<dd>${each}</dd>`)}`;

const some = (text: string | undefined): readonly Html[] =>
  text === undefined || text === "" ? [] : [html`<bdi>${clip(text, 1000)}</bdi>`];

const healItem = (heal: Heal): Html =>
  html`<li><p class="at">${when(heal.at)}</p><div><p class="did"><b>${nameOf(heal.recipe)}</b> for ${nameOf(heal.check)}${heal.attempt === undefined || heal.attempt === 1 ? "" : `, attempt ${heal.attempt}`} <span class="end ${heal.outcome === "proved" ? "healed" : "open"}">${outcomeWords[heal.outcome]}</span></p><dl>${fact("Command", heal.argv === undefined ? [] : [command(heal.argv)])}${fact("Proof", some(heal.proof))}${fact("Backup", heal.backup.length === 0 ? [html`none: the recipe changes no file`] : backups(heal.backup, 16))}${fact("Why", some(heal.why))}${fact("By", heal.by === "helper" ? [] : some(heal.by))}</dl></div></li>`;

/** What dogwatch changed on the host: each attempt with its command, proof and backup, newest first. Never throws. */
export const healsPart = ({ incidents, log }: Page): Html => {
  const heals = incidents.flatMap((incident) => healsOf(incident).toReversed());
  if (heals.length === 0) return html`<p>${log.kind === "whole" ? "Nothing was changed." : "None is known."}</p>`;
  const more =
    heals.length > maxHeals
      ? html`<p class="more">${heals.length - maxHeals} more stand in their incidents.</p>`
      : nothing;
  const [shown, rest] = [heals.slice(0, shownAtOnce), heals.slice(shownAtOnce, maxHeals)];
  const fold = html`<details class="fold"><summary>${counted(rest.length, "earlier heal")}</summary><ol class="heals">${rest.map(healItem)}</ol></details>`;
  return html`<ol class="heals">${shown.map(healItem)}</ol>${rest.length === 0 ? nothing : fold}${more}`;
};

/** Lines of the log that belong to no incident. Never throws. */
export const othersPart = (others: readonly PageStep[]): Html => {
  if (others.length === 0) return html`<p>Nothing else.</p>`;
  const [shown, rest] = [others.slice(0, shownAtOnce), others.slice(shownAtOnce, shownAtOnce * 10)];
  return html`${story(shown)}${rest.length === 0 ? nothing : html`<details class="fold"><summary>${counted(rest.length, "earlier line")}</summary>${story(rest)}</details>`}`;
};
