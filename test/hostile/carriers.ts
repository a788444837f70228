import { createSystemd } from "../../src/host/systemd.ts";
import { judgeDrift } from "../../src/probes/drift.ts";
import { cleanEvidence } from "../../src/probes/evidence.ts";
import { look } from "../../src/probes/look.ts";
import { readingOf } from "../../src/probes/look-as.ts";
import { judgePlugin } from "../../src/probes/plugin.ts";
import { readJson } from "../../src/queues/json.ts";
import { readPrometheus } from "../../src/queues/prometheus.ts";
import { httpCheck, unitCheck } from "../checks.ts";
import { answer, unitFacts } from "../fake-facts.ts";
import { createFakeHost, type FakeHost } from "../fake-host.ts";
import { hear, see as seeHttp } from "../probes/http-bed.ts";
import { hostWith, see } from "../probes/process-bed.ts";
import { driftCheck, heartbeatCheck, see as seeSign } from "../probes/signs-bed.ts";
import { answered, contextOf, sourceOf } from "../queues/asked-bed.ts";
import { job, judged, live, startS } from "../queues/flow-bed.ts";

/** Brings a hostile text into a reading and gives the evidence, cleaned as the runner of looks cleans it. */
type Carrier = (text: string) => Promise<string> | string;

const body = (text: string): string => JSON.stringify(text).slice(0, 1024 * 1024);
const plugin = { command: ["/usr/lib/nagios/plugins/check_x"], timeoutMs: 1000 };
const ended = (status: number, stdout: string, stderr = "") =>
  judgePlugin({ kind: "exited", status, stdout, stderr }, plugin);
const flow = (given: Parameters<typeof job>[0], more: Parameters<typeof judged>[1] = {}): string =>
  judged({ running: 1, jobs: [job(given)] }, more).evidence;

const unitWith = async (facts: Parameters<typeof unitFacts>[0]): Promise<string> => {
  const host = createFakeHost();
  host.systemd.units.set("gateway.service", unitFacts(facts));
  const secret = () => ({ kind: "failed", why: "no secret here" }) as const;
  const seen = await look(host, [unitCheck()], { secret, memory: () => undefined });
  return seen.get("gateway")?.evidence ?? "";
};

const systemctlSays = async (stderr: string): Promise<string> => {
  const host: FakeHost = createFakeHost();
  host.exec.script = () => ({ kind: "exited", status: 1, stdout: "", stderr });
  const systemd = createSystemd({ exec: host.exec, clock: host.clock, env: {}, uid: 0, isBooted: () => true });
  const shown = await systemd.show({ scope: "system" }, ["gateway.service"], 1000);
  return shown.kind === "failed" ? shown.why : "";
};

const prometheus = async (text: string): Promise<string> => {
  const { context } = contextOf(answered(text, { headers: { "content-length": "1" } }));
  const read = await readPrometheus("jobs", sourceOf("prometheus", { ready: "ready" }), context);
  return read.kind === "unknown" ? read.why : "";
};

const json = async (text: string, pointer: string): Promise<string> => {
  const { context } = contextOf(answered(text));
  const read = await readJson("jobs", sourceOf("http", { ready: pointer }), context);
  return read.kind === "unknown" ? read.why : "";
};

const drift = (value: string): string =>
  judgeDrift(
    driftCheck(),
    [1, 2, 3].map((pid) => ({ where: `the command line of pid ${pid}`, found: { kind: "found", value } })),
  ).evidence;

const beatOf = async (user: string): Promise<string> => {
  const host = createFakeHost({ users: { backup: 34, [user]: 1000 } });
  host.files.put("/var/lib/dogwatch-beat/nightly.34", "x", { uid: 1000 });
  return (
    await seeSign(host, heartbeatCheck({ beat: "nightly", by: "backup" }), {
      folder: "/var/lib/dogwatch-beat",
      uid: 34,
    })
  ).evidence;
};

