// Opens pages in Debian's Chromium and writes what it saw of each to FOLDER/told.json; pictures and prints go beside them.
// page-looks.mjs FOLDER: every FOLDER/*.html. Playwright is made for Node, so this is a program of its own.
import { readdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { pathToFileURL } from "node:url";
import { chromium } from "playwright-core";

const [folder = "."] = process.argv.slice(2);
const axe = readFileSync(new URL("../../node_modules/axe-core/axe.min.js", import.meta.url), "utf8");
const widths = [390, 1280];
const colorSchemes = ["light", "dark"];

const browser = await chromium.launch({
  executablePath: "/usr/bin/chromium",
  args: ["--no-sandbox", "--disable-dev-shm-usage", "--disable-gpu", "--force-color-profile=srgb"],
});

/** A page whose requests are noted and, but for the file itself, refused. */
const open = async (address, options) => {
  const context = await browser.newContext(options);
  const page = await context.newPage();
  const seen = { console: [], requests: [] };
  page.on("console", (message) => seen.console.push(`${message.type()}: ${message.text()}`));
  page.on("pageerror", (error) => seen.console.push(`error: ${error.message}`));
  await context.route("**/*", (route) => {
    const url = route.request().url();
    if (url === address || url.startsWith("data:")) return route.continue();
    seen.requests.push(url);
    return route.abort();
  });
  await page.goto(address, { waitUntil: "load" });
  return { context, page, seen };
};

const faultsOf = async (page) => {
  const { violations } = await page.evaluate(() => globalThis.axe.run(document, { resultTypes: ["violations"] }));
  return violations.map(({ id, impact, nodes }) => {
    const where = nodes.slice(0, 3).map(({ html, any }) => `${html.slice(0, 160)} ${any[0]?.message ?? ""}`);
    return { id, impact, count: nodes.length, where };
  });
};

const widthOf = (page) =>
  page.evaluate(() => {
    const { scrollWidth, clientWidth } = document.documentElement;
    const wide = [...document.querySelectorAll("body *")].filter(
      (each) => !each.closest("svg, .skip") && each.getBoundingClientRect().right > clientWidth + 1,
    );
    return { overflow: scrollWidth - clientWidth, wide: wide.slice(0, 5).map((each) => each.outerHTML.slice(0, 120)) };
  });

/** Opens all details, or puts them back as they were. */
const setOpen = (page, isOpen) =>
  page.evaluate((open) => {
    for (const each of document.querySelectorAll("details")) {
      if (open) each.dataset.was = String(each.open);
      each.open = open || each.dataset.was === "true";
    }
  }, isOpen);

/** The page at each width. */
const looksIn = async (colorScheme, address, name) => {
  const { context, page, seen } = await open(address, { colorScheme });
  const looks = [];
  for (const width of widths) {
    await page.setViewportSize({ width, height: 900 });
    await page.screenshot({ path: join(folder, `${name}-${width}-${colorScheme}.png`), fullPage: true });
    // With everything open: what is closed has nothing to find.
    if (looks.length === 0) await page.evaluate(axe);
    await setOpen(page, true);
    const background = await page.evaluate(() => getComputedStyle(document.body).backgroundColor);
    looks.push({ width, colorScheme, background, ...(await widthOf(page)), faults: await faultsOf(page) });
    await setOpen(page, false);
  }
  const title = await page.title();
  await context.close();
  return { title, looks, ...seen };
};

/** Light and dark beside each other: axe-core keeps a processor busy. */
const looksAt = async (address, name) => {
  const [light, dark] = await Promise.all(colorSchemes.map((each) => looksIn(each, address, name)));
  return {
    title: light.title,
    looks: [...light.looks, ...dark.looks],
    console: [...light.console, ...dark.console],
    requests: [...light.requests, ...dark.requests],
  };
};

/** Without scripts: what can be read, what the keyboard reaches, what it prints. */
const plainLook = async (address, name) => {
  const { context, page, seen } = await open(address, {
    javaScriptEnabled: false,
    colorScheme: "dark",
    viewport: { width: 1280, height: 900 },
  });
  const words = await page.evaluate(() => document.body.textContent ?? "");
  await page.keyboard.press("Tab");
  const focus = await page.evaluate(() => {
    const each = document.activeElement ?? document.body;
    const { outlineStyle, outlineWidth } = getComputedStyle(each);
    return {
      text: each.textContent?.slice(0, 60),
      left: each.getBoundingClientRect().left,
      outlineStyle,
      outlineWidth,
    };
  });
  await page.pdf({ path: join(folder, `${name}.pdf`), format: "A4" });
  await page.emulateMedia({ media: "print" });
  const print = await page.evaluate(() => ({
    background: getComputedStyle(document.body).backgroundColor,
    hidden: [...document.querySelectorAll("details *")].filter(
      (each) => !each.closest("svg") && !each.checkVisibility(),
    ).length,
  }));
  await context.close();
  return { words, focus, print, ...seen };
};

const told = {};
await Promise.all(
  readdirSync(folder)
    .filter((each) => each.endsWith(".html"))
    .map(async (file) => {
      const name = file.replace(/\.html$/u, "");
      const address = pathToFileURL(join(folder, file)).href;
      told[name] = { ...(await looksAt(address, name)), plain: await plainLook(address, name) };
    }),
);
await browser.close();
writeFileSync(join(folder, "told.json"), JSON.stringify(told));
