import { formatDuration } from "../config/duration.ts";
import { type Verdict, verdicts } from "../verdict/verdict.ts";
import { pastStrip } from "./html-past.ts";
import { clip, isolated } from "./inert.ts";
import { type Html, html, join, nothing } from "./markup.ts";
import type { Page, PageCheck } from "./page.ts";
import { mutedSign } from "./signs.ts";
import { counted, msBetween, nameOf, quoted, spelled, verdictWords, when, whenWords } from "./words.ts";

const maxListed = 8;
const maxHeadlineName = 32;
const maxEvidence = 280;

/** Worst first, the sick before what they explain, then as in the config. Never throws. */
export const worstFirst = (checks: readonly PageCheck[]): readonly PageCheck[] => {
  const rank = ({ verdict, because }: PageCheck): number =>
    2 * (verdicts.length - verdicts.indexOf(verdict)) + (because === undefined ? 0 : 1);
  return [...checks].sort((a, b) => rank(a) - rank(b));
};

/** How long ago in words, or nothing when clocks disagree. Never throws. */
export const lasting = (from: string, to: string): string => {
  const ms = msBetween(from, to);
  if (ms === undefined) return "";
  const unit = ms > 120_000 ? 60_000 : 1000;
  return formatDuration(Math.round(ms / unit) * unit);
};

/** What the page is about at its top: one verdict, and the checks that it comes from. */
export interface Lead {
  /** `none`: no tick yet. */
  readonly tone: Verdict | "none";
  readonly sentence: string;
  readonly listed: readonly PageCheck[];
}

const sentenceOf = (verdict: Verdict, sick: readonly PageCheck[], all: number): string => {
  const own = sick.filter(({ because }) => because === undefined);
  const heads = own.length === 0 ? sick : own;
  if (verdict === "green") {
    if (all === 0) return "Nothing is watched yet";
    return all === 1 ? "The one check is green" : `All ${spelled(all).toLowerCase()} checks are green`;
  }
  const [first] = heads;
  if (first === undefined) return `The last tick said ${verdictWords[verdict]}`;
  if (heads.length === 1 && [...first.name].length <= maxHeadlineName)
    return `${first.name} is ${verdictWords[verdict]}`;
  return `${spelled(heads.length)} of ${counted(all, "check")} ${heads.length === 1 ? "is" : "are"} ${verdictWords[verdict]}`;
};

/** Chooses what comes first: that nobody looks, else the worst verdict. Never throws. */
export const leadOf = ({ tick, verdict, checks, at }: Page): Lead => {
  if (tick === null || verdict === null) return { tone: "none", sentence: "No tick has finished yet", listed: [] };
  const sick = worstFirst(checks).filter((check) => check.verdict === verdict);
  const sentence = sentenceOf(verdict, sick, checks.length);
  const listed = verdict === "green" ? [] : sick;
  if (!tick.isStale) return { tone: verdict, sentence, listed };
  const ago = lasting(tick.at, at);
  return { tone: "unknown", sentence: `Nobody has looked${ago === "" ? " lately" : ` for ${ago}`}`, listed };
};

const nextOf = ({ card }: PageCheck): Html =>
  html`<p class="next"><b>Next</b> <code>dogwatch card${card === undefined ? "" : html` ${nameOf(card)}`}</code></p>`;

const folded = (check: PageCheck, all: readonly PageCheck[]): Html => {
  const names = all.filter(({ because }) => because === check.name).map(({ name }) => nameOf(name));
  if (names.length === 0) return nothing;
  return html`<p class="also">It takes down ${join(names.slice(0, maxListed), html`, `)}${names.length > maxListed ? ` and ${names.length - maxListed} more` : ""}.</p>`;
};

/** Since when, how long that is, and how many looks found it so. Never throws. */
export const sinceOf = ({ since, ticks }: PageCheck, now: string): Html => {
  const long = lasting(since, now);
  return html`since ${when(since)}${long === "" ? "" : `, ${long}`}, ${counted(ticks, "look")}`;
};

