import { afterAll, beforeAll, describe, expect, test } from "bun:test";
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { array, object, parse, string } from "valibot";
import { Bed, describeOnBed, until } from "./bed.ts";
import { unpack, unpacked } from "./watched.ts";

const rules = `${import.meta.dir}/../../conf/prometheus/dogwatch.rules.yml`;
const ruleTests = `${import.meta.dir}/../fixtures/prometheus/rules-test.yml`;

const promtool = (argv: readonly string[], stdin = ""): { readonly status: number; readonly said: string } => {
  const ran = Bun.spawnSync(["/usr/bin/promtool", ...argv], { stdin: new TextEncoder().encode(stdin) });
  return { status: ran.exitCode, said: `${ran.stdout}${ran.stderr}` };
};

describe("promtool of Debian", () => {
  const folder = mkdtempSync(join(tmpdir(), "dogwatch-rules-"));
  afterAll(() => rmSync(folder, { recursive: true }));

  test("promtool check rules finds no fault in the rules that ship, by its linter neither", () => {
    const { status, said } = promtool(["check", "rules", "--lint=all", "--lint-fatal", rules]);
    expect([status, said]).toEqual([0, expect.stringMatching(/SUCCESS: \d+ rules found/u)]);
  });

  test("promtool test rules passes: each alert fires when it should and is silent when it shouldn't", () => {
    expect(promtool(["test", "rules", ruleTests])).toMatchObject({ status: 0 });
  });

  const faults = [
    [
      "a red folded under another that is told too",
      "unless on (instance, job, check) dogwatch_check_folded == 1\n",
      "\n",
    ],
    ["a tick that may be late by an hour", "> 15 * 60\n        for: 5m", "> 60 * 60\n        for: 5m"],
    ["a log that may get shorter", "dogwatch_log_sequence < on", "dogwatch_log_sequence > on"],
  ] as const;
  for (const [name, what, broken] of faults)
    test(`promtool test rules is red with ${name}`, () => {
      const text = readFileSync(rules, "utf8");
      expect(text).toContain(what);
      writeFileSync(join(folder, "rules.yml"), text.replace(what, broken));
      const tests = readFileSync(ruleTests, "utf8").replace(/rule_files: \[.*\]/u, "rule_files: [rules.yml]");
      writeFileSync(join(folder, "test.yml"), tests);
      expect(promtool(["test", "rules", join(folder, "test.yml")]).status).not.toBe(0);
    });

  test("every query of the dashboard is PromQL that Prometheus reads", () => {
    const shape = object({ panels: array(object({ targets: array(object({ expr: string() })) })) });
    const { panels } = parse(shape, JSON.parse(readFileSync("conf/grafana/dogwatch.json", "utf8")));
    const exprs = panels.flatMap(({ targets }) => targets.map(({ expr }) => expr));
    const records = exprs.map((expr, at) => ({ record: `dashboard:query_${at}:now`, expr }));
    writeFileSync(join(folder, "dashboard.yml"), JSON.stringify({ groups: [{ name: "dashboard", rules: records }] }));
    const { status, said } = promtool(["check", "rules", join(folder, "dashboard.yml")]);
    expect([status, said]).toEqual([0, expect.stringContaining(`SUCCESS: ${exprs.length} rules found`)]);
  });
});

const link = "/var/lib/prometheus/node-exporter/dogwatch.prom";
const file = "/var/lib/dogwatch/dogwatch.prom";
const toJoin = "sudo usermod -aG dogwatch prometheus; sudo systemctl restart prometheus-node-exporter";

/** Prometheus with the rules that ship, but for how long they wait: a test can't. */
const serverConfig = `global: { scrape_interval: 1s, evaluation_interval: 1s }
rule_files: [/run/e2e/rules.yml]
scrape_configs:
  - { job_name: node, static_configs: [{ targets: ["127.0.0.1:9100"] }] }
`;

