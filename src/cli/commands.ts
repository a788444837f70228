import type { CliCommand, Flags } from "./cli.ts";

/** One command: how its code is loaded, what it takes, as whom it works. */
export interface Entry {
  readonly load: () => Promise<CliCommand>;
  /** Flags beyond the common ones. */
  readonly flags: readonly string[];
  /** Whether words may follow. */
  readonly hasWords: boolean;
  /** It works on the watcher's state: as root on a system install it first becomes that folder's owner. */
  readonly isWatchers?: (words: readonly string[], flags: Flags) => boolean;
  /** Without a look at what heals have left it would say what isn't so. */
  readonly needsSight?: (words: readonly string[], flags: Flags) => boolean;
}

const always = (): boolean => true;

/** The commands by their names; each is loaded only when it is the one. */
export const commands: Readonly<Record<string, Entry>> = {
  tick: {
    load: async () => (await import("./tick.ts")).tickCommand,
    flags: ["dry-run"],
    hasWords: false,
    isWatchers: always,
    needsSight: (_, { isDryRun }) => isDryRun,
  },
  validate: {
    load: async () => (await import("./validate.ts")).validateCommand,
    flags: ["expand"],
    hasWords: true,
  },
  init: { load: async () => (await import("./init.ts")).initCommand, flags: ["stdout", "diff"], hasWords: false },
  status: {
    load: async () => (await import("./status.ts")).statusCommand,
    flags: ["exit-code", "brief", "watch"],
    hasWords: false,
    isWatchers: always,
  },
  heal: {
    load: async () => (await import("./heal.ts")).healCommand,
    flags: ["step"],
    hasWords: true,
    isWatchers: ([verb]) => verb === "plan",
    needsSight: ([verb]) => verb === "plan",
  },
  log: {
    load: async () => (await import("./log-command.ts")).logEntry,
    flags: [
      ...["head", "key", "seals", "through", "incident", "since", "until", "check", "recipe", "outcome", "event", "by"],
      "format",
    ],
    hasWords: true,
  },
  report: {
    load: async () => (await import("./report.ts")).reportCommand,
    flags: ["output", "link"],
    hasWords: false,
    // What root writes is root's: then a child of ours becomes the watcher, and makes the page.
    isWatchers: (_, { output, isLink }) => output === undefined && isLink !== true,
    needsSight: (_, { isLink }) => isLink !== true,
  },
  chat: { load: async () => (await import("./chat.ts")).chatCommand, flags: [], hasWords: true },
  deadman: {
    load: async () => (await import("./deadman.ts")).deadmanCommand,
    flags: [],
    hasWords: true,
  },
  silence: {
    load: async () => (await import("./silence.ts")).silenceCommand,
    flags: ["for", "reason"],
    hasWords: true,
    needsSight: ([verb]) => verb === "list",
  },
  egress: {
    load: async () => (await import("./egress.ts")).egressCommand,
    flags: ["systemd", "helper", "write"],
    hasWords: false,
  },
  beat: { load: async () => (await import("./beat.ts")).beatCommand, flags: [], hasWords: true },
  card: { load: async () => (await import("./card.ts")).cardCommand, flags: [], hasWords: true },
  demo: { load: async () => (await import("./demo.ts")).demoCommand, flags: [], hasWords: true },
  daemon: {
    load: async () => (await import("./daemon.ts")).daemonCommand,
    flags: ["cron"],
    hasWords: false,
    isWatchers: always,
  },
  failed: {
    load: async () => (await import("./failed.ts")).failedCommand,
    flags: [],
    hasWords: false,
    isWatchers: always,
  },
  // Not for people: root's side of the wall, and its children that look, or handle a file, as another user.
  helper: { load: async () => (await import("./helper.ts")).helperCommand, flags: [], hasWords: true },
  look: { load: async () => (await import("./look.ts")).lookCommand, flags: [], hasWords: false },
  hand: { load: async () => (await import("./hand.ts")).handCommand, flags: [], hasWords: false },
};
