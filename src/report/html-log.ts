import type { LogCheck } from "../log/checked.ts";
import { clip } from "./inert.ts";
import { type Html, html, nothing } from "./markup.ts";
import type { Page } from "./page.ts";
import { mutedSign } from "./signs.ts";
import { counted, quoted, when } from "./words.ts";

const again = (head: string): Html =>
  html`<p class="next"><b>Check its head yourself</b> <code>dogwatch log verify --head <bdi>${clip(head, 200)}</bdi></code></p>`;

const checker = html`<p>A page that the host made of its own log proves nothing to who doesn’t trust the host. The heads in the chat’s messages and at the dead-man’s switch do: compare them.</p>`;

/** The log in two words, for the overview. Never throws. */
export const logWord = ({ kind }: LogCheck): string =>
  ({ whole: "whole", faulty: "FAULTY", none: "none yet", unchecked: "not checked" })[kind];

/** Whether the heal log was verified, by whom and when, and how to do that oneself. Never throws. */
export const logPart = (log: LogCheck): Html => {
  switch (log.kind) {
    case "whole":
      return html`<p class="big">${mutedSign("green")} Whole: ${counted(log.lines, "line")}, each holds the hash of the one before.</p><p>Checked ${when(log.checkedAt)} UTC.</p>${log.notes.map((note) => html`<p><bdi>${clip(note, 1000)}</bdi></p>`)}${checker}${again(log.head)}`;
    case "faulty":
      return html`<p class="big">${mutedSign("red")} It is not as it was written.</p><p>${quoted(log.what)}</p><p>Checked ${when(log.checkedAt)} UTC.</p><p class="next"><b>Next</b> <code>dogwatch log verify</code></p>`;
    case "none":
      return html`<p class="big">No log yet: nothing turned red, and nothing was changed.</p>`;
    case "unchecked":
      return html`<p class="big">${mutedSign("unknown")} Not checked.</p><p><bdi>${clip(log.why, 1000)}</bdi></p>${log.head === null ? nothing : again(log.head)}`;
  }
  const never: never = log;
  return never;
};

const rows = (title: string, heads: readonly string[], list: readonly (readonly Html[])[]): Html =>
  list.length === 0
    ? nothing
    : html`<h3>${title} <small>${list.length}</small></h3><div class="scroll"><table class="list"><tr>${heads.map((head) => html`<th scope="col">${head}</th>`)}</tr>${list.map((cells) => html`<tr>${cells.map((each) => html`<td>${each}</td>`)}</tr>`)}</table></div>`;

const text = (value: string): Html => html`<bdi>${clip(value, 500)}</bdi>`;

/** Everything that can ever be contacted or run. Never throws. */
export const egressPart = ({ destinations, programs, sockets }: Page["egress"]): Html => {
  if (destinations.length + programs.length + sockets.length === 0) return html`<p>Nothing at all.</p>`;
  return html`<p class="lede">All that dogwatch can ever contact or run. Anything else is refused before a socket opens. <code>dogwatch egress</code> lists it on the host.</p>${rows(
    "Destinations",
    ["host and port", "methods", "for"],
    destinations.map((each) => [
      html`<code><bdi>${clip(each.host, 300)}</bdi>:${each.port}</code>`,
      text(each.methods.length === 0 ? "connects" : each.methods.join(", ")),
      text(each.for),
    ]),
  )}${rows(
    "Programs",
    ["command", "for"],
    programs.map((each) => [html`<code><bdi>${clip(each.argv.join(" "), 500)}</bdi></code>`, text(each.for)]),
  )}${rows(
    "Sockets",
    ["path", "for"],
    sockets.map((each) => [html`<code><bdi>${clip(each.path, 500)}</bdi></code>`, text(each.for)]),
  )}`;
};

/** What is quiet, what waits, and what else there is to know. Never throws. */
export const knowPart = ({ silences, outbox, notes }: Page): Html => {
  const list = [
    ...(outbox === 0 ? [] : [`${counted(outbox, "alert")} ${outbox === 1 ? "waits" : "wait"} to be delivered`]),
    ...notes,
  ];
  const quiet =
    silences.length === 0
      ? html`<p>Nothing is silenced, and no maintenance window is open.</p>`
      : html`<h3>Silenced</h3><ul class="plain">${silences.map((each) => html`<li>${text(each)}</li>`)}</ul>`;
  const rest =
    list.length === 0
      ? html`<p>No alert waits.</p>`
      : html`<h3>Mind</h3><ul class="plain">${list.map((each) => html`<li>${text(each)}</li>`)}</ul>`;
  return html`${quiet}${rest}`;
};