/** `isNamed`: the headline has said who it is. */
const sickItem = (check: PageCheck, page: Page, isNamed: boolean): Html =>
  html`<li>${isNamed ? nothing : html`<h2>${nameOf(check.name)}</h2>`}<p>${quoted(check.evidence, maxEvidence)}</p><p class="since">${check.verdict} ${sinceOf(check, page.at)}</p>${folded(check, page.checks)}${check.verdict === "amber" ? nothing : nextOf(check)}</li>`;

const listOf = ({ listed, sentence }: Lead, page: Page): Html => {
  const own = listed.filter(({ because }) => because === undefined);
  const shown = (own.length === 0 ? listed : own).slice(0, maxListed);
  const more = (own.length === 0 ? listed : own).length - shown.length;
  if (shown.length === 0) return nothing;
  return html`<ul class="sick">${shown.map((check) => sickItem(check, page, sentence.startsWith(`${check.name} is `)))}</ul>${more === 0 ? nothing : html`<p class="more"><a href="#checks">and ${counted(more, "other")}</a></p>`}`;
};

const hints = ({ tone }: Lead, page: Page): Html => {
  if (tone === "none") return html`<p class="next"><b>Next</b> <code>dogwatch tick</code></p>`;
  if (page.tick?.isStale === true) {
    const said = page.verdict === null ? nothing : html` It said ${page.verdict}; what stands below is as old as that.`;
    return html`<p>The last tick ended ${when(page.tick.at)}, and the next is overdue.${said}</p><p class="next"><b>Next</b> <code>dogwatch status</code></p>`;
  }
  if (page.checks.length === 0) return html`<p class="next"><b>Next</b> <code>dogwatch init</code></p>`;
  if (tone === "amber") return html`<p>Amber is bad but below its threshold, or advisory: nothing to do yet.</p>`;
  return nothing;
};

const countsOf = (checks: readonly PageCheck[]): Html => {
  const kinds = [...verdicts].reverse().flatMap((verdict) => {
    const count = checks.filter((check) => check.verdict === verdict).length;
    return count === 0 ? [] : [html`<li>${mutedSign(verdict)} ${count} ${verdictWords[verdict]}</li>`];
  });
  return kinds.length < 2 ? nothing : html`<ul class="counts" aria-label="Checks by verdict">${kinds}</ul>`;
};

const link = (to: string, list: readonly string[]): Html =>
  list.length === 0 ? nothing : html`<li><a href="#${to}">${list.join(", ")}</a></li>`;

/** What else must be known at once: that the log was changed, what waits, what is quiet. */
const mind = ({ log, outbox, silences, notes }: Page): Html => {
  const list = [
    ...(outbox === 0 ? [] : [`${counted(outbox, "alert")} waiting`]),
    ...(silences.length === 0 ? [] : [counted(silences.length, "silence")]),
    ...(notes.length === 0 ? [] : [counted(notes.length, "note")]),
  ];
  const faulty = log.kind === "faulty" ? ["The heal log is not as it was written"] : [];
  if (list.length + faulty.length === 0) return nothing;
  return html`<ul class="mind" aria-label="Mind">${link("log", faulty)}${link("know", list)}</ul>`;
};

const ticked = ({ tick, at }: Page): Html =>
  tick === null ? html`Made ${when(at)} UTC` : html`Last tick ${when(tick.at)} UTC`;

/** The top of the page: what is wrong, since when, what next. Never throws. */
export const nowPart = (page: Page, lead: Lead): Html => html`<header class="now ${lead.tone}"><div class="wrap">
<p class="host"><span>${nameOf(page.host)}</span> <span>${ticked(page)}</span></p>
${lead.tone === "none" ? nothing : html`<div class="mark">${mutedSign(lead.tone)}</div>`}
<div class="say"><h1><bdi>${lead.sentence}</bdi>.</h1>${hints(lead, page)}${listOf(lead, page)}${countsOf(page.checks)}${mind(page)}</div>${pastStrip(page.host, page.checks)}
</div></header>`;

/** The document's title: verdict first. Never throws. */
export const titleOf = ({ tick, verdict, host, at }: Page, { sentence }: Lead): Html => {
  const word = tick === null || verdict === null ? "NO TICK YET" : tick.isStale ? "STALE" : verdict.toUpperCase();
  return html`${word} ${isolated(clip(host, 80))} · ${isolated(sentence)} · ${whenWords(at)} UTC`;
};
