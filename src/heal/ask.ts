import type { Config } from "../config/config.ts";
import type { Failure, Host } from "../host/host.ts";
import type { LinePeer, NextLine } from "../host/peers.ts";
import type { Head } from "../log/entry.ts";
import type { Reading } from "../probes/probe.ts";
import { isUnfoldedRed, type Judged } from "../verdict/judge.ts";
import { type Healed, noHeal } from "./healed.ts";
import type { Helper, LoggedIncidents, WatcherEvent } from "./helper.ts";
import { type Answer, fromWire, maxAnswerBytes, maxItems, parseAnswer, type Request, wireVersion } from "./wire.ts";

/** How long the helper may take to be reached, and to answer what takes no looking, in milliseconds. */
const connectMs = 5000;
const quickMs = 20_000;
/** A round of looks in it, with its start. */
const lookMs = 65_000;

/** What the watcher's side works with. */
export interface AskParts {
  readonly host: Host;
  readonly config: Config;
  readonly configSha256: string;
  /** Path of the helper's socket. */
  readonly socket: string;
  /** Nothing at all is to be changed. */
  readonly isDryRun: boolean;
  /** Milliseconds that a heal may be waited for now. */
  readonly waitMs: () => number;
}

const unknown = (evidence: string): Reading => ({ kind: "unknown", evidence, durationMs: 0 });
const failureOf = (code: string, why: string): Failure => ({ kind: "failed", code, why });

/** A socket that isn't there was stopped, or never started; a helper that refuses is there, and answers the next tick. */
const remedyFor = (code: string): string => {
  if (code === "ENOENT") return "sudo systemctl enable --now dogwatch-heal.socket";
  return code === "REFUSED" ? "sudo dogwatch tick" : "systemctl status dogwatch-heal.socket";
};

const helperTrouble = "cannot reach the heal helper";

/** Whether this is why nothing could be asked of the helper. Pure. */
export const isHelperTrouble = (why: string): boolean => why.startsWith(helperTrouble);

/** Says a request and waits for its answer; what comes before that is handed to `meanwhile`. */
type Speak = (request: Request, withinMs: number, meanwhile?: (answer: Answer) => void) => Promise<Answer | Failure>;

/** One connection a tick, made when it is first needed. A helper that can't be reached is asked no more. */
const createLine = ({ host, socket, configSha256, isDryRun }: AskParts) => {
  let peer: LinePeer | undefined;
  let broken: Failure | undefined;
  let last: Answer | undefined;
  let queue: Promise<unknown> = Promise.resolve();
  const lose = (code: string, why: string): Failure => {
    broken = failureOf(code, `${helperTrouble} at "${socket}": ${why}; run: ${remedyFor(code)}`);
    peer?.close();
    return broken;
  };
  const read = (line: NextLine, withinMs: number): Answer | Failure => {
    if (line.kind === "late") return lose("TIMEOUT", `no answer in ${Math.round(withinMs / 1000)} s`);
    if (line.kind !== "line") return lose("ECONNRESET", line.kind === "end" ? "it hung up" : "its answer is too long");
    last = parseAnswer(line.text) ?? last;
    return parseAnswer(line.text) ?? lose("MALFORMED", "its answer is none");
  };
  /** Waits for the answer; what comes before it is handed to `meanwhile`. */
  const hear = async (
    from: LinePeer,
    withinMs: number,
    meanwhile: (answer: Answer) => void,
  ): Promise<Answer | Failure> => {
    const endMs = host.clock.monotonicMs() + withinMs;
    for (;;) {
      const answer = read(await from.next(Math.max(0, endMs - host.clock.monotonicMs())), withinMs);
      if ("kind" in answer) return answer;
      if (answer.is === "refused") return lose(answer.code, `it refused: ${answer.why}`);
      if (answer.is !== "applying") return answer;
      meanwhile(answer);
    }
  };
  const speak: Speak = async (request, withinMs, meanwhile = () => undefined) => {
    if (broken !== undefined) return broken;
    if (peer === undefined) return lose("ENOTCONN", "it is closed");
    return (await peer.send(JSON.stringify(request)))
      ? await hear(peer, withinMs, meanwhile)
      : lose("EPIPE", "it hung up");
  };
  const connect = async (): Promise<void> => {
    if (peer !== undefined || broken !== undefined) return;
    const connected = await host.peers.connect(socket, connectMs, maxAnswerBytes);
    if ("kind" in connected) return void lose(connected.code, connected.why);
    peer = connected;
    const dry = isDryRun ? { dryRun: true } : {};
    await speak({ do: "hello", version: wireVersion, config: configSha256, ...dry }, quickMs);
  };
  return {
    /** Requests go one after the other, whoever makes them. */
    ask: (request: Request, withinMs: number, meanwhile?: (answer: Answer) => void): Promise<Answer | Failure> => {
      const asked = queue.then(async () => {
        await connect();
        return await speak(request, withinMs, meanwhile);
      });
      queue = asked;
      return asked;
    },
    meet: async (): Promise<void> => {
      queue = queue.then(connect);
      await queue;
    },
    last: () => last,
    broken: () => broken,
    close: () => peer?.close(),
  };
};

