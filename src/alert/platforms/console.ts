import type { Platform } from "./platform.ts";
import { messageText } from "./text.ts";

/**
 * One line on stderr, for the journal with priority 0, which journald forwards to every terminal without any privilege. The lines of the
 * message are folded into one, since journald takes each line as a message of its own. Source: sd-daemon(3), journald.conf(5) ForwardToWall.
 */
export const consolePlatform: Platform<"console"> = {
  kind: "console",
  destinations: () => [],
  send: async (_chat, message, { host }) => {
    const lines = messageText(message.text)
      .split("\n")
      .map((line) => line.trim());
    const { terminal } = host;
    return terminal.err(`${terminal.isErrJournal ? "<0>" : ""}${lines.filter((line) => line !== "").join(" | ")}\n`)
      ? {
          kind: "delivered",
          answer: terminal.isErrJournal
            ? "written to the journal with priority 0"
            : "shown here; a tick's go to every terminal",
        }
      : { kind: "later", why: "console: nobody reads stderr" };
  },
};
