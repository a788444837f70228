/**
 * The only door to the machine, as types. `real-host.ts` opens it on a real one, `test/fake-host.ts` in memory.
 * The rooms above decide; nothing here does. No method throws for expected trouble: it comes back as a value.
 */
import type { Clock } from "./clock.ts";
import type { Sqlite } from "./database.ts";
import type { OwnFiles } from "./own-files.ts";
import type { Peers } from "./peers.ts";
import type { Screen } from "./pictures.ts";
import type { Signing } from "./signing.ts";
import type { Structured } from "./structured.ts";
import type { Survey } from "./survey.ts";
import type { Tcp } from "./touch.ts";
import type { Unpack } from "./unpacked.ts";

/** Why an operation on the machine failed: the errno name (`ENOENT`, `ENOSPC`, …) and a sentence a person can read. */
export interface Failure {
  readonly kind: "failed";
  readonly code: string;
  readonly why: string;
}

/** What a caller may know about a file before trusting it. `mode` holds the permission bits only (octal 0o7777). */
export interface FileStat {
  readonly isFile: boolean;
  readonly isFolder: boolean;
  readonly isLink: boolean;
  readonly sizeBytes: number;
  readonly mode: number;
  readonly uid: number;
  readonly gid: number;
  readonly modifiedMs: number;
}

/** A file's bytes, with the `stat` of the very file that was open: to ask by path again could meet another. */
export type Read = { readonly kind: "read"; readonly bytes: Uint8Array; readonly stat: FileStat } | Failure;

/** An operation that gives nothing but whether it was done. */
export type Done = { readonly kind: "done" } | Failure;

/** `busy`: another process has it; `holder` is for a person, e.g. `process 4711 (dogwatch)`. */
export type Lock =
  | { readonly kind: "held"; release(): void }
  | { readonly kind: "busy"; readonly holder: string }
  | Failure;

/** The files. Every method is synchronous and answers with a value, a {@link Failure} for each errno. */
export interface Files {
  /** Reads a regular file whole; more than `maxBytes` fails with code `EFBIG`, a FIFO, folder or device with `EINVAL`. Never blocks. */
  read(path: string, maxBytes: number): Read;
  /** Reads `length` bytes from `offset`; shorter at the end of the file. For logs too large to hold. */
  readAt(path: string, offset: number, length: number): Read;
  /** Looks at the path itself; a link is told as a link (`lstat`). */
  stat(path: string): FileStat | Failure;
  /** The names in a folder, sorted. */
  list(path: string): readonly string[] | Failure;
  /** Replaces a file so that a crash at any instant leaves the old or the new one, whole: write beside, fsync, rename, fsync the folder. */
  replace(path: string, text: string | Uint8Array, mode: number): Done;
  /** The same for what is made anew in a moment: no reader sees half of it, and nothing waits for the disk. After a power cut it may be empty or old. */
  publish(path: string, text: string, mode: number): Done;
  /** Writes a file that isn't there yet, whole or not at all; whatever stands at `path`, a link too, fails with `EEXIST`. */
  create(path: string, text: string, mode: number): Done;
  /** Removes what killed processes left of their replaces in a folder; gives how many it may not remove. */
  sweep(folder: string): number;
  /** Appends to a regular file (never through a link) and fsyncs; creates it with `mode`. A short write is a failure. */
  append(path: string, text: string, mode: number): Done;
  /** Makes a small file, or writes over our own in place; never through a link, never somebody else's. Not fsync'd. */
  overwrite(path: string, text: string, mode: number): Done;
  /** Overwrites our own small file with zeros, in place, and fsyncs it; what a file system, a disk or a backup has kept of it elsewhere stays. */
  wipe(path: string): Done;
  makeFolder(path: string, mode: number): Done;
  remove(path: string): Done;
  /** Removes an empty folder; one with something in it fails with `ENOTEMPTY`. */
  removeFolder(path: string): Done;
  rename(from: string, to: string): Done;
  /** Makes a symbolic link where nothing is yet; whatever stands at `path` fails with `EEXIST`. */
  link(target: string, path: string): Done;
  /** Where a link leads, as it says itself; undefined for what is none. */
  linkTarget(path: string): string | undefined;
  /** An exclusive lock that the kernel drops when this process ends, however it ends. Waits at most `waitMs` (default 0), and stands still for it. */
  lock(path: string, waitMs?: number): Lock;
  /** Who holds that lock, for a person, as in {@link Lock}; undefined where nobody does or the kernel doesn't tell. Takes nothing. */
  holder(path: string): string | undefined;
}

