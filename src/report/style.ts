import base from "./css/base.css" with { type: "text" };
import now from "./css/now.css" with { type: "text" };
import parts from "./css/parts.css" with { type: "text" };
import plots from "./css/plots.css" with { type: "text" };
import print from "./css/print.css" with { type: "text" };
import story from "./css/story.css" with { type: "text" };
import strips from "./css/strips.css" with { type: "text" };

/** The page's style sheet. */
export const css: string = [base, now, parts, strips, plots, story, print].join("");

/** Its hash, by which the page's own policy lets it pass and no other style; a test holds the two together. Source: CSP Level 3, 2.3.1 "hash-source". */
export const cssHash = "sha256-+zEAiOtVC7/wey4Gm3OPPEb9IooxIVKDCvf4jIuIUlw=";
