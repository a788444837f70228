import type { Flags } from "../src/cli/cli.ts";
import { tickCommand } from "../src/cli/tick.ts";
import type { Host, HttpAnswer } from "../src/host/host.ts";
import type { Paths } from "../src/paths.ts";
import { answer, unitFacts } from "./fake-facts.ts";
import { createFakeHost, type FakeHost } from "./fake-host.ts";
import { verifyPlain } from "./log/verify-plain.ts";

export const paths: Paths = {
  config: "/etc/dogwatch/dogwatch.yaml",
  state: "/var/lib/dogwatch",
  logFile: "/var/log/dogwatch/heal.jsonl",
  helper: "/var/lib/dogwatch",
  socket: null,
  credentials: { path: "/etc/dogwatch/credentials", prefix: "" },
  beats: { folder: "/var/lib/dogwatch-beat", uid: 0 },
  recipes: "/etc/dogwatch/heal-recipes",
  install: "system",
};

export const token = "424242:AAH-the-token-that-nobody-may-see";

/** A gateway's unit and its address, one rule, one chat. */
export const configText = `host: web-1
confirm: 10s
chat:
  telegram: { chat_id: "42", token: { credential: telegram-token }, api: "http://127.0.0.1:8081" }
checks:
  unit:
    unit: { name: gateway.service }
    card: gateway-down
  gateway:
    http: { url: "http://127.0.0.1:8080/healthz", timeout: 5s }
    expect: { json: { /status: live } }
    needs: [unit]
heal:
  mode: apply
  rules:
    - on: [unit, gateway]
      recipe: restart-unit
      with: { unit: gateway.service }
remind_every: 4h
`;

export const flags: Flags = {
  isJson: false,
  isDryRun: false,
  hasExitCode: false,
  isStepped: false,
  forText: undefined,
  reason: undefined,
  logLevel: "info",
  logFormat: "text",
};

/** What one tick gave: its exit status, what it printed, and the object of `--json` where that was asked for. */
export interface Ticked {
  readonly exit: number;
  readonly out: string;
  readonly err: string;
}

/** A host with a gateway under systemd, a chat, and time that passes between ticks. */
export interface TickBed {
  readonly host: FakeHost;
  /** Whether a restart brings the gateway back, and how long it then takes to answer. */
  canRestart: boolean;
  startMs: number;
  /** What the chat answers; it keeps what it took. */
  chat: () => HttpAnswer;
  readonly received: readonly string[];
  /** The gateway's process dies of SIGKILL. */
  kill(): void;
  /** It listens and never answers. */
  stun(): void;
  start(): void;
  /** Five minutes pass, and the timer fires; `machine`: the host as this one process sees it. */
  tick(change?: Partial<Flags>, machine?: Host): Promise<Ticked>;
  restarts(): number;
  isWhole(): boolean;
  /** Every file but the lock, with its content. */
  files(): Readonly<Record<string, string | undefined>>;
}

const taken = answer(200, '{"ok":true,"result":{"message_id":1}}');
export const down: HttpAnswer = { kind: "failed", code: "ECONNREFUSED", why: "connection refused", elapsedMs: 1 };

const textOf = (body: string | undefined): string => {
  const parsed: unknown = JSON.parse(body ?? "{}");
  return typeof parsed === "object" && parsed !== null && "text" in parsed ? String(parsed.text) : "";
};

type World = { gateway: "well" | "dead" | "deaf"; invocation: number; readyAtMs: number };

const showUnit = ({ systemd, clock }: FakeHost, { gateway, invocation }: World): void => {
  const startedUs = clock.uptimeS() * 1e6;
  const dead = {
    activeState: "failed",
    subState: "failed",
    result: "signal",
    mainPid: 0,
    execMainCode: 2,
    execMainStatus: 9,
  };
  const facts = gateway === "dead" ? dead : { mainPid: 100 + invocation };
  const started = { activeEnterUs: startedUs, execMainStartUs: startedUs };
  systemd.units.set(
    "gateway.service",
    unitFacts({ invocationId: `${invocation}`.padStart(32, "0"), ...started, ...facts }),
  );
};

const answerOf = ({ gateway, readyAtMs }: World, nowMs: number): HttpAnswer => {
  if (gateway === "deaf") return { kind: "failed", code: "TIMEOUT", why: "no answer in 5 s", elapsedMs: 5000 };
  return gateway === "well" && nowMs >= readyAtMs ? answer(200, '{"status":"live"}') : down;
};

/** Sets a whole host up; `config` in place of {@link configText}, `mine` in place of {@link paths}. */
export const createTickBed = (config: string = configText, mine: Paths = paths): TickBed => {
  const host = createFakeHost();
  const { clock, files } = host;
  files.put(paths.config, config);
  files.put(`${paths.credentials.path}/telegram-token`, `${token}\n`, { mode: 0o600 });
  files.put(host.binary, "the binary");
  const received: string[] = [];
  const world: World = { gateway: "well", invocation: 1, readyAtMs: 0 };
  const become = (gateway: World["gateway"]): void => {
    world.gateway = gateway;
    showUnit(host, world);
  };
  const bed: TickBed = {
    host,
    canRestart: true,
    startMs: 0,
    chat: () => taken,
    received,
    kill: () => become("dead"),
    stun: () => become("deaf"),
    start: () => {
      world.invocation += 1;
      world.readyAtMs = clock.monotonicMs() + bed.startMs;
      become("well");
    },
    tick: async (change = {}, machine = host) => {
      clock.advance(300_000);
      Object.assign(host.terminal, { stdout: "", stderr: "" });
      const exit = await tickCommand({ host: machine, paths: mine, flags: { ...flags, ...change }, words: [] });
      return { exit, out: host.terminal.stdout, err: host.terminal.stderr };
    },
    restarts: () => host.exec.ran.filter(({ argv }) => argv.includes("restart")).length,
    isWhole: () => files.text(paths.logFile) === undefined || verifyPlain(files, [paths.logFile]).kind === "whole",
    files: () => Object.fromEntries(files.paths().map((path) => [path, files.text(path)])),
  };
  host.exec.script = ({ argv }) => {
    if (argv.includes("restart") && bed.canRestart) bed.start();
    return { kind: "exited", status: 0, stdout: "", stderr: "" };
  };
  host.http.script = (request) => {
    if (!request.for.startsWith("chat")) return answerOf(world, clock.monotonicMs());
    const answered = bed.chat();
    if (answered.kind === "answer" && answered.status === 200) received.push(textOf(request.body));
    return answered;
  };
  become("well");
  return bed;
};