describeOnBed("the metrics under node_exporter and Prometheus", () => {
  let bed: Bed;
  let said = "";
  const sh = (script: string): Promise<string> => bed.sh(script, { timeoutMs: 60_000 });
  /** What the exporter serves, once it has this in it. */
  const served = (what: string): Promise<string> =>
    until(`"${what}" from node_exporter`, async () => {
      const text = await sh("curl -s http://127.0.0.1:9100/metrics || true");
      // A whole line: words of a HELP may begin as the sample does.
      return text.split("\n").includes(what) ? text : undefined;
    });
  const firing = async (): Promise<readonly string[]> => {
    const answer = await sh(
      "curl -s 'http://127.0.0.1:9090/api/v1/query?query=ALERTS%7Balertstate=%22firing%22%7D' || true",
    );
    return [...answer.matchAll(/"alertname":"(\w+)"/gu)].map(([, name = ""]) => name);
  };
  const counted = async (query: string): Promise<string | undefined> => {
    const answer = await sh(`curl -s -G http://127.0.0.1:9090/api/v1/query --data-urlencode '${query}' || true`);
    return /"value":\[[^,]+,"([^"]+)"\]/u.exec(answer)?.[1];
  };

  beforeAll(async () => {
    bed = await Bed.up("metrics");
    await unpack(bed);
    await bed.write("/etc/default/prometheus-node-exporter", 'ARGS="--web.listen-address=127.0.0.1:9100"\n');
    said = await bed.run([`${unpacked}/install.sh`], { timeoutMs: 120_000 });
    await sh("systemctl stop dogwatch.timer");
  }, 120_000);
  afterAll(() => bed?.down(), 30_000);

  test("install.sh makes the link, and says what the exporter's user lacks", async () => {
    expect(await sh(`readlink ${link}`)).toBe(`${file}\n`);
    expect(said).toContain(toJoin);
    expect(await sh(`stat -c '%U:%G %a' ${file}`)).toBe("dogwatch:dogwatch 640\n");
    await sh("systemctl start prometheus-node-exporter");
    expect(await served("node_textfile_scrape_error 1")).not.toContain("dogwatch_ill");
  }, 60_000);

  test("node_exporter serves the file as it stands, once its user is in the group, and promtool finds no fault in it", async () => {
    await sh(
      "usermod -aG dogwatch prometheus; systemctl restart prometheus-node-exporter; systemctl start dogwatch.service",
    );
    const text = await served("dogwatch_ill 0");
    expect(text).toContain("node_textfile_scrape_error 0");
    expect(text).toMatch(
      /^node_textfile_mtime_seconds\{file="\/var\/lib\/prometheus\/node-exporter\/dogwatch\.prom"\}/mu,
    );
    const written = await bed.read(file);
    const series = written.split("\n").filter((line) => line !== "" && !line.startsWith("#"));
    const names = new Set(series.map((line) => line.replace(/ \S+$/u, "")));
    const seen = new Set(text.split("\n").map((line) => line.replace(/ \S+$/u, "")));
    expect([...names].filter((name) => !seen.has(name) && !name.includes('card=""'))).toEqual([]);
    expect(promtool(["check", "metrics"], written)).toEqual({ status: 0, said: "" });
    const again = await bed.run([`${unpacked}/install.sh`], { timeoutMs: 120_000 });
    expect(again).not.toContain(toJoin);
    await sh("systemctl stop dogwatch.timer");
  }, 90_000);

  test("a real Prometheus takes them, fires DogwatchStale for a tick that is long ago, and ends it with the next one", async () => {
    const quick = readFileSync(rules, "utf8").replace(/for: \d+m/gu, "for: 1s");
    await bed.write("/run/e2e/rules.yml", quick);
    await bed.write("/run/e2e/prometheus.yml", serverConfig);
    await sh(`install -d -o prometheus /run/e2e/tsdb
      systemd-run -q -u e2e-prometheus -p User=prometheus /usr/bin/prometheus --config.file=/run/e2e/prometheus.yml \
        --storage.tsdb.path=/run/e2e/tsdb --web.listen-address=127.0.0.1:9090`);
    await until("a verdict in Prometheus", async () =>
      (await counted('query=sum(dogwatch_verdict{verdict="green"})')) === "1" ? true : undefined,
    );
    expect(await firing()).toEqual([]);
    await sh(
      `sed -i -E 's/^(dogwatch_tick_last_finished_timestamp_seconds) .*/\\1 '$(($(date +%s) - 3600))'/' ${file}`,
    );
    await until("DogwatchStale", async () => ((await firing()).includes("DogwatchStale") ? true : undefined));
    expect(await firing()).toEqual(["DogwatchStale"]);
    await sh("systemctl start dogwatch.service");
    await until("its end", async () => ((await firing()).length === 0 ? true : undefined));
    await sh("systemctl stop e2e-prometheus");
  }, 90_000);

  test("a config that can't be used is told as an illness, without a verdict", async () => {
    await sh("cp /etc/dogwatch/dogwatch.yaml /run/e2e/good; echo 'confrim: 1s' >>/etc/dogwatch/dogwatch.yaml");
    await bed.exec(["/usr/bin/systemctl", "start", "dogwatch.service"]);
    const text = await served("dogwatch_ill 1");
    expect(text).toContain("dogwatch_tick_exit_status 78");
    expect(text).not.toMatch(/^dogwatch_(verdict|check_)/mu);
    await sh("cp /run/e2e/good /etc/dogwatch/dogwatch.yaml; systemctl start dogwatch.service");
    await served("dogwatch_ill 0");
  }, 60_000);

  test("a tick that is killed is told as well", async () => {
    await bed.write(
      "/run/systemd/system/dogwatch.service.d/e2e.conf",
      "[Service]\nExecStart=\nExecStart=/bin/sh -c 'kill -9 $$$$'\n",
    );
    await sh("systemctl daemon-reload; systemctl start dogwatch.service || true");
    expect(await served("dogwatch_ill 1")).toContain("dogwatch_tick_exit_status -1");
    await sh("rm -r /run/systemd/system/dogwatch.service.d; systemctl daemon-reload");
  }, 60_000);

  test("install.sh --uninstall takes its own links away, and leaves what somebody else put there", async () => {
    await sh("echo 'report: /srv/dogwatch.html' >>/etc/dogwatch/dogwatch.yaml");
    await bed.run([`${unpacked}/install.sh`], { timeoutMs: 120_000 });
    expect(await sh("readlink /srv/dogwatch.html; head -c 15 /srv/dogwatch.html")).toBe(
      "/var/lib/dogwatch/report.html\n<!doctype html>",
    );
    await bed.run([`${unpacked}/install.sh`, "--uninstall"]);
    expect(await sh(`ls -A ${link.slice(0, link.lastIndexOf("/"))}`)).toBe("");
    expect(await sh("ls -A /srv")).not.toContain("dogwatch");
    await sh(`ln -s /etc/hostname ${link}`);
    expect(await bed.run([`${unpacked}/install.sh`], { timeoutMs: 120_000 })).toContain(`${link} is not ours`);
    await bed.run([`${unpacked}/install.sh`, "--uninstall", "--purge"]);
    expect(await sh(`readlink ${link}`)).toBe("/etc/hostname\n");
    expect(await sh("ls -A /srv")).not.toContain("dogwatch");
  }, 120_000);
});
