import type { Check } from "../config/config.ts";
import type { Failure } from "../host/host.ts";
import type { LinePeer } from "../host/peers.ts";
import type { Memory, Reading } from "../probes/probe.ts";
import { momentOf } from "../state/state.ts";
import { readHealState } from "../state/store.ts";
import { healConfirmed, type Look, lookFor } from "./confirmed-heal.ts";
import type { HealContext } from "./context.ts";
import { endedChecks, endSaidOver, lookAtEnds, nowOf, sightOf } from "./ends.ts";
import { type EventScope, enterEvents } from "./events.ts";
import type { Healed } from "./healed.ts";
import type { WatcherEvent } from "./helper.ts";
import { asNotGreen, byCheck } from "./in-process.ts";
import type { Keepable } from "./keep.ts";
import { keepCopies } from "./keep-copies.ts";
import { tidyUp } from "./locked-heal.ts";
import { noteStates } from "./note-states.ts";
import { openOf } from "./open-of.ts";
import type { RecentLog } from "./recent-log.ts";
import { type Answer, type Besides, maxRequests, type Request, toWire, wireVersion } from "./wire.ts";
import { parseRequest } from "./wire-request.ts";

/** How long a peer may take to say its first whole line, and to go on, in milliseconds. */
const firstLineMs = 10_000;
const nextLineMs = 150_000;

/** What the root side works with. */
export interface ServeParts extends Omit<HealContext, "note" | "say" | "look" | "memory" | "isReadOnly"> {
  readonly peer: LinePeer;
  /** Looks at checks, as the users that they name or as the probe user, never as root. */
  readonly look: (
    checks: readonly Check[],
    memory: (check: string) => Memory | undefined,
  ) => Promise<ReadonlyMap<string, Reading>>;
  /** Files that the rules' recipes may put back. */
  readonly keepables: readonly Keepable[];
  /** What the helper's own looks left before, by check. */
  readonly memory: Readonly<Record<string, Memory>>;
  readonly keepMemory: (memory: Readonly<Record<string, Memory>>) => void;
  /** The heal log for the report. `isReadOnly`: its check isn't kept. */
  readonly recent: (isReadOnly: boolean) => Promise<RecentLog | Failure>;
  /** Says in the journal what was refused. */
  readonly warn: (text: string) => void;
}

type Plain = Answer extends infer Each ? (Each extends Besides ? Omit<Each, keyof Besides> : never) : never;

/** One connection's helper. */
interface Session {
  handle(request: Request): Promise<Plain>;
  /** What a request leaves to be done once it is answered: nobody waits for it. */
  finish(request: Request): Promise<void>;
  /** The peer is gone: what only we can still do. */
  end(): Promise<void>;
  besides(): Besides;
  isDryRun(): boolean;
}

const scopeOf = ({ host, config, configSha256 }: ServeParts): EventScope => ({
  host,
  config,
  configSha256,
  now: momentOf(host),
  at: new Date(host.clock.nowMs()).toISOString(),
});

/** What the helper remembers of its own looks: the base of all looks of one connection, and what they leave. */
const createMemory = ({ config, memory, keepMemory, look }: ServeParts, isDryRun: () => boolean) => {
  const names = new Set(config.checks.map(({ name }) => name));
  let latest = memory;
  return {
    look: async (checks: readonly Check[]): Promise<ReadonlyMap<string, Reading>> => {
      const readings = await look(checks, (name) => memory[name]);
      const left = [...readings].flatMap(([name, reading]) =>
        reading.memory === undefined ? [] : [[name, reading.memory] as const],
      );
      const known = Object.entries(latest).filter(([name]) => names.has(name));
      latest = Object.fromEntries([...known, ...left]);
      if (!isDryRun()) keepMemory(latest);
      return readings;
    },
    of: (name: string): Memory | undefined => latest[name],
  };
};

/** Looks again at checks that are said to be well: a flapping check mustn't be hidden by a word. */
const noteWell = async (context: HealContext, names: readonly string[]): Promise<void> => {
  const ruled = new Set(context.config.heal.rules.flatMap(({ on }) => on));
  const wanted = names.filter((name) => ruled.has(name));
  if (wanted.length === 0) return;
  const readings = await context.look(wanted);
  noteStates(
    context,
    new Map(
      [...readings].flatMap(([name, { kind }]) =>
        kind === "unknown" ? [] : [[name, kind === "ok" ? "g" : "r"] as const],
      ),
    ),
  );
};

