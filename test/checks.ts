import type {
  CheckCommon,
  Config,
  HttpCheck,
  ProcessCheck,
  QueueCheck,
  TcpCheck,
  UnitCheck,
} from "../src/config/config.ts";
import type { Reading } from "../src/probes/probe.ts";
import type { CheckState } from "../src/state/state.ts";

/** What every check has, unless a test says otherwise. */
export const common: CheckCommon = {
  name: "gateway",
  redAfter: 1,
  needs: [],
  graceMs: 0,
  severity: "red",
  card: null,
  as: null,
};

type Process = Partial<Omit<ProcessCheck, "process">> & { readonly process?: Partial<ProcessCheck["process"]> };

/** A check of at least one process; say what differs. */
export const processCheck = ({ process, ...more }: Process = {}): ProcessCheck => ({
  ...common,
  kind: "process",
  count: { min: 1, max: null },
  lock: null,
  forbidEnv: [],
  ...more,
  process: { name: null, command: null, user: null, unit: null, pidfile: null, ...process },
});

type Http = Partial<Omit<HttpCheck, "http" | "expect">> & {
  readonly http?: Partial<HttpCheck["http"]>;
  readonly expect?: Partial<HttpCheck["expect"]>;
};

/** A check that wants any 2xx within 5 s; say what differs. */
export const httpCheck = ({ http, expect, ...more }: Http = {}): HttpCheck => ({
  ...common,
  kind: "http",
  ...more,
  http: { url: "http://127.0.0.1:18789/healthz", method: "GET", socket: null, timeoutMs: 5000, headers: {}, ...http },
  expect: { status: [{ min: 200, max: 299 }], json: [], body: null, latency: null, ...expect },
});

/** A check of gateway.service in the system's manager; say what differs. */
export const unitCheck = (more: Partial<UnitCheck> = {}): UnitCheck => ({
  ...common,
  kind: "unit",
  unit: { name: "gateway.service", scope: "system" },
  maxRestarts: 3,
  ...more,
});

/** A check of a Hermes board by all findings and the default times; say what differs. */
export const queueCheck = (more: Partial<QueueCheck> = {}): QueueCheck => ({
  ...common,
  kind: "queue",
  queue: { kind: "hermes", file: "/home/agents/.hermes/kanban.db" },
  stuckAfterMs: 1_800_000,
  staleAfterMs: 3_600_000,
  backlogAfter: 12,
  workers: null,
  findings: ["stuck", "stale-claim", "re-blocked", "gave-up", "double-spawn", "ghost", "crash-loop", "backlog"],
  ...more,
});

/** A check that one can connect to the port of a database; say what differs. */
export const tcpCheck = (more: Partial<TcpCheck> = {}): TcpCheck => ({
  ...common,
  kind: "tcp",
  tcp: { host: "127.0.0.1", port: 5432, timeoutMs: 5000 },
  ...more,
});

/** A config of these checks that tells the console and heals nothing; say what differs. */
export const configOf = (checks: Config["checks"], more: Partial<Config> = {}): Config => ({
  host: "web-1",
  confirmMs: 10_000,
  chat: { kind: "console" },
  deadman: null,
  heal: { mode: "apply", rules: [] },
  remindEveryMs: 4 * 3_600_000,
  maintenance: [],
  silenceMaxMs: 86_400_000,
  log: { rotateBytes: 8_388_608, rotateEveryMs: 30 * 86_400_000, keepMs: 400 * 86_400_000 },
  report: null,
  ...more,
  checks,
});

/** A reading in a few words. */
export const reading = (kind: Reading["kind"], more: Partial<Reading> = {}): Reading => ({
  kind,
  evidence: `it reads ${kind}`,
  durationMs: 1,
  ...more,
});

/** What a check left at the tick before, green since 01:00; say what differs. */
export const checkState = (more: Partial<CheckState> = {}): CheckState => ({
  verdict: "green",
  reading: "ok",
  evidence: "it reads ok",
  since: "2026-11-23T01:00:00.000Z",
  ticks: 12,
  badTicks: 0,
  isUnknownTold: false,
  ...more,
});
