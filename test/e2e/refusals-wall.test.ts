import { expect, test } from "bun:test";
import { describeOnBed, nodePath } from "./bed.ts";
import { configText, useWatched, type Watched } from "./watched.ts";

const answersPath = "/opt/answers.mjs";
const toggle = "/run/e2e-toggle";

/** Answers `/409` with 409, and so on; `/toggle` with 500 while the file is there. */
const answers = `import { existsSync } from "node:fs";
import { createServer } from "node:http";
createServer((request, response) => {
  const status = Number(request.url.slice(1)) || (existsSync("${toggle}") ? 500 : 200);
  response.writeHead(status).end();
}).listen(18081, "127.0.0.1");
`;

const unit = (lines: string): string => `[Unit]\n[Service]\n${lines}\n[Install]\nWantedBy=multi-user.target\n`;

/** What each sick unit is like, and how it comes to be so. */
const units: Readonly<Record<string, { readonly text: string; readonly break: string }>> = {
  "gw-starting": {
    text: unit("Type=notify\nTimeoutStartSec=infinity\nExecStart=/bin/sleep infinity"),
    break: "systemctl start --no-block gw-starting",
  },
  "gw-stopping": {
    text: unit("ExecStart=/bin/sleep infinity\nExecStop=/bin/sleep infinity\nTimeoutStopSec=infinity"),
    break: "systemctl start gw-stopping; systemctl stop --no-block gw-stopping",
  },
  "gw-stopped": {
    text: unit("ExecStart=/bin/sleep infinity"),
    break: "systemctl --quiet enable gw-stopped; systemctl start gw-stopped; systemctl stop gw-stopped",
  },
  "gw-config": {
    text: unit("ExecStart=/bin/sh -c 'exit 78'"),
    break:
      "systemctl start gw-config || true; for i in $(seq 50); do systemctl is-failed -q gw-config && break; sleep 0.1; done",
  },
  "gw-queued": {
    text: unit("ExecStart=/bin/sleep infinity").replace("[Unit]", "[Unit]\nAfter=gw-starting.service"),
    break: "systemctl start --no-block gw-queued",
  },
  "gw-masked": { text: "", break: "systemctl --quiet mask gw-masked" },
  "gw-silenced": {
    text: unit("ExecStart=/bin/sleep infinity"),
    break: "systemctl start gw-silenced; systemctl kill -s KILL gw-silenced",
  },
  "gw-fine": { text: unit(`ExecStart=${nodePath()} ${answersPath}`), break: "systemctl start gw-fine" },
};

interface Row {
  readonly check: string;
  readonly unit: string;
  /** The check's own lines; that of its unit where nothing is said. */
  readonly probe?: string;
  readonly why: RegExp;
}

const deaf = `http: { url: "http://127.0.0.1:18082/", timeout: 1s }\n    red_after: 1`;
const at = (path: string): string =>
  `http: { url: "http://127.0.0.1:18081/${path}", timeout: 5s }\n    expect: { status: 200 }\n    red_after: 1`;

const rows: readonly Row[] = [
  { check: "starting", unit: "gw-starting", probe: deaf, why: /"gw-starting\.service" is activating \(start\)/u },
  { check: "stopping", unit: "gw-stopping", probe: deaf, why: /"gw-stopping\.service" is deactivating/u },
  { check: "queued", unit: "gw-queued", probe: deaf, why: /"gw-queued\.service" has a job waiting/u },
  { check: "stopped", unit: "gw-stopped", why: /"gw-stopped\.service" was stopped on purpose/u },
  { check: "config", unit: "gw-config", why: /"restart-unit" is no cure for exit status 78/u },
  { check: "masked", unit: "gw-masked", why: /"gw-masked\.service" is masked/u },
  { check: "missing", unit: "gw-nowhere", why: /there is no unit "gw-nowhere\.service"/u },
  { check: "conflict", unit: "gw-fine", probe: at("409"), why: /is no cure where the evidence says "conflict"/u },
  {
    check: "unauthorized",
    unit: "gw-fine",
    probe: at("401"),
    why: /is no cure where the evidence says "unauthorized"/u,
  },
];

