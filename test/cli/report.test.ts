import { afterEach, beforeEach, describe, expect, test } from "bun:test";
import { execFileSync } from "node:child_process";
import { chmodSync, mkdtempSync, readFileSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { Flags } from "../../src/cli/cli.ts";
import { reportCommand } from "../../src/cli/report.ts";
import { linkReport } from "../../src/cli/report-link.ts";
import { writePage } from "../../src/cli/report-write.ts";
import type { RecentLog } from "../../src/heal/recent-log.ts";
import { createFiles } from "../../src/host/files.ts";
import type { Host } from "../../src/host/host.ts";
import type { Paths } from "../../src/paths.ts";
import { renderPage } from "../../src/report/html.ts";
import type { Page } from "../../src/report/page.ts";
import { writeSealed } from "../../src/state/sealed.ts";
import { createFakeHost } from "../fake-host.ts";
import { configText, createTickBed, flags, paths, type TickBed } from "../tick-bed.ts";

const file = "/srv/dogwatch.html";
const withReport = `${configText}report: ${file}\n`;
const walled: Paths = { ...paths, helper: "/var/lib/dogwatch-heal" };
const pageFile = `${paths.state}/report.html`;

const createBed = (config = withReport, mine: Paths = paths): TickBed => {
  const bed = createTickBed(config, mine);
  bed.host.files.makeFolder("/srv", 0o755);
  bed.host.files.makeFolder(mine.helper, 0o750);
  return bed;
};

/** What `report` gives. */
const report = async (
  bed: TickBed,
  change: Partial<Flags> = {},
  mine: Paths = paths,
): Promise<{ readonly exit: number; readonly out: string; readonly err: string }> => {
  Object.assign(bed.host.terminal, { stdout: "", stderr: "" });
  const exit = await reportCommand({ host: bed.host, paths: mine, flags: { ...flags, ...change }, words: [] });
  return { exit, out: bed.host.terminal.stdout, err: bed.host.terminal.stderr };
};

const pageOf = async (bed: TickBed, mine: Paths = paths): Promise<Page> =>
  JSON.parse((await report(bed, { isJson: true }, mine)).out);

/** The order in which things happen. */
const traced = (bed: TickBed): string[] => {
  const seen: string[] = [];
  bed.host.files.onChange = (method, path) => seen.push(`${method} ${path.split("/").at(-1)}`);
  const { script } = bed.host.http;
  bed.host.http.script = (request) => {
    if (request.for.startsWith("chat")) seen.push("chat");
    return script(request);
  };
  return seen;
};

describe("tick with report: FILE", () => {
  test("tick() writes the page when all else is done: the chat told, the state on disk", async () => {
    const bed = createBed();
    await bed.tick();
    bed.kill();
    const seen = traced(bed);
    await bed.tick();
    const at = seen.indexOf("replace dogwatch.html");
    expect(at).toBeGreaterThan(seen.lastIndexOf("chat"));
    expect(at).toBeGreaterThan(seen.lastIndexOf("replace state.json"));
    expect(bed.host.files.text(file)).toStartWith("<!doctype html>");
    expect(bed.host.files.stat(file)).toMatchObject({ mode: 0o640 });
  });

  test("tick() shows an incident and its heal in the page of the very tick", async () => {
    const bed = createBed();
    await bed.tick();
    bed.kill();
    await bed.tick();
    for (const word of [
      "incident.opened",
      "heal.dispatched",
      "/usr/bin/systemctl",
      "heal.proved",
      "incident.resolved",
    ]) {
      const steps = (await pageOf(bed)).incidents[0]?.steps ?? [];
      expect(JSON.stringify(steps)).toContain(word);
    }
    expect(bed.host.files.text(file)).toContain("gateway.service");
  });

  test("tick() makes none in a dry run, and none where none is asked for", async () => {
    const bed = createBed();
    await bed.tick({ isDryRun: true });
    expect(bed.host.files.text(file)).toBeUndefined();
    const plain = createBed(configText);
    await plain.tick();
    expect(plain.host.files.paths().filter((path) => /report|story|checked/u.test(path))).toEqual([]);
  });

  test("tick() reads the log for it only when the log has moved, or a day is over", async () => {
    const bed = createBed();
    bed.kill();
    await bed.tick();
    const seen = traced(bed);
    await bed.tick();
    expect(seen.filter((each) => each.endsWith(" story.json"))).toEqual([]);
    bed.host.clock.advance(86_400_000);
    await bed.tick();
    expect(seen.filter((each) => each.endsWith(" story.json"))).toEqual(["replace story.json"]);
  });

  const faults: readonly { readonly name: string; readonly spoil: (bed: TickBed) => void; readonly why: string }[] = [
    {
      name: "a full disk, and leaves the old page whole",
      spoil: (bed) => void bed.host.files.fail("replace", /dogwatch\.html/u, "ENOSPC"),
      why: "no space left on device",
    },
    { name: "a pipe in its place", spoil: (bed) => bed.host.files.putPipe(file), why: "it is no regular file" },
    {
      name: "another's file in its place",
      spoil: (bed) => bed.host.files.put(file, "", { uid: 1000 }),
      why: "it belongs to another user",
    },
    {
      name: "something else in its place",
      spoil: (bed) => bed.host.files.put(file, "root:x:0:0"),
      why: "it is no page of dogwatch: remove it, or name another",
    },
  ];
  for (const { name, spoil, why } of faults)
    test(`tick() is not failed by ${name}`, async () => {
      const bed = createBed();
      await bed.tick();
      spoil(bed);
      const before = bed.host.files.text(file);
      const { exit, out } = await bed.tick();
      expect(exit).toBe(0);
      expect(out).toContain(`cannot write the report "${file}": ${why}`);
      expect(bed.host.files.text(file)).toBe(before);
    });

  test("tick() is not failed by a log that it can't read: the page says so", async () => {
    const bed = createBed();
    bed.kill();
    await bed.tick();
    bed.host.files.remove(`${paths.state}/story.json`);
    bed.host.files.remove(`${paths.state}/log-checked.json`);
    bed.host.files.fail("readAt", /heal\.jsonl/u, "EACCES");
    expect(await bed.tick()).toMatchObject({ exit: 0 });
    expect(bed.host.files.text(file)).toContain("permission denied");
  });

  test("tick() behind the wall leaves the page in its own folder", async () => {
    const bed = createBed(withReport, walled);
    await bed.tick();
    expect(bed.host.files.text(pageFile)).toStartWith("<!doctype html>");
    expect(bed.host.files.text(file)).toBeUndefined();
  });
});

describe("the watcher's page behind the wall", () => {
  const story: RecentLog = {
    entries: [],
    isCut: false,
    check: { kind: "whole", lines: 7, head: "7:9f3a", checkedAt: "2026-11-23T02:00:00.000Z", notes: [] },
  };
  const byHelper: Paths = { ...walled, socket: "/run/dogwatch-heal.sock" };

  /** A helper that answers what it is asked; gives the requests. */
  const listen = (bed: TickBed, answer: () => RecentLog | undefined): string[] => {
    const asked: string[] = [];
    bed.host.peers.connect = async () => {
      const said: string[] = [];
      const besides = { head: null, notes: [], trouble: null };
      return {
        send: async (line) => {
          const request = JSON.parse(line).do;
          asked.push(request);
          const told = answer();
          if (request !== "story") said.push(JSON.stringify({ is: "noted", ...besides }));
          else if (told !== undefined) said.push(JSON.stringify({ is: "story", story: told, ...besides }));
          else said.push(JSON.stringify({ is: "failed", code: "EIO", why: "i/o error", ...besides }));
          return true;
        },
        next: async () => {
          const text = said.shift();
          return text === undefined ? { kind: "end" } : { kind: "line", text };
        },
        close: () => undefined,
      };
    };
    return asked;
  };

  test("tick() asks the helper for the log once while its head and the day are the same", async () => {
    const bed = createBed(withReport, byHelper);
    const asked = listen(bed, () => story);
    await bed.tick();
    await bed.tick();
    expect(asked.filter((word) => word === "story")).toHaveLength(1);
    bed.host.clock.advance(86_400_000);
    await bed.tick();
    expect(asked.filter((word) => word === "story")).toHaveLength(2);
  });

  test("tick() says in the page whose word the check of the log is", async () => {
    const bed = createBed(withReport, byHelper);
    listen(bed, () => story);
    await bed.tick();
    expect(bed.host.files.text(pageFile)).toContain("The root helper checked it");
    const page = await pageOf(bed, byHelper);
    expect(page.log).toMatchObject({ kind: "whole", lines: 7 });
    expect(JSON.stringify(page.log)).toContain("sudo dogwatch log verify");
  });

  test("tick() shows the log as it was told last where the helper can't tell it, and says so", async () => {
    const bed = createBed(withReport, byHelper);
    let told: RecentLog | undefined = story;
    listen(bed, () => told);
    await bed.tick();
    told = undefined;
    const page = await pageOf(bed, byHelper);
    expect(page.log).toMatchObject({ kind: "whole", lines: 7 });
    expect(page.notes).toContain(
      "the heal log is shown as it was told last, not as it is: the heal helper gave no log: i/o error",
    );
  });

  test("tick() makes a page without the log where nobody has told it yet", async () => {
    const bed = createBed(withReport, byHelper);
    listen(bed, () => undefined);
    expect(await bed.tick()).toMatchObject({ exit: 0 });
    const page = await pageOf(bed, byHelper);
    expect(page.log).toEqual({ kind: "unchecked", why: "the heal helper gave no log: i/o error", head: null });
  });
});

describe("reportCommand()", () => {
  test("reportCommand() makes a page where no tick was yet, and where state and log are gone", async () => {
    const bed = createBed(configText);
    const { exit, out } = await report(bed);
    expect([exit, out.slice(0, 15)]).toEqual([0, "<!doctype html>"]);
    expect(await pageOf(bed)).toMatchObject({ tick: null, verdict: null, checks: [], log: { kind: "none" } });
  });

  test("reportCommand() names the card that the message names", async () => {
    const bed = createBed(configText.replace("mode: apply", "mode: observe").replace("    card: gateway-down\n", ""));
    await bed.tick();
    bed.kill();
    await bed.tick();
    const [red] = (await pageOf(bed)).checks.filter(({ verdict }) => verdict === "red");
    expect(red?.card).toBe("unit-down");
    expect(bed.received.join("\n")).toContain("dogwatch card unit-down");
  });

  test("reportCommand() verifies the log itself and at once, whatever was checked before", async () => {
    const bed = createBed();
    bed.kill();
    await bed.tick();
    bed.host.files.put(paths.logFile, (bed.host.files.text(paths.logFile) ?? "").replace("watcher", "wetcher"));
    expect((await pageOf(bed)).log).toMatchObject({ kind: "faulty" });
  });

  test("reportCommand() says in the page that the config can't be used, that dogwatch is ill and what is silenced", async () => {
    const bed = createBed();
    await bed.tick();
    bed.host.files.put(paths.config, "chat: nobody\n");
    await bed.tick();
    const page = await pageOf(bed);
    expect(page.host).toBe("web-1");
    expect(page.checks.map(({ name, kind }) => [name, kind])).toEqual([
      ["unit", "unit"],
      ["gateway", "http"],
    ]);
    expect(page.notes.some((note) => note.startsWith("the config can't be used"))).toBe(true);
    expect(page.notes.some((note) => note.startsWith("dogwatch is ill (status 78)"))).toBe(true);
    expect(page.egress.destinations.length).toBeGreaterThan(0);
  });

  test("reportCommand() says that a broken state is lost, and changes nothing", async () => {
    const bed = createBed();
    await bed.tick();
    bed.host.files.put(`${paths.state}/state.json`, "{");
    const before = bed.files();
    const page = await pageOf(bed);
    expect(page.notes[0]).toContain("is broken");
    expect(bed.files()).toEqual(before);
  });

  test("reportCommand() says that it may not read the state", async () => {
    const bed = createBed();
    await bed.tick();
    bed.host.files.fail("read", /state\.json/u, "EACCES");
    const { exit, err } = await report(bed);
    expect([exit, err]).toEqual([
      74,
      'dogwatch: cannot read "/var/lib/dogwatch/state.json": permission denied\n  Run: sudo dogwatch report, or join the group "dogwatch".\n',
    ]);
  });

  test("reportCommand() writes a file with -o, and refuses what isn't a page", async () => {
    const bed = createBed();
    await bed.tick();
    expect(await report(bed, { output: "/srv/mine.html" })).toEqual({ exit: 0, out: "", err: "" });
    expect(bed.host.files.text("/srv/mine.html")).toStartWith("<!doctype html>");
    expect(await report(bed, { output: "/srv/mine.html" })).toMatchObject({ exit: 0 });
    expect(await report(bed, { output: paths.config })).toMatchObject({ exit: 73 });
    bed.host.files.fail("replace", /mine/u, "ENOSPC");
    expect(await report(bed, { output: "/srv/mine.html" })).toEqual({
      exit: 74,
      out: "",
      err: 'dogwatch: cannot write "/srv/mine.html": no space left on device\n  Without -o the page goes to standard output.\n',
    });
  });

  test("reportCommand() of root behind the wall lets a child that becomes the watcher make the page", async () => {
    const bed = createBed(withReport, walled);
    Object.assign(bed.host, { userOf: () => "dogwatch" });
    bed.host.exec.script = () => ({ kind: "exited", status: 0, stdout: "<!doctype html>dogwatch", stderr: "" });
    expect(await report(bed, { output: "/srv/mine.html" }, walled)).toMatchObject({ exit: 0 });
    expect(bed.host.exec.ran).toMatchObject([
      { argv: ["/usr/bin/dogwatch", "report", "--config", paths.config], user: "dogwatch" },
    ]);
    expect(bed.host.files.text("/srv/mine.html")).toBe("<!doctype html>dogwatch");
    bed.host.exec.script = () => ({ kind: "exited", status: 70, stdout: "", stderr: "a bug\n" });
    expect((await report(bed, { output: "/srv/mine.html" }, walled)).err).toContain('as "dogwatch": a bug');
  });

  for (const [change, what] of [
    [{ isLink: true, output: "/srv/x" }, "--link and -o exclude each other"],
    [{ isLink: true, isJson: true }, "--link and --json exclude each other"],
  ] as const)
    test(`reportCommand() says that ${what}`, async () => {
      const { exit, err } = await report(createBed(), change);
      expect([exit, err]).toEqual([64, `dogwatch: ${what}\n  Run: dogwatch report --help\n`]);
    });
});

describe("on a real disk", () => {
  let folder: string;
  let host: Host;

  beforeEach(() => {
    folder = mkdtempSync(join(tmpdir(), "dogwatch-report-"));
    host = { ...createFakeHost({ uid: process.geteuid?.() ?? 0 }), files: createFiles() };
  });
  afterEach(() => rmSync(folder, { recursive: true }));

  const page: Page = {
    ...{ host: "web-1", version: "0", at: "2026-11-26T00:00:00.000Z", tick: null, verdict: null, checks: [] },
    ...{ incidents: [], olderIncidents: 0, others: [], log: { kind: "none" }, silences: [], outbox: 0, notes: [] },
    egress: { destinations: [], programs: [], sockets: [] },
  };

  for (const [name, text] of [
    ["a page", renderPage(page)],
    ["a page as JSON", JSON.stringify(page)],
    ["an empty file", ""],
  ] as const)
    test(`writePage() replaces ${name} of ours, and keeps its mode`, () => {
      const path = join(folder, "page.html");
      writeFileSync(path, text);
      chmodSync(path, 0o644);
      expect(writePage(host, path, "new")).toEqual({ kind: "done" });
      expect(readFileSync(path, "utf8")).toBe("new");
      expect(host.files.stat(path)).toMatchObject({ mode: 0o644 });
    });

  test("writePage() follows no link, to nowhere either, and opens no pipe", () => {
    writeFileSync(join(folder, "target"), "");
    for (const [name, target] of [
      ["one", "target"],
      ["two", "nowhere"],
    ] as const) {
      symlinkSync(join(folder, target), join(folder, name));
      expect(writePage(host, join(folder, name), "new")).toMatchObject({ why: "it is a link: name the file itself" });
    }
    expect(readFileSync(join(folder, "target"), "utf8")).toBe("");
    execFileSync("/usr/bin/mkfifo", [join(folder, "pipe")]);
    expect(writePage(host, join(folder, "pipe"), "new")).toMatchObject({ why: "it is no regular file" });
    expect(writePage(host, folder, "new")).toMatchObject({ why: "it is no regular file" });
  });

  const linked = async (
    link: string,
  ): Promise<{ readonly exit: number; readonly out: string; readonly err: string }> => {
    const fake = createFakeHost();
    fake.files.put(paths.config, `chat: console\nchecks:\n  a: { process: { name: b } }\nreport: ${link}\n`);
    const { link: make, linkTarget } = createFiles();
    const machine = { ...fake, files: { ...fake.files, link: make, linkTarget } };
    const exit = await linkReport({ host: machine, paths: { ...walled, state: folder }, flags, words: [] });
    return { exit, out: fake.terminal.stdout, err: fake.terminal.stderr };
  };

  test("linkReport() leads the config's path to the watcher's page, and finds it right the next time", async () => {
    const link = join(folder, "www.html");
    expect(await linked(link)).toEqual({
      exit: 0,
      out: `${link} -> ${folder}/report.html\n  a web server may read it: sudo usermod -aG dogwatch www-data, then restart it\n`,
      err: "",
    });
    expect(await linked(link)).toEqual({ exit: 0, out: `${link} leads to the page of each tick already\n`, err: "" });
  });

  test("linkReport() goes by root's own config, whatever the watcher keeps of it", async () => {
    const fake = createFakeHost();
    const lie = { key: "", config: { report: join(folder, "chosen.sh") }, keepables: [], accounts: {}, recipes: {} };
    const kept = { version: 1, ...lie };
    fake.files.put(
      paths.config,
      `chat: console\nchecks:\n  a: { process: { name: b } }\nreport: ${join(folder, "x.html")}\n`,
    );
    const key = `${fake.sha256(fake.files.text(paths.config) ?? "")}/unknown/web-1`;
    writeSealed(fake, `${walled.state}/config.json`, { ...kept, key }, 0o640);
    const links: string[] = [];
    const link: Host["files"]["link"] = (_, path) => {
      links.push(path);
      return { kind: "done" };
    };
    const files = { ...fake.files, link };
    await linkReport({ host: { ...fake, files }, paths: walled, flags, words: [] });
    expect(links).toEqual([join(folder, "x.html")]);
  });

  test("linkReport() follows nobody else's link on its way", async () => {
    const link = "/srv/www/html/page.html";
    const fake = createFakeHost();
    fake.files.put(paths.config, `chat: console\nchecks:\n  a: { process: { name: b } }\nreport: ${link}\n`);
    const usual = fake.files.stat(paths.config);
    if ("kind" in usual) throw new Error(usual.why);
    fake.files.stat = (
      (before) => (path: string) =>
        path === "/srv/www" ? { ...usual, isFile: false, isLink: true, uid: 33 } : before(path)
    )(fake.files.stat);
    expect(await linkReport({ host: fake, paths: walled, flags, words: [] })).toBe(73);
    expect(fake.terminal.stderr).toContain("\"/srv/www\" is a link that isn't root's");
  });

  test("linkReport() replaces nothing that stands there", async () => {
    const link = join(folder, "www.html");
    writeFileSync(link, "somebody's");
    expect(await linked(link)).toMatchObject({ exit: 73, err: expect.stringContaining("something else stands there") });
    expect(readFileSync(link, "utf8")).toBe("somebody's");
  });

  test("linkReport() says where the folder is missing", async () => {
    const { exit, err } = await linked(join(folder, "no", "www.html"));
    expect([exit, ...err.split("\n").slice(0, 2)]).toEqual([
      73,
      `dogwatch: cannot link "${folder}/no/www.html": its folder is not there`,
      `  Run: sudo mkdir -p ${folder}/no; sudo dogwatch report --link`,
    ]);
  });
});
