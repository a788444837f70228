import type { Decided } from "./alert/decide.ts";
import { deliver, isStuck } from "./alert/deliver.ts";
import type { Hold } from "./alert/hold.ts";
import { type Mailbox, openMailbox } from "./alert/mailbox.ts";
import { sendable } from "./alert/outbox.ts";
import type { Chat } from "./alert/platforms/index.ts";
import type { ChatContext, Delivery, Latch, Message } from "./alert/platforms/platform.ts";
import type { Open } from "./alert/standing.ts";
import { type Telling, tell } from "./alert/tell.ts";
import { holdsState } from "./config/chat-ways.ts";
import { checkDestinations } from "./config/egress.ts";
import type { Recalled } from "./recall.ts";
import { nowOf, type Run } from "./run.ts";
import { hasTakenSince } from "./state/chat-taken.ts";
import type { Held, State } from "./state/state.ts";
import type { Judged } from "./verdict/judge.ts";

/** What is told and not over, as the tick knows it by now. */
export interface Latest {
  /** As found before the heal. */
  readonly found: readonly Judged[];
  readonly judged: readonly Judged[];
  readonly decided: Pick<Decided, "incidents" | "unknownTold" | "flaps" | "ended">;
}

/** The way out for this tick's messages. */
export interface Mail {
  readonly mailbox: Mailbox;
  /** The messages that would leave now, as they would: several held back, or of a storm, as one. */
  wouldSend(): readonly Pick<Message, "kind" | "text">[];
  /** For the state; undefined with a chat that takes messages, and where nothing is held. */
  held(): Held | undefined;
  /** Sentences for the operator: what is wrong though nothing may be waiting. */
  troubles(): readonly string[];
  /** Whether the chat leaves the operator deaf (exit 75). */
  isStuck(): boolean;
}

type Ask = (what: (chat: Chat, context: ChatContext) => Promise<Delivery>) => Promise<Delivery>;

/** Loads the chat at the first use, lets it through, and notes in the journal what it said. */
const asking = (run: Run, latch: Latch): Ask => {
  let opened: Promise<Chat> | undefined;
  return async (what) => {
    run.progress?.stage("telling the chat");
    opened ??= run.openChat();
    const chat = await opened;
    run.host.http.allow([...checkDestinations(run.config), ...chat.destinations()]);
    const sent = await what(chat, { host: run.host, timeoutMs: 10_000, secret: run.secret, latch });
    run.log.log("debug", `chat ${sent.kind}: ${sent.kind === "delivered" ? sent.answer : sent.why}`);
    return sent;
  };
};

/** When the host was booted, on the first tick after it; null on any other, and on the first ever. */
const bootedAt = (run: Run, { state }: Recalled): string | null => {
  const { clock } = run.host;
  if (state.tick === 0 || state.moment.bootId === clock.bootId()) return null;
  return new Date(clock.nowMs() - clock.uptimeS() * 1000).toISOString();
};

const openOf = (run: Run, { judged, decided }: Latest): readonly Open[] => [
  ...Object.values(decided.incidents).map(({ id, check, openedAt }) => ({
    ...{ name: "red" as const, check, incident: id, since: openedAt },
  })),
  ...[...decided.unknownTold].map((check) => ({
    ...{ name: "unknown" as const, check, incident: decided.incidents[check]?.id ?? null },
    since: judged.find(({ name }) => name === check)?.since ?? nowOf(run).at,
  })),
  ...Object.values(decided.incidents).flatMap(({ id, check }) => {
    const flap = decided.flaps[check];
    return flap?.isTold ? [{ name: "flapping" as const, check, incident: id, since: flap.since }] : [];
  }),
];

/** What is said of something that stands and that no message told this chat: as it would be told now. */
const toldNow = (telling: Telling, { decided }: Latest, { name, check }: Open): Message => {
  const incident = decided.incidents[check] ?? null;
  const flap = decided.flaps[check];
  const kind = name === "unknown" || name === "flapping" ? name : "reminder";
  const decision = { kind, check, incident } as const;
  return tell(telling, flap === undefined ? decision : { ...decision, flap }, null);
};

const openHoldOf = async (
  run: Run,
  { state }: Recalled,
  telling: Telling,
  latest: () => Latest,
  ask: Ask,
): Promise<Hold> => {
  const { keepMs, openHold } = await import("./alert/hold.ts");
  const { host } = run.config;
  return openHold({
    ...{ held: state.held, tick: state.tick + 1, nowMs: run.host.clock.nowMs },
    open: () => openOf(run, latest()),
    describe: async (open) => {
      const head = open.length === 0 ? null : await run.helper.head();
      const now = { ...telling, head, judged: latest().judged };
      return (each) => toldNow(now, latest(), each);
    },
    keepMs: keepMs(state.tick === 0 ? undefined : state.moment, nowOf(run).moment),
    send: (standings, until) => ask((chat, context) => chat.hold({ host, standings, until }, context)),
  });
};

/** How long the chat still asks to be left alone. Who edits the config may have taken another chat, which asked for nothing. */
const waitOf = ({ host, paths, configSha256 }: Run, { chatWait, configSha256: before }: State): State["chatWait"] =>
  chatWait === null || before !== configSha256 || hasTakenSince(host, paths.state, chatWait.from) ? null : chatWait;

/** Opens the way out: an outbox of messages or, where the chat holds state, what it is to hold. `onSent`: makes it durable. */
export const openMail = async (
  run: Run,
  recalled: Recalled,
  given: {
    readonly latch: Latch;
    readonly telling: Telling;
    readonly latest: () => Latest;
    readonly onSent: () => void;
  },
): Promise<Mail> => {
  const { state } = recalled;
  const tick = state.tick + 1;
  const ask = asking(run, given.latch);
  const hold = holdsState(run.config.chat)
    ? await openHoldOf(run, recalled, given.telling, given.latest, ask)
    : undefined;
  const booted = bootedAt(run, recalled);
  const mailbox = openMailbox({
    ...{ outbox: state.outbox, wait: waitOf(run, state), tick, onSent: given.onSent },
    now: () => nowOf(run).moment,
    deliver: async (outbox, onTaken) =>
      hold === undefined
        ? await deliver(outbox, {
            ...{ tick, bootedAt: booted, onTaken, sleep: run.host.clock.sleep },
            send: (message) => ask((chat, context) => chat.send(message, context)),
          })
        : await hold.deliver(outbox),
    ...(hold === undefined ? {} : { isDue: hold.isDue, thin: hold.thin }),
  });
  return {
    mailbox,
    wouldSend: () => {
      const outbox = mailbox.outbox();
      return hold === undefined ? sendable(outbox, tick, booted).map(({ send }) => send) : outbox;
    },
    held: () => hold?.held(),
    troubles: () => [hold?.trouble()].filter((each) => each !== undefined),
    isStuck: () => hold?.isStuck() === true || isStuck(mailbox.outbox(), tick),
  };
};