/** The names of checks that are said not to be well, and those of latched rules that aren't: a word ends no latch. */
const notGreenOf = async (context: HealContext, said: readonly string[]): Promise<readonly string[]> => {
  const { latched } = readHealState(context.host, context.folder, momentOf(context.host), true).value;
  const on = context.config.heal.rules.flatMap((rule) => (Object.hasOwn(latched, rule.id) ? rule.on : []));
  if (on.length === 0) return said;
  const readings = await context.look(on);
  return [...said, ...on.filter((name) => readings.get(name)?.kind !== "ok")];
};

const withoutMemory = ({ memory: _, ...reading }: Reading): Reading => reading;

const toAnswer = (readings: ReadonlyMap<string, Reading>): Plain => ({
  is: "readings",
  readings: Object.fromEntries([...readings].map(([name, each]) => [name, withoutMemory(each)])),
});

const failed = (failure: Failure): Plain => ({ is: "failed", code: failure.code, why: failure.why });

/** What is called over is looked at first: an end that we see otherwise is none. */
const enter = async (parts: ServeParts, context: HealContext, events: readonly WatcherEvent[]): Promise<Plain> => {
  const readings = await lookAtEnds(context, endedChecks(parts.journal.book(), parts.config, events));
  const sight = sightOf(parts.config, readings, nowOf(parts));
  const entered = enterEvents(parts.journal, { ...scopeOf(parts), sight }, events);
  return entered.kind === "failed" ? failed(entered) : { is: "entered" };
};

const sealNow = ({ journal }: ServeParts): Plain => {
  const done = journal.seal();
  return done.kind === "failed" ? failed(done) : { is: "sealed", seal: done.seal };
};

const wellIn = (request: Request): readonly string[] =>
  request.do === "enter"
    ? request.events.flatMap((each) => (each.event === "incident.resolved" ? [each.check] : []))
    : [];

const tellStory = async ({ recent }: ServeParts, isReadOnly: boolean): Promise<Plain> => {
  const story = await recent(isReadOnly);
  return "kind" in story ? failed(story) : { is: "story", story };
};

const keep = async ({ keepables }: ServeParts, context: HealContext): Promise<Plain> => {
  const on = keepables.flatMap((each) => each.on);
  if (on.length > 0) await keepCopies(context, keepables, await context.look(on));
  return { is: "noted" };
};

type HealOrder = Extract<Request, { readonly do: "heal" }>;

/** Heals what is asked, where our own looks find it; `first`: one that was taken before. */
const healFor = async (
  parts: ServeParts,
  context: HealContext,
  { red, incidents: asked }: HealOrder,
  first: Look | undefined,
  onApplying: (answer: Plain) => void,
): Promise<Plain> => {
  const incidents = openOf(parts, asked, context.isReadOnly);
  const onApply = (known: Healed): void => onApplying({ is: "applying", healed: toWire(known) });
  const healed = await healConfirmed(context, { red, incidents, first, onApply });
  const closed = asked.flatMap(({ check }) => (Object.hasOwn(incidents, check) ? [] : [check]));
  return { is: "healed", healed: toWire({ ...healed, closed }) };
};

