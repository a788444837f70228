import {
  chmodSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  writeFileSync,
} from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { array, boolean, type GenericSchema, looseObject, nullable, number, optional, parse, string } from "valibot";

/** The program under attack: what `npm run build` leaves. */
export const binary: string = join(import.meta.dir, "../../dist/dogwatch");

/** What ticks leave in the state folder. */
export const stateFiles: readonly string[] = [
  ...["config.json", "dogwatch.prom", "heal.json", "heal.lock", "incidents.json", "log.lock", "seal.key"],
  ...["state.json", "tick.lock"],
];

/** How a program ended: `status` is null when `signal` ended it. `peakMiB`: the most memory that it was seen to hold. */
export interface Ran {
  readonly status: number | null;
  readonly signal: string | number | null;
  readonly out: string;
  readonly err: string;
  readonly peakMiB: number;
}

export interface How {
  /** Words before the binary, such as those of prlimit or faketime. */
  readonly through?: readonly string[];
  /** Its whole environment. */
  readonly env?: Readonly<Record<string, string>>;
}

/** The object of `tick --json`, as far as these tests look. */
export interface Tick {
  readonly verdict: string;
  readonly checks: readonly {
    readonly name: string;
    readonly verdict: string;
    readonly reading: string;
    readonly evidence: string;
    readonly duration_ms: number;
  }[];
  readonly heal: { readonly outcome: string; readonly recipe: string | null; readonly why: string };
  readonly alerts: readonly { readonly kind: string; readonly delivered: boolean; readonly why: string }[];
  readonly outbox: number;
  readonly duration_ms: number;
  readonly troubles: readonly string[];
  readonly exit: number;
}

/** A line of the heal log, likewise. */
export interface Entry {
  readonly seq: number;
  readonly event: string;
  readonly incident?: string | undefined;
  readonly key?: string | undefined;
  readonly attempt?: number | undefined;
  readonly why?: string | undefined;
}

const text = string();
const TickShape: GenericSchema<unknown, Tick> = looseObject({
  verdict: text,
  checks: array(looseObject({ name: text, verdict: text, reading: text, evidence: text, duration_ms: number() })),
  heal: looseObject({ outcome: text, recipe: nullable(text), why: text }),
  alerts: array(looseObject({ kind: text, delivered: boolean(), why: text })),
  outbox: number(),
  duration_ms: number(),
  troubles: array(text),
  exit: number(),
});
const EntryShape: GenericSchema<unknown, Entry> = looseObject({
  seq: number(),
  event: text,
  incident: optional(text),
  key: optional(text),
  attempt: optional(number()),
  why: optional(text),
});

const highest = (pid: number): number => {
  try {
    return Number(/^VmHWM:\s+(\d+) kB$/mu.exec(readFileSync(`/proc/${pid}/status`, "utf8"))?.[1] ?? 0) / 1024;
  } catch {
    // It is gone.
    return 0;
  }
};

/** Runs a program to its end; it never waits for input. Its memory is looked at every few milliseconds. */
export const run = async (argv: readonly string[], env: Readonly<Record<string, string>>): Promise<Ran> => {
  const child = Bun.spawn([...argv], { env: { ...env }, stdin: "ignore", stdout: "pipe", stderr: "pipe" });
  let peakMiB = 0;
  const watch = setInterval(() => {
    peakMiB = Math.max(peakMiB, highest(child.pid));
  }, 5);
  const [out, err] = await Promise.all([child.stdout.text(), child.stderr.text()]);
  await child.exited;
  clearInterval(watch);
  return { status: child.signalCode === null ? child.exitCode : null, signal: child.signalCode, out, err, peakMiB };
};

/** Words before a command that must not be root's: root may read and write everything. */
export const unprivileged: readonly string[] =
  process.getuid?.() === 0 ? ["setpriv", "--reuid=65534", "--regid=65534", "--clear-groups"] : [];

/** An incident's name tells the second in which it was opened: two of one check in one second would be one. */
export const nextSecond = async (): Promise<void> => {
  const now = Math.floor(Date.now() / 1000);
  while (Math.floor(Date.now() / 1000) === now) await Bun.sleep(10);
};

/** Makes a FIFO, at which a careless reader waits for ever. */
export const mkfifo = (path: string): void => {
  const made = Bun.spawnSync(["mkfifo", path]);
  if (made.exitCode !== 0) throw new Error(`cannot make a FIFO at "${path}": ${made.stderr.toString()}`);
};

