import type { Terminal } from "../../host/host.ts";
import type { Platform } from "./platform.ts";
import { messageText } from "./text.ts";

const answer = ({ isErrTerminal, isErrJournal }: Terminal): string => {
  if (isErrTerminal) return "shown here; a tick's go to every terminal";
  return isErrJournal ? "written to the journal with priority 0" : "written to stderr with priority 0";
};

/**
 * One line on stderr with priority 0, which journald forwards to every terminal without any privilege; a person at a terminal sees no priority.
 * A pipe has it too: whoever reads there may be `systemd-cat` or a container's journal. The lines of the message are folded into one, since journald
 * takes each line as a message of its own. Source: sd-daemon(3), journald.conf(5) ForwardToWall.
 */
export const consolePlatform: Platform<"console"> = {
  kind: "console",
  destinations: () => [],
  send: async (_chat, message, { host }) => {
    const lines = messageText(message.text)
      .split("\n")
      .map((line) => line.trim());
    const { terminal } = host;
    return terminal.err(`${terminal.isErrTerminal ? "" : "<0>"}${lines.filter((line) => line !== "").join(" | ")}\n`)
      ? { kind: "delivered", answer: answer(terminal) }
      : { kind: "later", why: "console: nobody reads stderr" };
  },
};
