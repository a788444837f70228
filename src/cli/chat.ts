import { compose } from "../alert/compose.ts";
import { openChat } from "../alert/platforms/index.ts";
import { printFault } from "../config/fault.ts";
import { secretReader } from "../config/secret.ts";
import type { Host } from "../host/host.ts";
import { loadFresh } from "../load.ts";
import { readHead } from "../log/append.ts";
import { type Cli, complain, exits } from "./cli.ts";

const timeoutMs = 10_000;

/** The console's message reaches the terminals only while journald forwards it; by default it does. Source: journald.conf(5), ForwardToWall=. */
const isWallOff = async (host: Host): Promise<boolean> => {
  const argv = ["/usr/bin/systemd-analyze", "cat-config", "systemd/journald.conf"];
  const ran = await host.exec.run({ argv, timeoutMs, maxOutputBytes: 256 * 1024 });
  if (ran.kind !== "exited" || ran.status !== 0) return false;
  const last = [...ran.stdout.matchAll(/^\s*ForwardToWall\s*=\s*(\S+)/gmu)].at(-1)?.[1];
  return last !== undefined && /^(no|false|off|0|n|f)$/iu.test(last);
};

/** `dogwatch chat test`: one message that says it is a test, and what the platform answered. */
export const chatCommand = async ({ host, paths, flags, words }: Cli): Promise<number> => {
  if (words[0] !== "test" || words.length > 1) {
    complain(host, `cannot run "chat ${words.join(" ")}": there is only "chat test"`, "Run: dogwatch chat test");
    return exits.usage;
  }
  const loaded = await loadFresh(host, paths);
  if (loaded.kind === "faults") {
    for (const fault of loaded.faults) host.terminal.err(`${printFault(fault)}\n`);
    return exits.config;
  }
  const { config } = loaded;
  const chat = await openChat(config.chat);
  const head = readHead(host, paths.logFile);
  const now = new Date(host.clock.nowMs()).toISOString();
  const message = compose({
    kind: "test",
    host: config.host,
    check: "chat",
    incident: null,
    evidence: "dogwatch can reach this chat; nothing is wrong",
    since: now,
    ticks: 1,
    folded: [],
    heal: null,
    isKnown: false,
    card: "",
    head: "kind" in head ? null : head,
    now,
  });
  host.http.allow(chat.destinations());
  const sent = await chat.send(message, { host, timeoutMs, secret: secretReader(host, paths.credentials) });
  if (flags.isJson) host.terminal.out(`${JSON.stringify({ chat: config.chat.kind, ...sent })}\n`);
  if (sent.kind === "delivered") {
    if (!flags.isJson) host.terminal.out(`${config.chat.kind}: delivered (${sent.answer})\n`);
    if (config.chat.kind === "console" && (await isWallOff(host)))
      complain(
        host,
        "the console is mute: journald has ForwardToWall off",
        "Set ForwardToWall=yes in journald.conf, or use a chat.",
      );
    return exits.done;
  }
  const lasting = sent.kind === "refused" ? "It will not pass by itself." : "It may pass; run the command again later.";
  complain(
    host,
    sent.why.startsWith("cannot ") ? sent.why : `cannot deliver to ${config.chat.kind}: ${sent.why}`,
    lasting,
  );
  return exits.stuck;
};
