import { createClock } from "../src/host/clock.ts";
import { hmacSha256, sha256 } from "../src/host/digest.ts";
import type {
  Command,
  Destination,
  Host,
  Http,
  HttpAnswer,
  HttpRequest,
  Manager,
  NextTick,
  Processes,
  ProcessFacts,
  ProcessList,
  Ran,
  Systemd,
  Terminal,
  UnitFacts,
  UnitsShown,
} from "../src/host/host.ts";
import type { Screen, Woken } from "../src/host/pictures.ts";
import { signing } from "../src/host/signing.ts";
import { createSqlite } from "../src/host/sqlite.ts";
import { structured } from "../src/host/structured.ts";
import type { Survey } from "../src/host/survey.ts";
import type { Tcp, TcpRequest, Touched } from "../src/host/touch.ts";
import { createFakeClock, type FakeClock } from "./fake-clock.ts";
import { answer, missingUnit } from "./fake-facts.ts";
import { createFakeFiles, type FakeFiles } from "./fake-files.ts";
import { fakeOwnFiles } from "./fake-own-files.ts";

/** What a test sets and what it may look at afterwards. */
export interface FakeHost extends Host {
  readonly clock: FakeClock;
  readonly files: FakeFiles;
  readonly exec: { run(command: Command): Promise<Ran>; script: (command: Command) => Ran; readonly ran: Command[] };
  /** Answers requests that the egress list allows; the rest reads `REFUSED`. */
  readonly http: Http & {
    script: (request: HttpRequest) => HttpAnswer | Promise<HttpAnswer>;
    readonly sent: HttpRequest[];
  };
  readonly tcp: Tcp & { script: (request: TcpRequest) => Touched | Promise<Touched>; readonly sent: TcpRequest[] };
  readonly processes: Processes & {
    /** What `list` gives. */
    listed: ProcessList;
    readonly units: Map<number, string>;
    readonly environ: Map<number, ReturnType<Processes["environKeys"]>>;
    /** How often it was listed, and for what. */
    readonly asked: { readonly argv: boolean; readonly uid: boolean }[];
  };
  readonly systemd: Systemd & {
    /** By unit name; others are answered as systemctl answers for a missing unit. */
    readonly units: Map<string, UnitFacts>;
    /** Given instead of `units` when set. */
    failure: UnitsShown | undefined;
    state: string;
    next: NextTick | undefined;
    readonly asked: { readonly manager: Manager; readonly units: readonly string[] }[];
  };
  readonly survey: Survey & {
    listening: ReturnType<Survey["listeners"]>;
    readonly places: Map<number, ReturnType<Survey["placeOf"]>>;
    readonly paths: Map<number, Readonly<Record<string, string>>>;
    users: ReturnType<Survey["accounts"]>;
  };
  readonly terminal: Terminal & { stdout: string; stderr: string };
  readonly screen: FakeScreen;
}

/** A terminal taken for pictures: what was drawn, and by whom a wait is ended. */
export interface FakeScreen extends Screen {
  isOpen: boolean;
  columns: number;
  rows: number;
  readonly drawn: (readonly string[])[];
  readonly waits: number[];
  /** Default: the user ends it at once. */
  onWait: (ms: number) => Woken;
}

type Settings = Partial<Pick<Host, "uid" | "pid" | "env" | "hostname">> & {
  readonly users?: Readonly<Record<string, number>>;
  /** Home folders by user name. */
  readonly homes?: Readonly<Record<string, string>>;
  readonly terminal?: Partial<
    Pick<
      Terminal,
      "columns" | "rows" | "isErrJournal" | "isOutTerminal" | "isErrTerminal" | "hasColour" | "canRedraw" | "isUtf8"
    >
  >;
};

const fakeHttp = (): FakeHost["http"] => {
  let allowed: readonly Destination[] = [];
  const http: FakeHost["http"] = {
    sent: [],
    script: () => answer(200),
    allow: (destinations) => {
      allowed = destinations;
    },
    request: async (request) => {
      const isAllowed = allowed.some((each) => each.for === request.for && each.methods.includes(request.method));
      if (!isAllowed) return { kind: "failed", code: "REFUSED", why: "not in the egress list", elapsedMs: 0 };
      http.sent.push(request);
      return await http.script(request);
    },
  };
  return http;
};

const fakeTcp = (): FakeHost["tcp"] => {
  const tcp: FakeHost["tcp"] = {
    sent: [],
    script: () => ({ kind: "connected", elapsedMs: 1 }),
    allow: () => undefined,
    touch: async (request) => {
      tcp.sent.push(request);
      return await tcp.script(request);
    },
  };
  return tcp;
};

const fakeProcesses = (): FakeHost["processes"] => {
  const find = (pid: number): ProcessFacts | undefined =>
    processes.listed.kind === "listed" ? processes.listed.processes.find((each) => each.pid === pid) : undefined;
  const processes: FakeHost["processes"] = {
    listed: { kind: "listed", processes: [], isComplete: true },
    units: new Map(),
    environ: new Map(),
    asked: [],
    list: async (want) => {
      processes.asked.push(want);
      return processes.listed;
    },
    unitOf: (pid) => processes.units.get(pid),
    environKeys: (pid) => processes.environ.get(pid) ?? { kind: "failed", code: "ENOENT", why: "no such process" },
    startedUptimeS: (pid) => {
      const found = find(pid);
      return found === undefined || "ZX".includes(found.state) ? undefined : found.startedUptimeS;
    },
  };
  return processes;
};