const openSession = (parts: ServeParts, onApplying: (answer: Plain) => void): Session => {
  const { config, journal } = parts;
  const failures: Failure[] = [];
  const notes: string[] = [];
  let isDryRun = false;
  const memory = createMemory(parts, () => isDryRun);
  const checksOf = (names: readonly string[]): readonly Check[] =>
    config.checks.filter(({ name }) => names.includes(name));
  const context: HealContext = {
    ...parts,
    isReadOnly: false,
    memory: memory.of,
    look: async (names) => await memory.look(checksOf(names)),
    note: (failure) => void failures.push(failure),
    say: (text) => void notes.push(text),
  };
  let suspected: { readonly look: Promise<Look>; readonly names: readonly string[] } | undefined;
  const heal = async (request: HealOrder): Promise<Plain> => {
    const first = suspected;
    suspected = undefined;
    const isSame = first !== undefined && request.red.every((name) => first.names.includes(name));
    const look = isSame ? await first.look : undefined;
    return await healFor(parts, { ...context, isReadOnly: request.dryRun || isDryRun }, request, look, onApplying);
  };
  const handle = async (request: Request): Promise<Plain> => {
    if (isDryRun && ["enter", "keep", "tidy", "seal"].includes(request.do))
      return { is: "failed", code: "REFUSED", why: "a dry run changes nothing" };
    switch (request.do) {
      case "hello":
        isDryRun ||= request.dryRun === true;
        return { is: "hello" };
      case "incidents":
        return { is: "incidents", incidents: byCheck((isDryRun ? journal.book() : journal.mended()).open) };
      case "story":
        return await tellStory(parts, isDryRun);
      case "look":
        return toAnswer(await memory.look(checksOf(request.checks)));
      case "suspect":
        // A slow look keeps no answer waiting: on those a red may wait.
        suspected = { look: lookFor(context, request.checks), names: request.checks };
        return { is: "noted" };
      case "enter":
        return await enter(parts, context, request.events);
      case "heal":
        return await heal(request);
      case "seal":
        return sealNow(parts);
      case "keep":
        return await keep(parts, context);
      case "tidy":
        await tidyUp(context, asNotGreen(await notGreenOf(context, request.notGreen), config.checks));
        return { is: "noted" };
    }
  };
  return {
    handle,
    isDryRun: () => isDryRun,
    finish: async (request) => (isDryRun ? undefined : await noteWell(context, wellIn(request))),
    end: async () => (isDryRun ? undefined : await endSaidOver(context)),
    besides: () => {
      const trouble = journal.trouble() ?? failures[0];
      return {
        head: journal.head(),
        notes: [...notes, ...journal.notes()],
        trouble: trouble === undefined ? null : { code: trouble.code, why: trouble.why },
      };
    },
  };
};

/** Why a request is not served at all. */
const refusalOf = (request: Request | undefined, count: number, { configSha256 }: ServeParts): string | undefined => {
  if (request === undefined) return "it is no request";
  if (count > maxRequests) return `it is one of more than ${maxRequests} requests`;
  if (request.do !== "hello") return undefined;
  if (request.version !== wireVersion) return "it comes from another version of dogwatch";
  return request.config === configSha256 ? undefined : "it is about another config than the one that root reads";
};

/** The peer's next request, or why it is none; undefined when it has hung up. */
const hear = async (parts: ServeParts, count: number): Promise<Request | string | undefined> => {
  const line = await parts.peer.next(count === 1 ? firstLineMs : nextLineMs);
  if (line.kind === "end") return undefined;
  if (line.kind === "late") return "no whole line came in time";
  if (line.kind === "too-long") return "the line is too long";
  const request = parseRequest(line.text);
  return refusalOf(request, count, parts) ?? request;
};

/**
 * Serves one watcher: its requests one after the other, each answered by a line. The first that is none ends the connection. A watcher that goes
 * away doesn't stop what was begun. Returns when the peer is done, and whether it was all a dry run. Never throws for expected trouble.
 */
export const serve = async (parts: ServeParts): Promise<{ readonly isDryRun: boolean }> => {
  const { peer, warn } = parts;
  // Once false: the peer is gone, or doesn't read. Then nothing more is said, and no further request is heard.
  let sending: Promise<boolean> = Promise.resolve(true);
  const send = (answer: Plain): void => {
    const line = JSON.stringify({ ...answer, ...session.besides() });
    sending = sending.then(async (isHeard) => isHeard && (await peer.send(line)));
  };
  const session = openSession(parts, send);
  for (let count = 1; await sending; count += 1) {
    const request = await hear(parts, count);
    if (request === undefined) break;
    if (typeof request === "string") {
      warn(`refused a request: ${request}`);
      send({ is: "refused", code: "REFUSED", why: request });
      break;
    }
    send(await session.handle(request));
    await sending;
    await session.finish(request);
  }
  await sending;
  peer.close();
  await session.end();
  return { isDryRun: session.isDryRun() };
};