const flapping: Row = {
  check: "flapping",
  unit: "gw-fine",
  probe: at("toggle"),
  why: /"flapping" is flapping: it comes and goes/u,
};
const silenced: Row = {
  check: "silenced",
  unit: "gw-silenced",
  why: /"silenced" is silenced until .* by root: we move it/u,
};

const checkText = ({ check, unit: name, probe }: Row): string =>
  `  ${check}:\n    ${probe ?? `unit: { name: ${name}.service }`}\n`;
const ruleText = ({ check, unit: name }: Row): string =>
  `    - { on: [${check}], recipe: restart-unit, with: { unit: ${name}.service } }\n`;

const configure = async ({ bed, chat }: Watched, mode: string, all: readonly Row[]): Promise<void> => {
  const rest = `checks:\n${all.map(checkText).join("")}heal:\n  mode: ${mode}\n  rules:\n${all.map(ruleText).join("")}`;
  await bed.write("/etc/dogwatch/dogwatch.yaml", configText(chat.api, rest).replace("confirm: 1s", "confirm: 0s"));
  await bed.run(["/usr/local/bin/dogwatch", "validate"]);
};

/** Ticks of the unit, the peer's toggle turned before each. */
const tickOn = async ({ bed }: Watched, count: number): Promise<void> =>
  void (await bed.sh(
    `for i in $(seq ${count}); do
       if test $((i % 2)) = 1; then touch ${toggle}; else rm -f ${toggle}; fi
       systemctl start dogwatch.service
     done`,
    { timeoutMs: 150_000 },
  ));

/** All that would change if somebody had restarted one of them. */
const lives = async ({ bed }: Watched): Promise<string> =>
  await bed.sh(
    `systemctl show -p Id,InvocationID,NRestarts,ActiveState,ExecMainStartTimestampMonotonic ${Object.keys(units).join(" ")}`,
  );

describeOnBed("refusals across the wall", () => {
  const get = useWatched("refusals");

  test("a hundred ticks over all that law 4 leaves alone heal nothing, and each message says why", async () => {
    const host = get();
    const { bed, chat } = host;
    await bed.write(answersPath, answers);
    for (const [name, { text }] of Object.entries(units))
      if (text !== "") await bed.write(`/etc/systemd/system/${name}.service`, text);
    await bed.run(["/usr/bin/systemctl", "daemon-reload"]);
    for (const each of Object.values(units)) await bed.sh(each.break);
    await configure(host, "observe", [flapping]);
    await tickOn(host, 12);
    const before = await lives(host);
    await chat.clear();

    await configure(host, "apply", [...rows, flapping, silenced]);
    await bed.run(["/usr/local/bin/dogwatch", "silence", "add", "silenced", "--for", "2h", "--reason", "we move it"]);
    await tickOn(host, 100);

    expect(await host.count("heal.dispatched")).toBe(0);
    expect(await lives(host)).toBe(before);
    const taken = await chat.taken();
    const flaps = taken.filter(({ head }) => head.startsWith("FLAPPING web-1 · flapping: "));
    expect(flaps.every(({ text }) => text.includes("no heal"))).toBeTrue();
    for (const { check, why } of rows)
      expect(taken.find(({ head }) => head.startsWith(`RED web-1 · ${check}: `))?.text ?? check).toMatch(why);
    for (const { check } of rows) expect(taken.filter(({ head }) => head.includes(`· ${check}:`))).toHaveLength(1);
    expect(taken.filter(({ text }) => text.includes("silenced"))).toEqual([]);
    const plan = await bed.exec(["/usr/local/bin/dogwatch", "tick", "--json"]);
    expect(JSON.parse(plan.out).heal).toMatchObject({
      outcome: "refused",
      why: expect.stringMatching(rows[0]?.why ?? /^$/u),
    });
    const verified = await bed.exec(["/usr/local/bin/dogwatch", "log", "verify"]);
    expect([verified.status, verified.err]).toEqual([0, ""]);
    await configure(host, "observe", [flapping]);
    await bed.sh("systemctl kill -s KILL gw-starting gw-stopping || true; systemctl unmask --quiet gw-masked");
  }, 240_000);
});