/** A program to run once, with all the limits that it is held to. */
export interface Command {
  /** argv[0] is an absolute path. No shell ever sees this. */
  readonly argv: readonly string[];
  readonly timeoutMs: number;
  /** Bytes of stdout and of stderr that are kept; the rest is read and dropped. */
  readonly maxOutputBytes: number;
  /** The whole environment of the command on top of a fixed PATH and LANG; nothing is inherited. */
  readonly env?: Readonly<Record<string, string>>;
  /** Run as this user (uid, its groups), by name; needs root. */
  readonly user?: string;
  readonly signal?: AbortSignal;
  /** What it reads on its standard input, which then ends; absent: nothing. */
  readonly stdin?: string;
}

/** How a command ended. `status`: 0 to 255. `timed-out` also when `signal` called it off; it was killed with its whole group. */
export type Ran =
  | { readonly kind: "exited"; readonly status: number; readonly stdout: string; readonly stderr: string }
  | { readonly kind: "signalled"; readonly signal: string; readonly stdout: string; readonly stderr: string }
  | { readonly kind: "timed-out"; readonly stdout: string; readonly stderr: string }
  | Failure;

/** A place that may be contacted, taken from the config before any socket opens (law 1). `socket` is a Unix socket's path. */
export interface Destination {
  readonly host: string;
  readonly port: number;
  readonly methods: readonly HttpMethod[];
  /** The check or chat it serves, e.g. `check gateway` or `chat telegram`. */
  readonly for: string;
  readonly socket?: string;
}
export type HttpMethod = "GET" | "HEAD" | "POST" | "PUT";

/** One request, with all the limits that it is held to; refused unless a {@link Destination} allows it. */
export interface HttpRequest {
  /** The check or chat that it serves, equal to the `for` of a {@link Destination}. */
  readonly for: string;
  readonly method: HttpMethod;
  readonly url: string;
  /** Path of a Unix socket to speak through; the URL then gives the path and the Host header only. */
  readonly socket?: string;
  readonly headers: Readonly<Record<string, string>>;
  readonly body?: string;
  /** From the first byte sent to the last byte read. */
  readonly timeoutMs: number;
  /** Bytes of the body that are read, decoded ones too; then the connection is closed. */
  readonly maxBodyBytes: number;
  /** Texts (tokens, secret URLs) that are replaced by `[secret]` in every `why` and every kept body. */
  readonly secrets?: readonly string[];
}

/** Any status is an answer, an error's too. `isMalformed`: not all was UTF-8. `elapsedMs`: from the start of the request until it was over, whichever way. */
export type HttpAnswer =
  | {
      readonly kind: "answer";
      readonly status: number;
      /** Names in lower case. */
      readonly headers: Readonly<Record<string, string>>;
      readonly body: string;
      readonly isBodyCut: boolean;
      readonly isMalformed?: true;
      readonly elapsedMs: number;
    }
  /** code: `TIMEOUT`, `ECONNREFUSED`, `ENOTFOUND`, `ECONNRESET`, `MALFORMED`, `TLS`, `REFUSED` (not in the egress list), … */
  | (Failure & { readonly elapsedMs: number });

/** The way out over HTTP, closed until it was told where it may go. */
export interface Http {
  /** Sets the egress list; until then every request is refused. */
  allow(destinations: readonly Destination[]): void;
  /** Sends one request, never follows a redirect, never uses a proxy, never retries. Never throws. */
  request(request: HttpRequest): Promise<HttpAnswer>;
}

/** One process as the kernel tells it. Source: proc_pid_stat(5). */
export interface ProcessFacts {
  readonly pid: number;
  readonly ppid: number;
  /** R, S, D, Z (dead, not reaped), T (stopped), t (traced), I, X. */
  readonly state: string;
  /** The kernel's name, at most 15 bytes; may hold spaces, parentheses and newlines. */
  readonly comm: string;
  readonly argv: readonly string[];
  readonly uid: number;
  /** Seconds of host uptime when it started; with the pid it names a process for good. NaN where the platform doesn't tell. */
  readonly startedUptimeS: number;
}

/** The processes of one moment, nearly: some may have come or gone while the list was read. */
export type ProcessList =
  | {
      readonly kind: "listed";
      readonly processes: readonly ProcessFacts[];
      /** False when some processes may be hidden from us (hidepid, ProtectProc): then "none found" proves nothing. */
      readonly isComplete: boolean;
    }
  | Failure;

/** The processes, read and never touched: nothing here can signal one. */
export interface Processes {
  /** One pass over all processes. `argv` and `uid` are filled only when asked for. */
  list(want: { readonly argv: boolean; readonly uid: boolean }): Promise<ProcessList>;
  /** The systemd unit that the process runs in, system or user, from its cgroup; undefined when in none or gone. */
  unitOf(pid: number): string | undefined;
  /** The names (never the values) of a process's environment. */
  environKeys(pid: number): { readonly kind: "keys"; readonly keys: readonly string[] } | Failure;
  /** Seconds of host uptime at which `pid` started, or undefined when there is no such process now. */
  startedUptimeS(pid: number): number | undefined;
}

