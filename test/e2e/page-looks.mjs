// Opens pages in Debian's Chromium and says what it saw of each, as JSON. Playwright is made for Node, so this is a program of its own.
// page-looks.mjs FOLDER: every FOLDER/*.html; pictures and prints go beside them.
import { readdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { pathToFileURL } from "node:url";
import { chromium } from "playwright-core";

const [folder = "."] = process.argv.slice(2);
const axe = readFileSync(new URL("../../node_modules/axe-core/axe.min.js", import.meta.url), "utf8");
const views = [
  { width: 390, height: 844, colorScheme: "light" },
  { width: 390, height: 844, colorScheme: "dark" },
  { width: 1280, height: 900, colorScheme: "light" },
  { width: 1280, height: 900, colorScheme: "dark" },
];

const browser = await chromium.launch({
  executablePath: "/usr/bin/chromium",
  args: ["--no-sandbox", "--disable-dev-shm-usage", "--disable-gpu", "--force-color-profile=srgb"],
});

/** A page of its own context, whose requests are counted and, but for the file itself, refused. */
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
  await page.evaluate(axe);
  const { violations } = await page.evaluate(() =>
    globalThis.axe.run(document, { resultTypes: ["violations"], iframes: false }),
  );
  return violations.map(({ id, impact, nodes }) => ({
    id,
    impact,
    count: nodes.length,
    where: nodes.slice(0, 3).map(({ html, any }) => `${html.slice(0, 160)} ${any[0]?.message ?? ""}`),
  }));
};

const overflowOf = (page) =>
  page.evaluate(() => {
    const { scrollWidth, clientWidth } = document.documentElement;
    const wide = [...document.querySelectorAll("body *")].filter(
      (each) => !each.closest("svg, .skip") && each.getBoundingClientRect().right > clientWidth + 1,
    );
    return {
      over: scrollWidth - clientWidth,
      wide: wide.slice(0, 5).map((each) => `${each.tagName} ${each.className} ${each.textContent.slice(0, 60)}`),
    };
  });

const viewed = async (file, name, view) => {
  const { colorScheme, width, height } = view;
  const { context, page, seen } = await open(file, { colorScheme, viewport: { width, height } });
  await page.screenshot({ path: join(folder, `${name}-${width}-${colorScheme}.png`), fullPage: true });
  const told = {
    width,
    colorScheme,
    title: await page.title(),
    ...(await overflowOf(page)),
    faults: await faultsOf(page),
  };
  await context.close();
  return { ...told, ...seen };
};

/** Without scripts: what can be read, what the keyboard reaches, and the print. */
const plain = async (file, name) => {
  const { context, page, seen } = await open(file, {
    javaScriptEnabled: false,
    viewport: { width: 1280, height: 900 },
  });
  const text = await page.locator("body").innerText();
  await page.keyboard.press("Tab");
  const first = await page.locator(":focus").innerText();
  const outline = await page.locator(":focus").evaluate((each) => getComputedStyle(each).outlineStyle);
  await page.pdf({ path: join(folder, `${name}.pdf`), format: "A4" });
  await page.emulateMedia({ media: "print", colorScheme: "dark" });
  const print = await page.evaluate(() => ({
    background: getComputedStyle(document.body).backgroundColor,
    hidden: [...document.querySelectorAll("details *")].filter(
      (each) => !each.closest("svg") && !each.checkVisibility({ contentVisibilityAuto: true }),
    ).length,
    stories: document.querySelectorAll(".story").length,
  }));
  await context.close();
  return { text, first, outline, print, ...seen };
};

const told = {};
for (const file of readdirSync(folder).filter((each) => each.endsWith(".html"))) {
  const name = file.replace(/\.html$/u, "");
  const address = pathToFileURL(join(folder, file)).href;
  const looks = [];
  for (const view of views) looks.push(await viewed(address, name, view));
  told[name] = { looks, plain: await plain(address, name) };
}
await browser.close();
writeFileSync(join(folder, "told.json"), JSON.stringify(told));
