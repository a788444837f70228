import type { Verdict } from "../verdict/verdict.ts";
import { type Html, html } from "./markup.ts";

/** One outline a verdict, so that none needs its colour: a disc with a tick, a triangle, a diamond with a question mark, an octagon. */
export const signSheet: Html = html`<svg class="sheet" aria-hidden="true" width="0" height="0"><defs>
<symbol id="s-green" viewBox="0 0 16 16"><circle cx="8" cy="8" r="7"/><path d="M4.6 8.3l2.4 2.4 4.4-5" class="in"/></symbol>
<symbol id="s-amber" viewBox="0 0 16 16"><path d="M8 1.2 15.4 14.4H.6z"/><path d="M8 6v4M8 11.6v1.2" class="in"/></symbol>
<symbol id="s-unknown" viewBox="0 0 16 16"><path d="M8 .4 15.6 8 8 15.6.4 8z"/><path d="M6 6.4c0-2.6 4-2.6 4 0C10 8 8 8 8 9.6M8 11v1.2" class="in"/></symbol>
<symbol id="s-red" viewBox="0 0 16 16"><path d="M5 .8h6L15.2 5v6L11 15.2H5L.8 11V5z"/><path d="M5.3 5.3l5.4 5.4M10.7 5.3l-5.4 5.4" class="in"/></symbol>
</defs></svg>`;

/** The sign of a verdict, with its word for who doesn't see it. Never throws. */
export const signOf = (verdict: Verdict): Html =>
  html`<svg class="sign ${verdict}" role="img" aria-label="${verdict}"><use href="#s-${verdict}"/></svg>`;

/** The same as {@link signOf} where the word stands beside it anyway. Never throws. */
export const mutedSign = (verdict: Verdict): Html =>
  html`<svg class="sign ${verdict}" aria-hidden="true"><use href="#s-${verdict}"/></svg>`;

const icons: Readonly<Record<Verdict | "none", string>> = {
  green: "%3Ccircle cx='8' cy='8' r='7' fill='%23277a4b'/%3E",
  amber: "%3Cpath d='M8 1 15 15H1z' fill='%23c27c00'/%3E",
  unknown: "%3Cpath d='M8 0l8 8-8 8-8-8z' fill='%236a5acd'/%3E",
  red: "%3Cpath d='M5 1h6l4 4v6l-4 4H5l-4-4V5z' fill='%23c0202f'/%3E",
  none: "%3Ccircle cx='8' cy='8' r='6' fill='none' stroke='%23808080' stroke-width='3'/%3E",
};

/** The tab's picture, by verdict; null: none yet. Never throws. */
export const icon = (verdict: Verdict | null): Html => {
  const address = `data:image/svg+xml,%3Csvg xmlns='http://www.w3.org/2000/svg' viewBox='0 0 16 16'%3E${icons[verdict ?? "none"]}%3C/svg%3E`;
  return html`<link rel="icon" href="${address}">`;
};
