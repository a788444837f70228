import { type Worse, worseOf } from "../log/worse.ts";
import { clip } from "./inert.ts";
import { type Html, html, nothing } from "./markup.ts";
import type { PageStep } from "./page.ts";
import { clock, nameOf, quoted, when } from "./words.ts";

type Mark = "bad" | "mid" | "good" | "plain";

/** What an event of the heal log is called on the page, and how it is marked. Source: docs/audit.md. */
const events: Readonly<Record<string, readonly [words: string, mark: Mark]>> = {
  "incident.opened": ["Turned red", "bad"],
  "incident.resolved": ["Over", "good"],
  "heal.archived": ["Older attempts put aside", "plain"],
  "heal.created": ["Attempt begun", "plain"],
  "heal.planned": ["One change planned", "plain"],
  "heal.dispatched": ["Change made", "mid"],
  "heal.proved": ["Proved well", "good"],
  "heal.failed": ["Not well in time", "bad"],
  "heal.restored": ["Backup put back", "mid"],
  "heal.refused": ["Not healed", "mid"],
  "heal.indeterminate": ["Cut off by a crash, not repeated", "bad"],
  "heal.unlatched": ["A rule may act again", "plain"],
  "silence.added": ["Silenced", "mid"],
  "silence.removed": ["Silence lifted", "plain"],
  "config.changed": ["Another config", "plain"],
  "log.torn": ["A line was cut off by a crash", "mid"],
  "log.rotated": ["The log goes on in another file", "plain"],
};

/** The same where its own line tells worse. */
const worse: Readonly<Record<Worse, readonly [words: string, mark: Mark]>> = {
  "not-all-restored": ["Backup not all put back", "bad"],
  "log-altered": ["Somebody else changed the log's files", "bad"],
};

const toldAs = (step: PageStep): readonly [words: string, mark: Mark] => {
  const told = worseOf(step);
  if (told !== undefined) return worse[told];
  return (Object.hasOwn(events, step.event) ? events[step.event] : undefined) ?? [step.event, "plain"];
};

const maxWord = 500;

/** An argument as it must be quoted to be read as one. */
const argument = (text: string): string =>
  /^[\w@%+=:,./&{}-]+$/u.test(text) ? text : JSON.stringify(clip(text, maxWord));

/** A command, word by word; `&&` stands between steps. Never throws. */
export const command = (argv: readonly string[]): Html =>
  html`<code class="argv"><bdi>${clip(argv.map(argument).join(" "), 1200)}</bdi></code>`;

/** Copies that were made before a change; so many `digits` of their hashes. Never throws. */
export const backups = (list: NonNullable<PageStep["backup"]>, digits = 64): readonly Html[] =>
  list.map(
    ({ path, sha256 }) =>
      html`<code><bdi>${clip(path, maxWord)}</bdi></code> <code class="hash"><bdi>${sha256.slice(0, digits)}</bdi></code>`,
  );

const line = (title: string, list: readonly Html[]): Html =>
  list.length === 0 ? nothing : html`<dt>${title}</dt>${list.map((each) => html`<dd>${each}</dd>`)}`;

const some = (text: string | number | undefined): readonly Html[] =>
  text === undefined || text === "" ? [] : [html`<bdi>${clip(String(text), 600)}</bdi>`];

const facts = (step: PageStep): Html => {
  const list = html`${line("Command", step.argv === undefined ? [] : [command(step.argv)])}${line("Before it", some(step.target))}${line("Exit", some(step.exit))}${line("Proof", some(step.proof))}${line("Backup", backups(step.backup ?? []))}`;
  const hasFacts = [step.argv, step.target, step.exit, step.proof, step.backup].some((each) => each !== undefined);
  return hasFacts ? html`<dl>${list}</dl>` : nothing;
};

const recipeOf = ({ recipe, attempt, event }: PageStep): Html => {
  if (recipe === undefined || !/^heal\.(?:created|refused|unlatched)$/u.test(event)) return nothing;
  return html`: ${nameOf(recipe)}${attempt === undefined ? "" : `, attempt ${attempt}`}`;
};

/** One line of a story: what happened, in words, then the log's own word, number and writer. `day`: what was shown last. Never throws. */
export const stepItem = (step: PageStep, isNewDay: boolean): Html => {
  const [words, mark] = toldAs(step);
  const evidence =
    step.evidence === undefined || step.evidence === "" ? nothing : html`<p>${quoted(step.evidence)}</p>`;
  const why = step.why === undefined || step.why === "" ? nothing : html`<p><bdi>${clip(step.why, 600)}</bdi></p>`;
  return html`<li class="${mark}"><p class="at">${isNewDay ? when(step.at) : clock(step.at)}</p><div><p class="did"><b><bdi>${words}</bdi></b>${recipeOf(step)} <small>line ${step.seq} <bdi>${step.event}</bdi> by <bdi>${step.by}</bdi></small></p>${evidence}${why}${facts(step)}</div></li>`;
};

/** A story from its first line to its last. Never throws. */
export const story = (steps: readonly PageStep[]): Html =>
  html`<ol class="story">${steps.map((step, at) => stepItem(step, step.at.slice(0, 10) !== steps[at - 1]?.at.slice(0, 10)))}</ol>`;
