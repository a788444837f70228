import { beforeAll, expect, test } from "bun:test";
import { describeOnBed } from "./bed.ts";
import { useWatched } from "./watched.ts";

const home = "/home/agents/.hermes";
const token = "123456789:AAHdqTcvCH1vGWJxfSeofSAs0K5PALDsaw";

const checks = `
checks:
  yaml: { drift: { file: ${home}/config.yaml, at: /model/default, want: local-7b }, as: agents }
  closed: { drift: { file: ${home}/config.yaml, at: /model/default, want: local-7b } }
  json: { drift: { file: /opt/settings.json, at: /agents/0/max, want: "<= 4" } }
  toml: { drift: { file: /opt/settings.toml, at: /server/port, want: 18080 } }
  env: { drift: { file: /etc/default/gw, at: /GW_MODE, want: safe } }
  token: { drift: { file: /etc/default/gw, at: /GW_TOKEN, want: changeme } }
  argv: { drift: { process: "gateway[.]mjs 18080 --on-term (\\\\d+)", want: 143 }, severity: red }
  answer: { drift: { http: { url: "http://127.0.0.1:18080/healthz" }, at: /status, want: live } }
  gone: { drift: { file: /opt/no-such-file.yaml, at: /a, want: 1 } }
`;

describeOnBed("drift", () => {
  const watched = useWatched("drift");

  beforeAll(async () => {
    const { bed } = watched();
    await bed.sh("useradd --create-home --shell /bin/bash agents; chmod 0700 /home/agents");
    await bed.write(`${home}/config.yaml`, "model:\n  default: local-7b # as agreed\n");
    await bed.sh("chown -R agents: /home/agents");
    await bed.write("/opt/settings.json", "{\n  // JSON5\n  agents: [{ max: 4 }],\n}\n");
    await bed.write("/opt/settings.toml", "[server]\nport = 18080\n");
    await bed.write("/etc/default/gw", `GW_MODE="safe"\nGW_TOKEN=${token}\n`);
  }, 60_000);

  test("what runs is held against what is documented, in every place, by the compiled binary in its sandbox", async () => {
    const { configure, tick, bed, gateway } = watched();
    await gateway("gw-main", 18080, { options: "--on-term 143" });
    await configure(checks);
    const look = async (): Promise<Readonly<Record<string, object>>> => {
      expect(await tick()).toBe(0);
      return JSON.parse(await bed.run(["/usr/local/bin/dogwatch", "status", "--json"])).checks;
    };
    const first = await look();
    expect(first).toMatchObject({
      yaml: { verdict: "green", evidence: '/model/default is "local-7b", as documented' },
      closed: { verdict: "unknown", evidence: expect.stringContaining("(as: USER)") },
      json: { verdict: "green" },
      toml: { verdict: "green", evidence: "/server/port is 18080, as documented" },
      env: { verdict: "green" },
      token: { verdict: "amber", evidence: "GW_TOKEN is ***, not the documented ***" },
      argv: { verdict: "green" },
      answer: { verdict: "green" },
      gone: { verdict: "amber", evidence: 'there is no file "/opt/no-such-file.yaml"' },
    });
    expect(JSON.stringify(first)).not.toContain(token);

    await bed.sh(`sed -i s/local-7b/gpt-4o/ ${home}/config.yaml; sed -i s/18080/1/ /opt/settings.toml
      sed -i s/143/0/ /etc/systemd/system/gw-main.service; systemctl daemon-reload; systemctl restart gw-main`);
    expect(await look()).toMatchObject({
      yaml: { verdict: "amber", evidence: '/model/default is "gpt-4o", documented is "local-7b"' },
      toml: { verdict: "amber", evidence: "/server/port is 1, documented is 18080" },
      argv: {
        verdict: "red",
        evidence: expect.stringMatching(/^the command line of pid \d+ is 0, documented is 143/u),
      },
    });
  }, 120_000);
});