/** A folder with a config, a state and a log of its own; it goes with the scope that made it. */
export class Den implements Disposable {
  readonly path: string = mkdtempSync(join(tmpdir(), "dogwatch-hostile-"));
  readonly config: string = join(this.path, "dogwatch.yaml");
  readonly state: string;
  readonly logs: string;
  readonly log: string;
  readonly env: Readonly<Record<string, string>> = { PATH: "/usr/sbin:/usr/bin:/sbin:/bin", HOME: this.path };

  /** `folder`: where in the den state and log are. */
  constructor(folder = ".") {
    this.state = this.at(`${folder}/state`);
    this.logs = this.at(`${folder}/logs`);
    this.log = join(this.logs, "heal.jsonl");
  }

  at(name: string): string {
    return join(this.path, name);
  }

  /** Writes a file of the den that others can't touch; the folders above it are made. */
  write(name: string, content: string | Uint8Array, mode = 0o600): string {
    const path = this.at(name);
    mkdirSync(dirname(path), { recursive: true, mode: 0o755 });
    writeFileSync(path, content);
    chmodSync(path, mode);
    return path;
  }

  /** A recipe whose one step is a script of the den: it adds the heal log's last line to `ran`, then does what `more` says. */
  recipe(name: string, more = "", timing = "proof: { within: 1s, every: 100ms }\ncooldown: 15m"): void {
    const script = this.write(
      `${name}.sh`,
      `#!/bin/sh\ntail -n 1 ${this.log} >>${this.at("ran")} 2>&1\n${more}\n`,
      0o700,
    );
    const text = `recipe: ${name}\ntreats: a test\nsteps:\n  - [${script}]\n${timing}\nbudget: 999 per 1h\n`;
    this.write(`heal-recipes/${name}.yaml`, text);
  }

  argv(words: readonly string[]): readonly string[] {
    return [binary, ...words, "--config", this.config, "--state-dir", this.state, "--logs-dir", this.logs];
  }

  async dogwatch(words: readonly string[], how: How = {}): Promise<Ran> {
    return await run([...(how.through ?? []), ...this.argv(words)], how.env ?? this.env);
  }

  /** One tick with `--json`. */
  async tick(how: How = {}): Promise<Ran & { readonly json: Tick }> {
    const ran = await this.dogwatch(["tick", "--json"], how);
    return { ...ran, json: readTick(ran.out) };
  }

  /** What `log verify` says, in one line: its status and its first word. */
  async verify(how: How = {}): Promise<string> {
    const { status, out } = await this.dogwatch(["log", "verify"], how);
    return `${status} ${out.split(/[:\s]/u, 1)[0]}`;
  }

  entries(): readonly Entry[] {
    if (!existsSync(this.log)) return [];
    return readFileSync(this.log, "utf8").trim().split("\n").map(readEntry);
  }

  events(): readonly string[] {
    return this.entries().map(({ event }) => event);
  }

  /** How often the recipe's script has run. */
  runs(): number {
    return existsSync(this.at("ran")) ? readFileSync(this.at("ran"), "utf8").split("\n").length - 1 : 0;
  }

  /** Names in the state folder. */
  names(): readonly string[] {
    return existsSync(this.state) ? readdirSync(this.state).sort() : [];
  }

  [Symbol.dispose](): void {
    rmSync(this.path, { recursive: true, force: true });
  }
}

const readTick = (text: string): Tick => parse(TickShape, JSON.parse(text));
/** Reads one line of a heal log. Throws on what is none. */
export const readEntry = (line: string): Entry => parse(EntryShape, JSON.parse(line));

/** One POST to the chat: its path and the text of its message. */
export interface Posted {
  readonly path: string;
  readonly text: string;
}

/** A real HTTP chat. `answer` may be set anew at any time. */
export class Chat implements Disposable {
  /** What it said 2xx to, in order. */
  readonly taken: Posted[] = [];
  answer: (posted: Posted) => Response | Promise<Response> = () => Response.json({ ok: true });
  readonly #server: Bun.Server<undefined> = Bun.serve({
    port: 0,
    hostname: "127.0.0.1",
    fetch: async (request) => {
      const { text } = parse(looseObject({ text: string() }), await request.json());
      const posted = { path: new URL(request.url).pathname, text };
      const answer = await this.answer(posted);
      if (answer.ok) this.taken.push(posted);
      return answer;
    },
  });
  readonly api: string = `http://127.0.0.1:${this.#server.port}`;
  /** The line of a config that sends here. */
  readonly yaml: string = `chat: { webhook: { url: "${this.api}/hook" } }\n`;

  heads(): readonly string[] {
    return this.taken.map(({ text }) => text.split("\n", 1)[0] ?? "");
  }

  [Symbol.dispose](): void {
    void this.#server.stop(true);
  }
}