/** All ways by which a text of the host comes into evidence. */
const raw: Readonly<Record<string, Carrier>> = {
  "an HTTP body of a bad status": async (text) => (await hear(answer(500, text))).evidence,
  "an HTTP body that is no JSON": async (text) =>
    (await hear(answer(200, text), { json: [{ pointer: "/a", condition: { op: "==", value: 1 } }] })).evidence,
  "an HTTP body without a word": async (text) => (await hear(answer(200, text), { body: "^live$" })).evidence,
  "a JSON value": async (text) =>
    (
      await hear(answer(200, JSON.stringify({ a: text })), {
        json: [{ pointer: "/a", condition: { op: "==", value: 1 } }],
      })
    ).evidence,
  "a JSON key": async (text) =>
    (
      await hear(answer(200, JSON.stringify({ a: { [text]: 1 } })), {
        json: [{ pointer: "/a", condition: { op: "==", value: 1 } }],
      })
    ).evidence,
  "a redirect": async (text) => (await hear(answer(302, "", { headers: { location: text } }))).evidence,
  "a plugin's output": (text) => ended(2, text).evidence,
  "a plugin's second line": (text) => ended(1, `\n\n${text}`).evidence,
  "a plugin's perfdata": (text) => ended(0, `|${text.replaceAll("\n", " ")}`).evidence,
  "a plugin's complaint": (text) => ended(3, "", text).evidence,
  "a plugin outside its protocol": (text) => ended(17, text).evidence,
  "a forbidden variable's name": async (text) => {
    const host = hostWith([{ pid: 7, comm: "gw" }]);
    host.processes.environ.set(7, { kind: "keys", keys: [`${text}_TOKEN`] });
    return (await see(host, { process: { name: "gw" }, forbidEnv: ["*_TOKEN"] })).evidence;
  },
  "a lock's owner": async (text) => {
    const host = hostWith([
      { pid: 7, comm: text, startedUptimeS: 100 },
      { pid: 8, comm: "gw" },
    ]);
    host.files.put("/run/gw.lock", "7 10000");
    return (await see(host, { process: { name: "gw" }, lock: "/run/gw.lock" })).evidence;
  },
  "a lock's file name": async (text) => {
    const host = hostWith([
      { pid: 7, comm: "x", startedUptimeS: 100 },
      { pid: 8, comm: "gw" },
    ]);
    host.files.put(`/run/${text.replaceAll("/", "_")}.lock`, "7 10000");
    return (await see(host, { process: { name: "gw" }, lock: "/run/*.lock" })).evidence;
  },
  "a unit's sub-state": (text) => unitWith({ activeState: "active", subState: text }),
  "a unit's state": (text) => unitWith({ activeState: text }),
  "a unit's load state": (text) => unitWith({ loadState: text }),
  "a unit's result": (text) => unitWith({ activeState: "failed", result: text }),
  "systemctl's complaint": systemctlSays,
  "systemctl without a bus": (text) => systemctlSays(`Failed to connect to bus: ${text}`),
  "a job's id": (text) => flow({ id: text, gaveUp: "x" }),
  "a job's reason": (text) => flow({ reblocked: text, status: "blocked" }),
  "a job's last error": (text) => flow({ gaveUp: text, status: "blocked" }),
  "a key of two jobs": (text) =>
    judged({ running: 2, jobs: [job({ id: `${text}1`, key: text }), job({ id: `${text}2`, key: text })] }).evidence,
  "a worker's job": (text) =>
    judged({ running: 0, jobs: [] }, { facts: { live: live({ 7: startS, 8: startS }, { [text]: [7, 8] }) } }).evidence,
  "twenty jobs": (text) =>
    judged({
      running: 20,
      jobs: Array.from({ length: 20 }, (_, at) => job({ id: `${text.slice(0, 99)}${at}`, gaveUp: text })),
    }).evidence,
  "a metric in quotes": (text) => prometheus(`{"${text.slice(0, 9999)}"} x\n`),
  "a metric": (text) => prometheus(`# TYPE ${text.slice(0, 9999)} counter\n${text.slice(0, 9999)} 1\n`),
  "a label": (text) => prometheus(`ready{${text.slice(0, 9999)}="x",${text.slice(0, 9999)}="x"} 1\n`),
  "a queue's answer that is no JSON": (text) => json(text.slice(0, 1e6), "/ready"),
  "a key in a queue's JSON": (text) => json(JSON.stringify({ [text.slice(0, 1e6)]: {} }), "/*/ready"),
  "a value in a queue's JSON": (text) => json(JSON.stringify({ ready: text.slice(0, 1e6) }), "/ready"),
  "a drifted value": drift,
  "a drifted key's value in a file": async (text) => {
    const host = createFakeHost();
    host.files.put("/srv/config.yaml", `model: ${body(text)}\n`);
    return (await seeSign(host, driftCheck())).evidence;
  },
  "the name of who made a beat": beatOf,
  "a bug's message": async (text) => {
    const host = createFakeHost();
    host.http.script = () => {
      throw new Error(text);
    };
    return (await seeHttp(host, httpCheck())).evidence;
  },
};

/** All ways by which a text of the host comes into evidence, as a reading carries it. */
export const carriers: Readonly<Record<string, (text: string) => Promise<string>>> = Object.fromEntries(
  Object.entries(raw).map(([name, carry]) => [name, async (text: string) => cleanEvidence(await carry(text))]),
);

/** What a child of another user hands over is bounded and cleaned, and is that user's own word. */
export const handedOver = (text: string): string =>
  readingOf({ kind: "bad", evidence: text, durationMs: 1 })?.evidence ?? "";