const fakeSystemd = (): FakeHost["systemd"] => {
  const systemd: FakeHost["systemd"] = {
    units: new Map(),
    failure: undefined,
    state: "running",
    next: undefined,
    asked: [],
    show: async (manager, units) => {
      systemd.asked.push({ manager, units });
      return (
        systemd.failure ?? { kind: "shown", units: units.map((unit) => systemd.units.get(unit) ?? missingUnit(unit)) }
      );
    },
    systemState: async () => systemd.state,
    nextTick: async () => systemd.next,
  };
  return systemd;
};

const fakeSurvey = (): FakeHost["survey"] => {
  const survey: FakeHost["survey"] = {
    listening: { kind: "seen", listeners: [] },
    places: new Map(),
    paths: new Map(),
    users: [],
    listeners: () => survey.listening,
    placeOf: (pid) => survey.places.get(pid),
    environPaths: (pid) => survey.paths.get(pid) ?? {},
    accounts: () => survey.users,
  };
  return survey;
};

const fakeTerminal = (settings: Settings["terminal"]): FakeHost["terminal"] => {
  const terminal: FakeHost["terminal"] = {
    stdout: "",
    stderr: "",
    out: (text) => {
      terminal.stdout += text;
    },
    err: (text) => {
      terminal.stderr += text;
      return true;
    },
    isOutTerminal: false,
    isErrTerminal: false,
    isErrJournal: false,
    columns: 80,
    rows: 24,
    hasColour: false,
    canRedraw: false,
    isUtf8: true,
    ...settings,
  };
  return terminal;
};

const fakeScreen = (clock: FakeClock): FakeScreen => {
  const screen: FakeScreen = {
    isOpen: false,
    drawn: [],
    waits: [],
    columns: 80,
    rows: 24,
    onWait: () => "end",
    size: () => ({ columns: screen.columns, rows: screen.rows }),
    draw: (lines) => void screen.drawn.push(lines),
    wait: async (ms) => {
      screen.waits.push(ms);
      const why = screen.onWait(ms);
      if (why === "time") clock.advance(ms);
      return why;
    },
    close: () => {
      screen.isOpen = false;
    },
  };
  return screen;
};

/** A small machine in memory: root's, a day after boot, with the folders of a system install and nothing running. */
export const createFakeHost = (settings: Settings = {}): FakeHost => {
  const clock = createFakeClock();
  const files = createFakeFiles(clock.nowMs);
  for (const folder of ["/etc/dogwatch", "/var/lib/dogwatch", "/var/log/dogwatch"]) files.makeFolder(folder, 0o755);
  const exec: FakeHost["exec"] = {
    ran: [],
    script: () => ({ kind: "exited", status: 0, stdout: "", stderr: "" }),
    run: async (command) => {
      exec.ran.push(command);
      return exec.script(command);
    },
  };
  const screen = fakeScreen(clock);
  return {
    clock,
    screen,
    openScreen: async () => {
      screen.isOpen = true;
      return screen;
    },
    files,
    ownFiles: fakeOwnFiles(files, settings.uid ?? 0),
    exec,
    http: fakeHttp(),
    tcp: fakeTcp(),
    processes: fakeProcesses(),
    systemd: fakeSystemd(),
    survey: fakeSurvey(),
    terminal: fakeTerminal(settings.terminal),
    // Databases are real files: SQLite in memory would be another thing. So its waits pass by a real clock.
    sqlite: createSqlite({ clock: createClock() }),
    peers: {
      connect: async () => ({ kind: "failed", code: "ENOENT", why: "no such file or directory" }),
      activated: () => ({ next: async () => ({ kind: "end" }), send: async () => false, close: () => undefined }),
    },
    structured,
    signing,
    hostname: settings.hostname ?? "web-1",
    uid: settings.uid ?? 0,
    pid: settings.pid ?? 4242,
    env: settings.env ?? {},
    binary: "/usr/bin/dogwatch",
    sha256,
    hmacSha256,
    unpack: async (path, onPiece) => {
      const read = files.read(path, Number.MAX_SAFE_INTEGER);
      if (read.kind === "failed") return read;
      const packing = read.bytes[0] === 0x1f && read.bytes[1] === 0x8b ? "gzip" : "plain";
      onPiece(packing === "gzip" ? Bun.gunzipSync(Uint8Array.from(read.bytes)) : read.bytes);
      return { kind: "done", packing };
    },
    sha256File: async (path) => {
      const read = files.read(path, Number.POSITIVE_INFINITY);
      return read.kind === "read" ? sha256(read.bytes) : undefined;
    },
    uidOf: (user) => settings.users?.[user],
    userOf: (uid) => Object.entries(settings.users ?? {}).find(([, each]) => each === uid)?.[0],
    accountOf: (user) => {
      const [uid, home] = [settings.users?.[user], settings.homes?.[user]];
      return uid === undefined || home === undefined ? undefined : { uid, home };
    },
  };
};
