import type { Page } from "./page.ts";

/** Draws a page; a stand-in until the real one is merged. Pure. */
export const renderPage = (page: Page): string =>
  `<!doctype html><meta name="generator" content="dogwatch"><pre>${JSON.stringify(page).replaceAll("<", "&lt;")}</pre>\n`;
