import { describe, expect, test } from "bun:test";
import { execFileSync } from "node:child_process";
import { existsSync, readFileSync, statSync } from "node:fs";
import { join } from "node:path";
import { listen } from "../host/http-bed.ts";
import { binary, Chat, Den, run } from "./hostile-bed.ts";

const gone = "  gone: { process: { name: no-such-gw } }\n";
const token = "4711:PLANTED-token-0123456789";
const ok = "HTTP/1.1 200 OK\r\ncontent-length: 2\r\n\r\nok";

describe("a hostile environment", () => {
  for (const mask of ["0", "777"])
    test(`tick under umask ${mask} writes files with the modes that it wants`, async () => {
      using chat = new Chat();
      using den = new Den();
      den.write("dogwatch.yaml", `confirm: 0s\n${chat.yaml}checks:\n${gone}`);
      const script = `umask ${mask}; exec "$@"`;
      const ran = await run(["/bin/sh", "-c", script, "sh", ...den.argv(["tick"])], den.env);
      expect(ran.status).toBe(0);
      const paths = [den.state, den.logs, den.log, ...den.names().map((name) => join(den.state, name))];
      const modes = paths.map((path) => (statSync(path).mode & 0o777).toString(8));
      const want = paths.map((path) =>
        /\.(?:lock|key)$/u.test(path) ? "600" : /\.(?:jsonl?|prom)$/u.test(path) ? "640" : "750",
      );
      expect(modes).toEqual(want);
      expect(paths.length).toBeGreaterThan(5);
    });

  test("tick without HOME, without PATH, with nothing at all in its environment works", async () => {
    using chat = new Chat();
    using den = new Den();
    den.write("dogwatch.yaml", `confirm: 0s\n${chat.yaml}checks:\n${gone}`);
    const env = {};
    expect(await den.tick({ env })).toMatchObject({ status: 0, err: "", json: { verdict: "red" } });
    for (const words of [["validate"], ["status"], ["log", "verify"], ["heal", "plan"]])
      expect({ words, ...(await den.dogwatch(words, { env })) }).toMatchObject({ words, status: 0, err: "" });
    // No flags either: the places of the install, which need not be there.
    expect([0, 73, 78]).toContain((await run([binary, "status"], env)).status ?? -1);
  });

  test("tick with few file descriptors looks at few checks at once and measures them all", async () => {
    using chat = new Chat();
    using den = new Den();
    await using server = await listen((socket) => socket.end(ok));
    const http = (i: number): string =>
      `  web-${i}: { http: { url: "http://127.0.0.1:${server.port}/" }, red_after: 1 }\n`;
    const tcp = (i: number): string => `  tcp-${i}: { tcp: { port: ${server.port} }, red_after: 1 }\n`;
    const checks = Array.from({ length: 100 }, (_, i) => http(i) + tcp(i));
    den.write("dogwatch.yaml", `confirm: 0s\n${chat.yaml}checks:\n${checks.join("")}`);
    const { status, json } = await den.tick({ through: ["prlimit", "--nofile=64:64", "--"] });
    expect(json.checks.filter(({ verdict }) => verdict !== "green")).toEqual([]);
    expect({ status, checks: json.checks.length, troubles: json.troubles }).toEqual({
      status: 0,
      checks: 200,
      troubles: [],
    });
  });

  test("tick obeys no proxy and no debugging switch, and never prints the token", async () => {
    using chat = new Chat();
    using den = new Den();
    await using proxy = await listen((socket) => socket.end(ok));
    await using server = await listen((socket) => socket.end(ok));
    den.write("credentials/bot", token);
    den.write(
      "dogwatch.yaml",
      `confirm: 0s\nchat: { telegram: { chat_id: "1", token: { credential: bot }, api: "${chat.api}" } }\nchecks:\n${gone}` +
        `  web: { http: { url: "http://127.0.0.1:${server.port}/", headers: { Authorization: { credential: bot, prefix: "Bearer " } } } }\n`,
    );
    const address = `http://127.0.0.1:${proxy.port}`;
    const proxies = ["HTTP_PROXY", "HTTPS_PROXY", "ALL_PROXY"].flatMap((name) => [name, name.toLowerCase()]);
    const keys = den.at("keys");
    const env = {
      ...den.env,
      ...Object.fromEntries(proxies.map((name) => [name, address])),
      BUN_CONFIG_VERBOSE_FETCH: "curl",
      NODE_DEBUG: "http,https,net,tls,fetch,undici",
      NODE_OPTIONS: `--require=${den.write("evil.cjs", 'require("fs").writeFileSync(process.env.HOME + "/evil", "")')}`,
      SSLKEYLOGFILE: keys,
      DEBUG: "*",
    };
    const ran = await den.tick({ env });
    expect(ran.json).toMatchObject({ exit: 0, alerts: [{ kind: "red", delivered: true }] });
    expect(ran.json.checks).toMatchObject([{ verdict: "red" }, { name: "web", verdict: "green" }]);
    expect(chat.taken.map(({ path }) => path)).toEqual([`/bot${token}/sendMessage`]);
    expect([proxy.visits(), server.visits()]).toEqual([0, 1]);
    expect(ran.err).toBe("");
    expect(ran.out).not.toContain("PLANTED");
    expect([existsSync(keys), existsSync(den.at("evil"))]).toEqual([false, false]);
  });

  test("tick trusts no certificate that it does not know, whatever NODE_TLS_REJECT_UNAUTHORIZED says", async () => {
    using den = new Den();
    const [key, cert] = [den.at("key.pem"), den.at("cert.pem")];
    const words = [
      "-nodes",
      "-newkey",
      "ec",
      "-pkeyopt",
      "ec_paramgen_curve:P-256",
      "-subj",
      "/CN=127.0.0.1",
      "-days",
      "2",
    ];
    execFileSync("openssl", ["req", "-x509", ...words, "-keyout", key, "-out", cert], { stdio: "ignore" });
    let visits = 0;
    using server = Bun.serve({
      port: 0,
      hostname: "127.0.0.1",
      tls: { key: readFileSync(key, "utf8"), cert: readFileSync(cert, "utf8") },
      fetch: () => {
        visits += 1;
        return new Response("ok");
      },
    });
    den.write(
      "dogwatch.yaml",
      `confirm: 0s\nchat: console\nchecks: { web: { http: { url: "https://127.0.0.1:${server.port}/" } } }\n`,
    );
    const { json } = await den.tick({ env: { ...den.env, NODE_TLS_REJECT_UNAUTHORIZED: "0" } });
    expect(json.checks).toMatchObject([{ reading: "bad", evidence: expect.stringContaining("it is self-signed") }]);
    expect(visits).toBe(0);
  });
});