/** Which service manager: the system's, or that of one user (`user` undefined: our own). */
export interface Manager {
  readonly scope: "system" | "user";
  readonly user?: string;
}

/** Properties of one unit as `systemctl show` prints them. Times are µs on CLOCK_MONOTONIC, 0 when never or forgotten. Source: org.freedesktop.systemd1(5). */
export interface UnitFacts {
  readonly unit: string;
  readonly loadState: string;
  readonly activeState: string;
  readonly subState: string;
  /** Type= of a service (`simple`, `oneshot`, …), empty for other units. */
  readonly serviceType: string;
  readonly result: string;
  readonly unitFileState: string;
  readonly invocationId: string;
  readonly mainPid: number;
  readonly restarts: number;
  readonly execMainStatus: number;
  /** 1 exited, 2 killed, 3 dumped; 0 never ran. Source: siginfo_t si_code, sigaction(2). */
  readonly execMainCode: number;
  readonly hasJob: boolean;
  readonly activeEnterUs: number;
  readonly activeExitUs: number;
  readonly execMainStartUs: number;
  readonly execMainExitUs: number;
}

/** One {@link UnitFacts} for each unit that was asked for, in that order, or none at all. */
export type UnitsShown = { readonly kind: "shown"; readonly units: readonly UnitFacts[] } | Failure;

/** `at`: ISO 8601 UTC. `periodS`: seconds between the timer's last turn and its next; absent before its first. */
export interface NextTick {
  readonly at: string;
  readonly periodS?: number;
}

/** The service managers, asked and never told: what changes a unit is a recipe's {@link Command}. */
export interface Systemd {
  /** One `systemctl show` for all `units`, in their order. */
  show(manager: Manager, units: readonly string[], timeoutMs: number): Promise<UnitsShown>;
  /** `running`, `degraded`, `starting`, `stopping`, `maintenance`, …, or `absent` where no systemd runs. */
  systemState(): Promise<string>;
  /** When dogwatch's timer fires next; undefined where none is waiting. */
  nextTick(): Promise<NextTick | undefined>;
}

/** stdout and stderr. Each write is on its way when it returns, so nothing is lost when the program ends. */
export interface Terminal {
  out(text: string): void;
  /** False when it could not be written: an alert on the console is then kept. */
  err(text: string): boolean;
  readonly isOutTerminal: boolean;
  readonly isErrTerminal: boolean;
  /** stderr is journald's own stream, so a `<N>` prefix sets the priority. Source: sd-daemon(3), systemd.exec(5) JOURNAL_STREAM. */
  readonly isErrJournal: boolean;
  readonly columns: number;
  readonly rows: number;
  readonly hasColour: boolean;
  /** stdout is a terminal whose cursor can be moved, so that what was written can be written over. */
  readonly canRedraw: boolean;
  /** The locale's characters are UTF-8; else only ASCII is sure to be shown. Source: locale(7). */
  readonly isUtf8: boolean;
}

/** The machine: all that dogwatch can see or do goes through here. */
export interface Host {
  readonly clock: Clock;
  readonly files: Files;
  readonly ownFiles: OwnFiles;
  readonly exec: { run(command: Command): Promise<Ran> };
  readonly http: Http;
  readonly tcp: Tcp;
  readonly processes: Processes;
  readonly systemd: Systemd;
  readonly survey: Survey;
  readonly terminal: Terminal;
  /** Takes the terminal for pictures; only where it `canRedraw`. */
  openScreen(): Promise<Screen>;
  readonly peers: Peers;
  readonly sqlite: Sqlite;
  readonly structured: Structured;
  readonly hostname: string;
  readonly uid: number;
  readonly pid: number;
  /** The environment as it was at the start, for paths only; never for secrets. */
  readonly env: Readonly<Record<string, string | undefined>>;
  /** Absolute path of this program's own binary. */
  readonly binary: string;
  readonly signing: Signing;
  /** SHA-256 in lower-case hex. Source: FIPS 180-4. */
  sha256(data: string | Uint8Array): string;
  /** HMAC-SHA-256 in lower-case hex; key and text as UTF-8. Source: RFC 2104. */
  hmacSha256(key: string, text: string): string;
  /** SHA-256 of a file of any size, read in pieces; undefined when it can't be read. */
  sha256File(path: string): Promise<string | undefined>;
  /** Reads a file of any size in pieces, plain or packed. */
  readonly unpack: Unpack;
  /** uid of a user name, or undefined. Source: passwd(5). */
  uidOf(user: string): number | undefined;
  /** The name of a uid, or undefined. Source: passwd(5). */
  userOf(uid: number): string | undefined;
  /** uid and home folder of a user name, or undefined. Source: passwd(5). */
  accountOf(user: string): { readonly uid: number; readonly home: string } | undefined;
}