const isFailure = (answer: Answer | Failure): answer is Failure => "kind" in answer;

/** What became of the wish to have the log sealed. */
const sealedBy = (answer: Answer | Failure): Awaited<ReturnType<Helper["seal"]>> => {
  if (isFailure(answer)) return answer;
  if (answer.is === "sealed") return { kind: "sealed", seal: answer.seal };
  return answer.is === "failed"
    ? failureOf(answer.code, answer.why)
    : failureOf("MALFORMED", "the heal helper did not say whether the log is sealed");
};

const redIn = (judged: readonly Judged[]): readonly string[] => judged.filter(isUnfoldedRed).map(({ name }) => name);

const inChunks = <Item>(items: readonly Item[], size: number): readonly (readonly Item[])[] =>
  Array.from({ length: Math.ceil(items.length / size) }, (_, at) => items.slice(at * size, (at + 1) * size));

/** A slow helper goes on without us; of one that hung up nobody knows what it still did. A later tick hears how it ended. */
const lostAs = ({ code }: Failure): "watching" | "indeterminate" => (code === "TIMEOUT" ? "watching" : "indeterminate");

/** A line of events stays well below the bound of a request. */
const eventsAtOnce = 100;

/**
 * The helper behind its socket, as the watcher asks it: what the watcher may say is names. Connects when first asked; a green tick without
 * checks of other users never does. Never throws for expected trouble.
 */
export const askHelper = (parts: AskParts): Helper => {
  const { config, waitMs } = parts;
  const line = createLine(parts);
  const lastHead = (): Head | null => line.last()?.head ?? null;
  const unseen = (checks: readonly string[], why: string): ReadonlyMap<string, Reading> =>
    new Map(checks.map((name) => [name, unknown(why)]));
  const enter = async (events: readonly WatcherEvent[]): ReturnType<Helper["enter"]> => {
    for (const some of inChunks(events, eventsAtOnce)) {
      const answer = await line.ask({ do: "enter", events: some }, quickMs);
      if (isFailure(answer)) return answer;
      if (answer.is === "failed") return failureOf(answer.code, answer.why);
    }
    return { kind: "appended", head: lastHead() ?? { seq: 0, sha256: "" } };
  };
  const isRuled = (name: string): boolean => config.heal.rules.some(({ on }) => on.includes(name));
  return {
    head: async () => {
      await line.meet();
      return lastHead();
    },
    lastHead,
    grownTo: () => undefined,
    incidents: async (): Promise<LoggedIncidents> => {
      const answer = await line.ask({ do: "incidents" }, quickMs);
      return !isFailure(answer) && answer.is === "incidents" ? answer.incidents : {};
    },
    look: async (checks) => {
      const answer = await line.ask({ do: "look", checks: checks.slice(0, maxItems) }, lookMs);
      if (isFailure(answer)) return unseen(checks, answer.why);
      if (answer.is !== "readings")
        return unseen(checks, answer.is === "failed" ? answer.why : "the heal helper gave no reading");
      const { readings } = answer;
      return new Map(checks.map((name) => [name, readings[name] ?? unknown("the heal helper gave no reading")]));
    },
    suspect: (checks) => {
      const ruled = checks.filter(isRuled);
      if (ruled.length > 0) void line.ask({ do: "suspect", checks: ruled }, quickMs);
    },
    enter,
    heal: async ({ judged, incidents, isDryRun, onApply }): Promise<Healed> => {
      let applied: Healed | undefined;
      const answer = await line.ask(
        {
          do: "heal",
          red: redIn(judged),
          incidents: Object.values(incidents).map(({ check, id }) => ({ check, incident: id })),
          dryRun: isDryRun,
        },
        waitMs(),
        (before) => {
          if (before.is !== "applying") return;
          applied = fromWire(before.healed);
          onApply(applied);
        },
      );
      if (isFailure(answer) && applied !== undefined) return { ...applied, outcome: lostAs(answer), why: answer.why };
      if (isFailure(answer)) return { ...noHeal(answer.why), outcome: "refused", check: redIn(judged)[0] ?? null };
      if (answer.is === "healed") return fromWire(answer.healed);
      const why = answer.is === "failed" ? answer.why : "the heal helper gave no outcome";
      return { ...noHeal(why), outcome: "refused", check: redIn(judged)[0] ?? null };
    },
    keep: async () => void (await line.ask({ do: "keep" }, lookMs)),
    tidy: async (notGreen) => void (await line.ask({ do: "tidy", notGreen: notGreen.slice(0, maxItems) }, quickMs)),
    seal: async () => sealedBy(await line.ask({ do: "seal" }, quickMs)),
    trouble: () => {
      const trouble = line.broken() ?? line.last()?.trouble ?? undefined;
      return trouble === undefined ? undefined : failureOf(trouble.code, trouble.why);
    },
    notes: () => line.last()?.notes ?? [],
    close: () => line.close(),
  };
};
