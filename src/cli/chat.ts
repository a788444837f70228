import { compose } from "../alert/compose.ts";
import { openLatch } from "../alert/latch.ts";
import { openChat } from "../alert/platforms/index.ts";
import type { Delivery, Message } from "../alert/platforms/platform.ts";
import { secretReader } from "../config/secret.ts";
import type { Host } from "../host/host.ts";
import { type LoadedConfig, loadFresh } from "../load.ts";
import { readHead } from "../log/append.ts";
import type { Head } from "../log/entry.ts";
import { clearChatLatch } from "../state/chat-latch.ts";
import { noteChatTaken } from "../state/chat-taken.ts";
import { readState } from "../state/store.ts";
import { type Cli, complain, exits, isoNow, printFaults } from "./cli.ts";
import { sendInSandbox } from "./send-in-sandbox.ts";

const timeoutMs = 10_000;

/** The console's message reaches the terminals only while journald forwards it; by default it does. Source: journald.conf(5), ForwardToWall=. */
const isWallOff = async (host: Host): Promise<boolean> => {
  const argv = ["/usr/bin/systemd-analyze", "cat-config", "systemd/journald.conf"];
  const ran = await host.exec.run({ argv, timeoutMs, maxOutputBytes: 256 * 1024 });
  if (ran.kind !== "exited" || ran.status !== 0) return false;
  const last = [...ran.stdout.matchAll(/^\s*ForwardToWall\s*=\s*(\S+)/gmu)].at(-1)?.[1];
  return last !== undefined && /^(no|false|off|0|n|f)$/iu.test(last);
};

/** Behind the wall the log is read by the helper alone; it is asked, as a tick asks it. Null when it can't be had. */
const logHead = async ({ host, paths }: Cli, { config, sha256 }: LoadedConfig): Promise<Head | null> => {
  if (paths.socket === null) {
    const head = readHead(host, paths.logFile);
    return "kind" in head ? null : head;
  }
  const { askHelper } = await import("../heal/ask.ts");
  const helper = askHelper({
    host,
    config,
    configSha256: sha256,
    socket: paths.socket,
    isDryRun: true,
    waitMs: () => timeoutMs,
  });
  const head = await helper.head();
  helper.close();
  return head;
};

const testMessage = (host: string, evidence: string, head: Head | null, now: string): Message =>
  compose({
    ...{ kind: "test", host, check: "chat", incident: null, evidence, since: now, ticks: 1, folded: [] },
    ...{ heal: null, isKnown: false, card: "", head, now },
  });

/** One way of the chat and what it answered. `name`: as the operator reads it. */
interface Tested {
  readonly name: string;
  readonly kind: string;
  readonly sent: Delivery;
}

/** Asks every way of the chat, each with a message of its own. */
const testWays = async (
  { host, paths }: Cli,
  { config }: LoadedConfig,
  head: Head | null,
): Promise<readonly Tested[]> => {
  const chat = await openChat(config.chat);
  const now = isoNow(host);
  const secret = secretReader(host, paths.credentials);
  host.http.allow(chat.destinations());
  return await Promise.all(
    chat.ways.map(async (way, at) => {
      const when = at === 0 ? "" : ` while ${config.chat.kind} is down`;
      const evidence = `dogwatch can reach this chat${when}; nothing is wrong`;
      const sent = await way.send(testMessage(config.host, evidence, head, now), { host, timeoutMs, secret });
      return { name: at === 0 ? way.kind : `${way.kind} (when_down)`, kind: way.kind, sent };
    }),
  );
};

/** A test that was delivered opens the chat's latch and ends its wait, one that woke an agent closes it. Root leaves the watcher's folder to the watcher. */
const settleLatch = ({ host, paths }: Cli, { config }: LoadedConfig, [own]: readonly Tested[]): void => {
  if (own === undefined || (host.uid === 0 && paths.install === "system" && paths.helper !== paths.state)) return;
  const parts = { host, folder: paths.state, chat: config.chat, by: "test", onWritten: () => undefined } as const;
  const latch = openLatch(parts);
  if (own.sent.kind === "refused" && own.sent.isLatching) latch.close(own.sent.why);
  if (own.sent.kind === "delivered" && latch.reason() !== undefined) clearChatLatch(host, paths.state);
  if (own.sent.kind === "delivered" && readState(host, paths.state, true).value.chatWait !== null)
    noteChatTaken(host, paths.state);
};

const sayRefused = ({ host, paths }: Cli, name: string, sent: Exclude<Delivery, { kind: "delivered" }>): void => {
  // Inside the unit's sandbox the credentials are handed over; outside of it only root can read them.
  const isOutside = paths.install === "system" && host.uid !== 0 && paths.credentials.prefix === "";
  const refused = isOutside ? "Run: sudo dogwatch chat test" : "It will not pass by itself.";
  const lasting = sent.kind === "refused" ? refused : "It may pass; run the command again later.";
  complain(host, sent.why.startsWith("cannot ") ? sent.why : `cannot deliver to ${name}: ${sent.why}`, lasting);
};

const sudo = ({ paths }: Cli): string => (paths.install === "system" ? "sudo " : "");

const sendFromHere = async (cli: Cli, loaded: LoadedConfig): Promise<number> => {
  const { host, flags } = cli;
  const tested = await testWays(cli, loaded, await logHead(cli, loaded));
  settleLatch(cli, loaded, tested);
  const [own, other] = tested;
  const whenDown = other === undefined ? {} : { when_down: { chat: other.kind, ...other.sent } };
  if (flags.isJson) host.terminal.out(`${JSON.stringify({ chat: own?.kind, ...own?.sent, ...whenDown })}\n`);
  for (const { name, sent } of tested) {
    if (sent.kind !== "delivered") sayRefused(cli, name, sent);
    else if (!flags.isJson) host.terminal.out(`${name}: delivered (${sent.answer})\n`);
  }
  if (tested.some(({ sent }) => sent.kind !== "delivered")) return exits.stuck;
  if (loaded.config.deadman !== null && !flags.isJson)
    host.terminal.out(`the dead-man's switch is not part of this test: ${sudo(cli)}dogwatch deadman test\n`);
  if (own?.kind === "console" && (await isWallOff(host)))
    complain(
      host,
      "the console is mute: journald has ForwardToWall off",
      "Set ForwardToWall=yes in journald.conf, or use a chat.",
    );
  return exits.done;
};

/** As root on a system install: from inside the watcher's own sandbox. Undefined where it is to be sent from here, as on a console. */
const sendFromSandbox = async (cli: Cli, { config }: LoadedConfig): Promise<number | undefined> =>
  config.chat.kind === "console" ? undefined : await sendInSandbox(cli, config, "chat test", "send");

const isTest = ({ words }: Cli): boolean => words[0] === "test" && words.length === 1;

/** `dogwatch chat test`: one message that says it is a test, and what the platform answered. */
export const chatCommand = async (cli: Cli): Promise<number> => {
  const { host, paths, words } = cli;
  if (!isTest(cli)) {
    complain(host, `cannot run "chat ${words.join(" ")}": there is only "chat test"`, "Run: dogwatch chat test");
    return exits.usage;
  }
  const loaded = await loadFresh(host, paths);
  if (loaded.kind === "faults") {
    printFaults(host, loaded.faults);
    return exits.config;
  }
  return (await sendFromSandbox(cli, loaded)) ?? (await sendFromHere(cli, loaded));
};
